import FleetDocuments
import FleetModel
import Testing

@Suite("Scaling in fleet files")
struct ScalingDocumentTests {
    private func file(_ scaling: String) -> FleetFile {
        FleetFile(
            name: "fleet.yaml",
            text: """
                apiVersion: tradewind.dev/v1alpha1
                kind: Workload
                metadata: { name: chat }
                spec:
                  models: [chat]
                  replica: { profile: { CPU: { rate: 1 req/s } } }
                  scaling:
                \(scaling.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
                """)
    }

    private func policy(_ scaling: String) throws -> ScalingPolicy {
        let resources = try FleetDecoder.decode([file(scaling)]).get()
        guard case .workload(let workload) = try #require(resources.first) else { throw Unexpected() }
        return workload.scaling
    }

    private struct Unexpected: Error {}

    private func problems(_ scaling: String) -> [String] {
        guard case .failure(let failure) = FleetDecoder.decode([file(scaling)]) else { return [] }
        return failure.problems.map { "\($0.line) \($0.path): \($0.message); \($0.accepted)" }
    }

    @Test("every policy in its words")
    func whole() throws {
        let read = try policy(
            """
            minReplicas: 0
            maxReplicas: 40
            desiredReplicas: 2
            target:
              queuedRequestsPerReplica: 4
              requestsPerSecondPerReplica: 10 req/s
              tokensPerSecondPerReplica: 9000 tok/s
              kvCacheUse: 70%
              acceleratorMemoryUse: default
            steps:
            - alarm: { metric: concurrencyPerReplica, threshold: 20, evaluationPeriods: 3 }
              adjustmentType: PercentChangeInCapacity
              minAdjustmentMagnitude: 2
              estimatedInstanceWarmup: 0s
              stepAdjustments:
              - { metricIntervalLowerBound: 0, metricIntervalUpperBound: 10, scalingAdjustment: 10 }
              - { metricIntervalLowerBound: 10, scalingAdjustment: 50 }
            simple:
            - alarm: { metric: kvCacheUse, comparisonOperator: LessThanThreshold, threshold: 20 }
              scalingAdjustment: -1
              cooldown: 2m
            schedules:
            - { name: office, schedule: 0 8 * * MON-FRI, timeZone: UTC, duration: 10h, minReplicas: 4 }
            predictive: { mode: forecastOnly, quantile: 95%, leadTime: 20m }
            behavior:
              scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: Pods, value: 1, periodSeconds: 60 }] }
            panic: {}
            scaleToZero: {}
            """)
        #expect(read.target.all.map(\.level) == [4, 10, 9_000, 0.7, 0.8])
        #expect(
            read.steps.map(\.adjustments) == [
                [.init(lowerBound: 0, upperBound: 10, adjustment: 10), .init(lowerBound: 10, adjustment: 50)]
            ])
        #expect(read.steps.first?.warmUp == .zero)
        #expect(read.simple.first?.cooldown == .seconds(120))
        #expect(read.schedules.first?.start.text == "0 8 * * MON-FRI")
        #expect(read.predictive == PredictiveScaling(mode: .forecastOnly, quantile: Share(0.95), leadTime: .seconds(1_200)))
        #expect(read.behavior.scaleUp == .scaleUp)
        #expect(read.behavior.scaleDown.policies == [.init(type: .pods, value: 1, periodSeconds: 60)])
        #expect(read.panic == PanicMode())
        #expect(read.scaleToZeroAfter == .seconds(300))
    }

    @Test("what is wrong is told with what would be right")
    func mistakes() {
        #expect(
            problems("target: { acceleratorUse: 0.8 }") == [
                "8 spec.scaling.target.acceleratorUse: \"0.8\" is not accepted; a share such as 80%, or default for 80%"
            ])
        let cron = problems("schedules: [{ name: a, schedule: 0 25 * * *, duration: 1h, minReplicas: 1 }]")
        #expect(cron.count == 1 && cron[0].contains("spec.scaling.schedules[0].schedule") && cron[0].contains("0 8 * * MON-FRI"))
        let zone = problems("schedules: [{ name: a, schedule: 0 8 * * *, timeZone: ../etc, duration: 1h, minReplicas: 1 }]")
        #expect(zone.count == 1 && zone[0].contains("not a time zone this machine knows") && zone[0].contains("Europe/Berlin"))
        #expect(problems("scaleToZero: { after: 5m }").map { $0.hasSuffix("minReplicas: 0") } == [true])
        let metric = problems("simple: [{ alarm: { metric: kvCache, threshold: 1 }, scalingAdjustment: 1 }]")
        #expect(metric.count == 1 && metric[0].contains("kvCacheUse"))
    }
}
