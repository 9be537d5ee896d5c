import FleetModel

extension ScalingDecision {
    /// What happened from one decision to the next, for people.
    func events(after old: ScalingDecision?, of workload: WorkloadName) -> [FleetEvent] {
        guard let old else { return [] }
        let subject = ResourceKey(kind: .workload, name: workload.rawValue)
        var events: [FleetEvent] = []
        func tell(_ reason: String, _ message: String) {
            events.append(FleetEvent(subject: subject, reason: reason, message: message))
        }
        for name in openSchedules where !old.openSchedules.contains(name) {
            tell("ScheduleOpened", "\(name): \(minReplicas) to \(maxReplicas) replicas")
        }
        for name in old.openSchedules where !openSchedules.contains(name) {
            tell("ScheduleClosed", "\(name): \(minReplicas) to \(maxReplicas) replicas")
        }
        if isPanicking, !old.isPanicking, let wish = wishes.first(where: { $0.policy == "panic" }) {
            tell("PanicStarted", wish.because)
        }
        if !isPanicking, old.isPanicking { tell("PanicEnded", "a stable window passed without a burst") }
        let forecasts = (old.forecast?.replicas, forecast?.replicas)
        if forecasts.0 != forecasts.1, let wish = wishes.first(where: { $0.policy == "predictive" }), let wished = wish.replicas {
            tell("Forecast", "\(wished) replicas: \(wish.because)")
        }
        if old.replicas != replicas {
            tell(
                replicas > old.replicas ? "ScaledUp" : "ScaledDown",
                "from \(old.replicas) to \(replicas) replicas: \(because)")
        }
        return events
    }
}

extension ScalingDecision {
    /// For the workload's status. Says no figure that changes every second: those are explained when asked for.
    var condition: ResourceStatus.Condition {
        let (isOpen, reason): (Bool, String) =
            if !missingMetrics.isEmpty {
                (false, "MetricsMissing")
            } else if replicas == 0 {
                (true, "ScaledToZero")
            } else if isPanicking {
                (true, "Panicking")
            } else if replicas == maxReplicas, wishes.contains(where: { $0.counts && $0.replicas ?? 0 > maxReplicas }) {
                (false, "AtMaximum")
            } else {
                (true, "Following")
            }
        var message = ["\(replicas) replicas of \(minReplicas) to \(maxReplicas)"]
        if !missingMetrics.isEmpty {
            message.append("nothing is taken away while not everybody tells \(missingMetrics.joined(separator: ", "))")
        }
        if reason == "AtMaximum" { message.append("its policies wish more") }
        if !openSchedules.isEmpty { message.append("schedules \(openSchedules.joined(separator: ", "))") }
        return ResourceStatus.Condition(
            type: "Scaling", status: isOpen ? .yes : .no, reason: reason, message: message.joined(separator: "; "))
    }
}
