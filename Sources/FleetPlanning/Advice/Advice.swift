package import FleetModel

/// What a fleet file and its plan say about the organisation behind them: whether several clouds are worth it, how far it has come, and
/// which habits will cost it, each with the figure behind it.
package struct Advice: Equatable, Sendable {
    package var multiCloud: MultiCloudVerdict
    package var maturity: Maturity
    /// The gravest first; equal ones in the order of ``AntiPatterns``.
    package var findings: [Finding]

    package struct Finding: Equatable, Sendable, Codable {
        package enum Severity: String, CaseIterable, Sendable, Codable {
            /// Breaks a promise the fleet file makes.
            case problem
            /// Costs money or resilience.
            case warning
            case note
        }

        /// For programs; stable.
        package var id: String
        package var severity: Severity
        package var sentence: String
        package var figure: String
        package var fix: String

        package init(id: String, severity: Severity, sentence: String, figure: String, fix: String) {
            (self.id, self.severity, self.sentence) = (id, severity, sentence)
            (self.figure, self.fix) = (figure, fix)
        }
    }

    /// What advice is given from.
    package struct Facts: Sendable {
        package var fleet: Fleet
        package var problem: PlanningProblem
        package var origin: ProblemOrigin
        package var plan: Plan
        package var comparison: CostComparison
        /// ISO 8601, for the age of prices; nil leaves age out.
        package var today: String?

        package init(
            fleet: Fleet, problem: PlanningProblem, origin: ProblemOrigin, plan: Plan, comparison: CostComparison, today: String?
        ) {
            (self.fleet, self.problem, self.origin) = (fleet, problem, origin)
            (self.plan, self.comparison, self.today) = (plan, comparison, today)
        }
    }

    package init(_ facts: Facts) {
        let evidence = AdviceEvidence(facts)
        multiCloud = MultiCloudVerdict(facts)
        maturity = Maturity(evidence)
        let found = AntiPatterns(evidence).findings()
        findings = Finding.Severity.allCases.flatMap { severity in found.filter { $0.severity == severity } }
    }
}
