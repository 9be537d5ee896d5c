/// Habits a fleet file shows that will cost money or resilience, each with the figure behind it.
struct AntiPatterns {
    let evidence: AdviceEvidence

    init(_ evidence: AdviceEvidence) { self.evidence = evidence }

    typealias Finding = Advice.Finding

    func findings() -> [Advice.Finding] {
        unknownTransfer() + [heavyTransfer()].compactMap { $0 } + oneFailureDomain() + survivalWithoutSecondProvider()
            + spotWithoutBase() + [unknownSpotRisk()].compactMap { $0 } + noHeadroom() + trainingBesideServing() + idleOwned()
            + [unusedPlaces()].compactMap { $0 } + unruledData() + prices() + undeclaredDemand()
    }

    /// "and so on" is for people; a finding names so many.
    static let namesShown = 4

    func named(_ names: [String]) -> String { Figure.list(names, limit: Self.namesShown) }
}
