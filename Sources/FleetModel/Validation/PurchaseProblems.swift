extension ProblemCollector {
    mutating func checkPurchase(_ rules: PurchaseRules) {
        let (base, percentage, policy): (FieldPath, FieldPath, FieldPath) = (
            "spec.purchase.onDemandBaseCapacity", "spec.purchase.onDemandPercentageAboveBaseCapacity", "spec.purchase.spotPolicy"
        )
        requireRange(rules.onDemandBaseCapacity, in: 0...100_000, base, accepted: "0 to 100000 replicas")
        let fallbacks: FieldPath = "spec.purchase.fallbacks"
        require(
            rules.fallbacks.count <= Self.fallbackLimit, fallbacks, "\(rules.fallbacks.count) types are named",
            accepted: "at most \(Self.fallbackLimit), in the order in which they are taken")
        for (position, type) in rules.fallbacks.prefix(Self.fallbackLimit).enumerated() {
            require(
                TextRules.isWord(type), fallbacks.index(position),
                "\(quoted(type)) is neither an instance type nor an accelerator",
                accepted: "a pool's offer such as p5.48xlarge, or an accelerator type such as H100-80GB")
        }
        requireDistinct(Array(rules.fallbacks.prefix(Self.fallbackLimit)), fallbacks, what: "type")
        if rules.spotPolicy == .roundRobinSpot {
            for (field, isGiven) in [
                (base, rules.onDemandBaseCapacity > 0), (percentage, rules.onDemandPercentageAboveBaseCapacity > .none),
            ] where isGiven {
                report(
                    field, "roundRobinSpot buys nothing on demand", accepted: "spotPolicy: staticMix, or no such field",
                    basis: [policy])
            }
        }
        if rules.spotPolicy == .onDemandOnly, rules.overProvision > .none {
            report(
                "spec.purchase.overProvision", "onDemandOnly holds no spot that could be lost",
                accepted: "the field only with a policy that buys spot", basis: [policy])
        }
    }

    /// Types one workload may be bought on in turn: more than any provider has that run one model.
    static var fallbackLimit: Int { 64 }
}
