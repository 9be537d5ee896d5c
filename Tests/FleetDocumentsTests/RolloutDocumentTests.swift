import FleetDocuments
import FleetModel
import Testing

@Suite("Rollout documents")
struct RolloutDocumentTests {
    private func decode(_ rollout: String) -> Result<[Resource], FleetProblems> {
        let text = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Workload
            metadata: { name: chat }
            spec:
              models: [m]
              replica:
                profile: { H100-80GB: { accelerators: 1, rate: 10 req/s } }
              rollout: \(rollout)
            """
        return FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text)])
    }

    private func policy(_ rollout: String) throws -> RolloutPolicy? {
        guard case .workload(let workload)? = try decode(rollout).get().first else { return nil }
        return workload.rollout
    }

    private func messages(_ rollout: String) -> [String] {
        guard case .failure(let problems) = decode(rollout) else { return [] }
        return problems.problems.map { $0.description }
    }

    @Test("a canary reads as Argo Rollouts' users expect, and is written back as it was read")
    func canary() throws {
        let text =
            "{ strategy: canary, maxSurge: 2, maxUnavailable: 10%,"
            + " steps: [{ weight: 10%, pause: 5m }, { weight: 50%, pause: untilPromoted }],"
            + " analysis: { maxErrorRate: 2%, maxLatencyIncrease: 40%, minRequests: 50, interval: 5s }, autoRollback: false }"
        let policy = try #require(try policy(text))
        #expect(
            policy
                == RolloutPolicy(
                    strategy: .canary, maxSurge: .count(2), maxUnavailable: .share(Share(0.1)),
                    steps: [
                        CanaryStep(weight: Share(0.1), pause: .time(.seconds(300))),
                        CanaryStep(weight: Share(0.5), pause: .untilPromoted),
                    ],
                    analysis: RolloutAnalysis(
                        maxErrorRate: Share(0.02), maxLatencyIncrease: Share(0.4), minRequests: 50, interval: .seconds(5)),
                    autoRollback: false))
        let resource = try #require(try decode(text).get().first)
        let written = FleetEncoder.json(resource)
        #expect(try FleetDecoder.decodeResource(json: written).get() == resource)
    }

    @Test("what is left out is the standard: one quarter more, none missing")
    func standard() throws {
        #expect(try policy("{}") == .standard)
        #expect(RolloutPolicy.standard.maxSurge.rounded(up: true, of: 5) == 2)
    }

    @Test("percentages are rounded as Kubernetes does: a surge up, what may be missing down")
    func rounding() {
        let quarter = ReplicaAllowance.share(Share(0.25))
        #expect([1, 3, 4, 5, 8].map { quarter.rounded(up: true, of: $0) } == [1, 1, 1, 2, 2])
        #expect([1, 3, 4, 5, 8].map { quarter.rounded(up: false, of: $0) } == [0, 0, 1, 1, 2])
        #expect(ReplicaAllowance.share(Share(0.07)).rounded(up: true, of: 100) == 7)
    }

    @Test(
        "a rollout that cannot be meant is refused, with where and what would be right",
        arguments: [
            ("{ strategy: bluegreen }", "spec.rollout.strategy"),
            ("{ strategy: canary }", "spec.rollout.steps"),
            ("{ steps: [{ weight: 10% }] }", "spec.rollout.steps"),
            ("{ strategy: canary, steps: [{ weight: 20% }, { weight: 10% }] }", "spec.rollout.steps[1].weight"),
            ("{ strategy: canary, steps: [{ pause: 5m }] }", "spec.rollout.steps[0].weight"),
            ("{ strategy: canary, steps: [{ weight: 10%, pause: ever }] }", "spec.rollout.steps[0].pause"),
            ("{ maxSurge: 0, maxUnavailable: 0 }", "spec.rollout.maxUnavailable"),
            ("{ maxSurge: -1 }", "spec.rollout.maxSurge"),
            ("{ maxSurge: 200% }", "spec.rollout.maxSurge"),
            ("{ analysis: { minRequests: 0 } }", "spec.rollout.analysis.minRequests"),
            ("{ analysis: { maxErrorRate: 100% } }", "spec.rollout.analysis.maxErrorRate"),
            ("{ analysis: { interval: 1ms } }", "spec.rollout.analysis.interval"),
            ("{ progressDeadline: 30d }", "spec.rollout.progressDeadline"),
            ("{ maxUnavailble: 1 }", "spec.rollout.maxUnavailble"),
        ])
    func refused(_ rollout: String, _ path: String) {
        let messages = messages(rollout)
        #expect(messages.contains { $0.contains(path) }, "\(messages)")
    }
}
