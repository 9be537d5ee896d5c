extension ProblemCollector {
    mutating func checkRecovery(of workload: Workload) {
        let objective = workload.objective
        let field: FieldPath = "spec.objective"
        if let standby = objective.standby {
            let inner = field.key("standby")
            if objective.mode == .activeActive {
                report(
                    inner, "every place serves in active-active mode, so nothing stands by",
                    accepted: "mode: active-passive beside it",
                    basis: [field.key("mode")])
            }
            require(
                standby.share > .none && standby.share <= .whole, inner.key("share"), "\(standby.share.text) is out of range",
                accepted: "a share above 0% and at most 100%, such as 30%")
        }
        if objective.mode == .activePassive, !workload.balancing.planes.isEmpty {
            report(
                "spec.balancing.planes", "in active-passive mode the primary and what stands by follow from the placement",
                accepted: "no planes, or mode: active-active", basis: [field.key("mode")])
        }
        if let rto = objective.recovery.rto {
            require(
                rto >= .seconds(1), field.key("recovery").key("rto"), "\(rto.text) is shorter than any loss can be noticed in",
                accepted: "at least 1s, such as 5m")
        }
    }
}
