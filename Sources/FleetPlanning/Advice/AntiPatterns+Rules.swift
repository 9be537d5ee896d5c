import FleetModel

extension AntiPatterns {
    /// Sensitive data under no rule, and residency that says where but not how data is kept.
    func unruledData() -> [Finding] {
        var findings: [Finding] = []
        for workload in evidence.fleet.workloads {
            let policies = evidence.policies(for: workload)
            guard policies.isEmpty else { continue }
            let open = evidence.fleet.planes.filter { !$0.protection.encryptionAtRest || !$0.protection.encryptionInTransit }
                .count
            let planes =
                "\(open) of \(Figure.count(evidence.fleet.planes.count, "plane")) declare no encryption in transit and at rest"
            let isSensitive = [.pii, .phi, .pci].contains(workload.data.classification)
            if workload.data.residency != nil {
                findings.append(
                    Finding(
                        id: "residency-without-policy", severity: .note,
                        sentence: "\(workload.name) says where its data may be, but no policy says how it is to be kept there",
                        figure: planes,
                        fix: isSensitive
                            ? "declare a CompliancePolicy for \(workload.data.classification.rawValue) data of these users"
                            : "classify the data as pii, phi or pci if it is, which brings built-in policies into force, or declare one"
                    ))
            } else if isSensitive {
                findings.append(
                    Finding(
                        id: "sensitive-without-rule", severity: .problem,
                        sentence:
                            "\(workload.name) carries \(workload.data.classification.rawValue) data, and no rule is in force for its users",
                        figure: planes,
                        fix:
                            "declare data.residency and a CompliancePolicy for \(workload.data.classification.rawValue) data of these users"
                    ))
            }
        }
        return findings
    }

    func undeclaredDemand() -> [Finding] {
        let silent = evidence.fleet.workloads.filter(\.demand.isEmpty).map(\.name.rawValue)
        guard !silent.isEmpty else { return [] }
        return [
            Finding(
                id: "demand-unknown", severity: .note,
                sentence:
                    "nobody's demand is declared for \(named(silent)): only \(silent.count == 1 ? "its" : "their") minimum is planned for",
                figure: "\(silent.count) of \(Figure.count(evidence.fleet.workloads.count, "workload"))",
                fix: "add demand: with the place, the peak and how it changes over the day")
        ]
    }
}
