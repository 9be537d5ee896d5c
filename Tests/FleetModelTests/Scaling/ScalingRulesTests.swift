import FleetModel
import Testing

@Suite("Scaling rules")
struct ScalingRulesTests {
    private func paths(_ change: (inout ScalingPolicy) -> Void) -> [String] {
        var workload = Workload(
            metadata: Metadata(name: "w"), models: ["m"],
            replica: ReplicaRequirement(
                profile: [AcceleratorProfile(accelerator: "CPU", accelerators: 1, rate: RequestsPerSecond(1))],
                engine: .simulated(SimulatedEngineSpec(loadMilliseconds: 60_000))))
        change(&workload.scaling)
        return Fleet([.workload(workload)]).problems().map { $0.path.replacing("spec.scaling.", with: "") }
    }

    private let alarm = ScalingAlarm(metric: .kvCacheUse, threshold: 80)

    @Test("a policy of every kind is accepted")
    func sound() {
        #expect(
            paths {
                $0 = ScalingPolicy(
                    minReplicas: 0, maxReplicas: 8, desiredReplicas: 2,
                    target: ScalingTargets([.concurrencyPerReplica: 8, .acceleratorMemoryUse: 0.8]),
                    steps: [
                        StepScaling(
                            alarm: alarm,
                            adjustments: [
                                .init(lowerBound: 0, upperBound: 10, adjustment: 1), .init(lowerBound: 10, adjustment: 3),
                            ])
                    ],
                    simple: [SimpleScaling(alarm: alarm, adjustment: -1, cooldown: .zero)],
                    schedules: [
                        ScalingSchedule(name: "day", start: .everyMinute, duration: .seconds(3_600), minReplicas: 3)
                    ], predictive: PredictiveScaling(), panic: PanicMode(), scaleToZeroAfter: .seconds(300))
            } == [])
    }

    @Test("bounds, targets and what depends on them")
    func bounds() {
        #expect(paths { $0.desiredReplicas = 17 } == ["desiredReplicas"])
        #expect(paths { $0.target[.kvCacheUse] = 1.2 } == ["target.kvCacheUse"])
        #expect(paths { $0.target[.concurrencyPerReplica] = 0 } == ["target.concurrencyPerReplica"])
        #expect(paths { $0.scaleToZeroAfter = .seconds(300) } == ["scaleToZero"])
        #expect(
            paths {
                ($0.minReplicas, $0.scaleToZeroAfter) = (0, .seconds(5))
            } == ["scaleToZero.after"])
        #expect(paths { $0.panic = PanicMode() } == ["panic"])
    }

    @Test("steps whose ranges overlap or end before they begin")
    func steps() {
        #expect(
            paths {
                $0.steps = [
                    StepScaling(
                        alarm: alarm,
                        adjustments: [
                            .init(lowerBound: 0, upperBound: 10, adjustment: 1), .init(lowerBound: 9, adjustment: 3),
                            .init(lowerBound: -1, upperBound: -5, adjustment: 0),
                        ])
                ]
            } == [
                "steps[0].stepAdjustments[1]", "steps[0].stepAdjustments[2].scalingAdjustment",
                "steps[0].stepAdjustments[2].metricIntervalUpperBound",
            ])
        #expect(
            paths {
                $0.simple = [
                    SimpleScaling(
                        alarm: ScalingAlarm(metric: .kvCacheUse, threshold: 101, evaluationPeriods: 0),
                        adjustmentType: .exactCapacity, adjustment: -1, minAdjustmentMagnitude: 2)
                ]
            } == [
                "simple[0].alarm.threshold", "simple[0].alarm.evaluationPeriods", "simple[0].scalingAdjustment",
                "simple[0].minAdjustmentMagnitude",
            ])
    }

    @Test("schedules that change nothing, last too long, or leave the policy's bounds")
    func schedules() {
        #expect(
            paths {
                $0.schedules = [
                    ScalingSchedule(name: "a", start: .everyMinute, duration: .seconds(30)),
                    ScalingSchedule(name: "a", start: .everyMinute, duration: .seconds(60), minReplicas: 5, maxReplicas: 4),
                    ScalingSchedule(name: "b", start: .everyMinute, duration: .seconds(60), maxReplicas: 17),
                ]
            } == [
                "schedules[1].name", "schedules[0].duration", "schedules[0]", "schedules[1].minReplicas",
                "schedules[2].maxReplicas",
            ])
    }

    @Test("a forecast must lead by a cold start, and cannot alone only be told")
    func predictive() {
        #expect(paths { $0.predictive = PredictiveScaling(leadTime: .seconds(59)) } == ["predictive.leadTime"])
        #expect(paths { $0.predictive = PredictiveScaling(mode: .forecastOnly) } == ["predictive.mode"])
        #expect(paths { $0.predictive = PredictiveScaling(quantile: .whole) } == ["predictive.quantile"])
    }

    @Test("behaviour keeps to the bounds of the Horizontal Pod Autoscaler")
    func behavior() {
        #expect(
            paths {
                $0.behavior.scaleDown.stabilizationWindowSeconds = 3_601
                $0.behavior.scaleUp.tolerance = 1
                $0.behavior.scaleUp.policies = [.init(type: .pods, value: 0, periodSeconds: 1_801)]
            } == [
                "behavior.scaleUp.tolerance", "behavior.scaleUp.policies[0].value", "behavior.scaleUp.policies[0].periodSeconds",
                "behavior.scaleDown.stabilizationWindowSeconds",
            ])
    }

    @Test("percentages are rounded as EC2 Auto Scaling rounds them")
    func percent() {
        let type = AdjustmentType.percentChangeInCapacity
        // 12.7 becomes 12, 0.4 becomes 1, -0.58 becomes -1, -6.67 becomes -6.
        #expect(type.applied(127, to: 10) == 22)
        #expect(type.applied(10, to: 4) == 5)
        #expect(type.applied(-58, to: 1) == 0)
        #expect(type.applied(-29, to: 23) == 17)
        #expect(type.applied(25, to: 4, least: 2) == 6)
        #expect(type.applied(10, to: 0, least: 2) == 0)
        #expect(AdjustmentType.changeInCapacity.applied(-2, to: 5) == 3)
        #expect(AdjustmentType.exactCapacity.applied(7, to: 5) == 7)
    }
}
