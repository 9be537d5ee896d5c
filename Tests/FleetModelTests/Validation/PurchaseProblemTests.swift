import FleetModel
import Testing

@Suite("Rules of purchase")
struct PurchaseProblemTests {
    private func problems(_ rules: PurchaseRules) -> [String] {
        var workload = Workload(
            metadata: Metadata(name: "chat"), models: ["chat"],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "H100-80GB", accelerators: 1, rate: RequestsPerSecond(1))]))
        workload.purchase = rules
        return Fleet([.workload(workload)]).problems().map { "\($0.path): \($0.message); \($0.accepted)" }
    }

    @Test("what can be meant has no problem")
    func fine() {
        #expect(problems(.standard).isEmpty)
        for policy in PurchaseRules.SpotPolicy.allCases {
            #expect(problems(PurchaseRules(spotPolicy: policy)).isEmpty, "\(policy)")
        }
        #expect(
            problems(
                PurchaseRules(
                    onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: Share(0.5),
                    fallbacks: ["p5.48xlarge", "H100-80GB"], spotPolicy: .staticMix, overProvision: Share(0.1))
            ).isEmpty)
    }

    @Test("what cannot be meant is told with what would be")
    func refused() {
        #expect(
            problems(PurchaseRules(onDemandBaseCapacity: -1)) == [
                "spec.purchase.onDemandBaseCapacity: -1 is out of range; 0 to 100000 replicas"
            ])
        #expect(
            problems(PurchaseRules(fallbacks: ["a b", "L4", "L4"])) == [
                "spec.purchase.fallbacks[0]: \"a b\" is neither an instance type nor an accelerator; "
                    + "a pool's offer such as p5.48xlarge, or an accelerator type such as H100-80GB",
                "spec.purchase.fallbacks[2]: type \"L4\" is already entry 1; each type once",
            ])
        #expect(
            problems(
                PurchaseRules(
                    onDemandBaseCapacity: 1, onDemandPercentageAboveBaseCapacity: Share(0.1), spotPolicy: .roundRobinSpot)
            ) == [
                "spec.purchase.onDemandBaseCapacity: roundRobinSpot buys nothing on demand; spotPolicy: staticMix, or no such field",
                "spec.purchase.onDemandPercentageAboveBaseCapacity: roundRobinSpot buys nothing on demand; "
                    + "spotPolicy: staticMix, or no such field",
            ])
        #expect(
            problems(PurchaseRules(spotPolicy: .onDemandOnly, overProvision: Share(0.2))) == [
                "spec.purchase.overProvision: onDemandOnly holds no spot that could be lost; "
                    + "the field only with a policy that buys spot"
            ])
        #expect(problems(PurchaseRules(fallbacks: (0..<65).map { "type-\($0)" })).count == 1)
    }
}
