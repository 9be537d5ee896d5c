extension RolloutDecision {
    /// As of a Kubernetes Deployment: `Progressing` while a version takes over, and `Degraded` where the declared one
    /// does not serve.
    /// None while the declared version is the stable one.
    package var conditions: [ResourceStatus.Condition] {
        guard let progress = history.record.progress else { return [] }
        let (stable, target) = (history.record.stable, progress.target)
        switch progress.phase {
        case .advancing:
            let what = versions.map { "; waits for \($0.status.waitsFor)" } ?? ""
            return [
                ResourceStatus.Condition(
                    type: "Progressing", status: progress.isPaused ? .unknown : .yes,
                    reason: progress.isPaused ? "RolloutPaused" : "RolloutUnderWay",
                    message: "generation \(target) takes over from \(stable)\(progress.isPaused ? ": \(progress.reason)" : what)")
            ]
        case .rollingBack, .rolledBack:
            let isOver = progress.phase == .rolledBack
            return [
                ResourceStatus.Condition(
                    type: "Progressing", status: isOver ? .no : .yes, reason: isOver ? "RolledBack" : "RollingBack",
                    message: "from generation \(target) to \(stable)"),
                ResourceStatus.Condition(
                    type: "Degraded", status: .yes, reason: "RolledBack",
                    message: "generation \(stable) serves in place of \(target): \(progress.reason)"),
            ]
        }
    }
}
