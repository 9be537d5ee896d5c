import FleetModel
import FleetRouting
import SeededCases
import Testing

@Suite("Outlier detection")
struct OutlierDetectionTests {
    /// Ten replicas of `phi` in one plane, guarded by the given rules.
    private static func script(_ outliers: OutlierDetection, replicas: Int = 10) -> GatewayScript {
        var fixture = FleetFixture()
        fixture.workloads[2].resilience = WorkloadResilience(outlierDetection: outliers)
        var script = GatewayScript(fixture)
        script.fill("near", ["phi"], count: replicas)
        script.advance(.seconds(60))
        return script
    }

    /// Tells `total` answers of each replica, the first `failures[n]` of the n-th of them failures, then lets the interval end.
    private static func tell(
        _ script: inout GatewayScript, failures: [Int], of total: Int, milliseconds: [Int64] = [],
        interval: Duration = .seconds(10)
    ) throws {
        for (index, failed) in failures.enumerated() {
            let handle = try #require(script.handle(of: "near/phi/\(index + 1)"))
            let firstByte = milliseconds.isEmpty ? 100 : milliseconds[index]
            for number in 0..<total {
                // A success between any two failures, so that no streak ejects.
                let isFailure = number.isMultiple(of: 2) ? number / 2 < failed : false
                script.handle(
                    isFailure ? .responseFailed(handle, .serverError) : .firstByte(handle, after: .milliseconds(firstByte)))
            }
        }
        script.advance(interval)
        let first = try #require(script.handle(of: "near/phi/1"))
        script.handle(.firstByte(first, after: .milliseconds(100)))
    }

    private static func ejected(_ script: GatewayScript, replicas: Int = 10) -> [Int] {
        (1...replicas).filter { number in
            script.handle(of: "near/phi/\(number)").map { script.router.isEjected($0, at: script.now) } ?? false
        }
    }

    @Test("ejects by success rate below mean − factor × standard deviation")
    func successRate() throws {
        // Nine replicas succeed always, one at 60 %: mean 0.96, deviation 0.12, threshold 0.96 − 1.9 × 0.12 = 0.732.
        var script = Self.script(OutlierDetection(successRate: .init()))
        try Self.tell(&script, failures: [0, 0, 0, 0, 0, 0, 0, 0, 0, 40], of: 100)
        #expect(Self.ejected(script) == [10])
    }

    @Test("ejects nobody by success rate while all fail alike, or too few had enough requests")
    func successRateNeedsASample() throws {
        var alike = Self.script(OutlierDetection(successRate: .init()))
        try Self.tell(&alike, failures: Array(repeating: 40, count: 10), of: 100)
        #expect(Self.ejected(alike) == [])
        var few = Self.script(OutlierDetection(successRate: .init(minimumHosts: 11)))
        try Self.tell(&few, failures: [0, 0, 0, 0, 0, 0, 0, 0, 0, 40], of: 100)
        #expect(Self.ejected(few) == [])
        var quiet = Self.script(OutlierDetection(successRate: .init(requestVolume: 102)))
        try Self.tell(&quiet, failures: [0, 0, 0, 0, 0, 0, 0, 0, 0, 40], of: 100)
        #expect(Self.ejected(quiet) == [])
    }

    @Test("ejects by failure percentage, whatever the others do")
    func failurePercentage() throws {
        var script = Self.script(OutlierDetection(failurePercentage: .init(threshold: 0.4)))
        try Self.tell(&script, failures: [0, 39, 40, 40, 0, 0, 0, 0, 0, 0], of: 100)
        #expect(Self.ejected(script) == [3, 4])
    }

    @Test("ejects by time to first byte beyond the factor times the plane's median")
    func latency() throws {
        // Median of ten: (100 + 100) / 2; bound 300. 301 is out, 300 is in.
        var script = Self.script(OutlierDetection(latency: .init()))
        let times: [Int64] = [100, 100, 100, 100, 100, 100, 100, 90, 300, 301]
        try Self.tell(&script, failures: Array(repeating: 0, count: 10), of: 20, milliseconds: times)
        #expect(Self.ejected(script) == [10])
    }

    @Test("a replica whose answers are never awaited is seen to be slow by what outpaced them")
    func outpaced() throws {
        var script = Self.script(OutlierDetection(latency: .init()))
        let slow = try #require(script.handle(of: "near/phi/10"))
        for _ in 0..<20 { script.handle(.outpaced(slow, after: .milliseconds(400))) }
        try Self.tell(&script, failures: Array(repeating: 0, count: 9), of: 20)
        #expect(Self.ejected(script) == [10])
    }

    @Test("latency that is only short in short is no outlier: 50 ms above the median at least")
    func latencyFloor() throws {
        var script = Self.script(OutlierDetection(latency: .init()))
        let times: [Int64] = [5, 5, 5, 5, 5, 5, 5, 5, 55, 56]
        try Self.tell(&script, failures: Array(repeating: 0, count: 10), of: 20, milliseconds: times)
        #expect(Self.ejected(script) == [10])
    }

    @Test("requests eject no more than the share of replicas, and one always; probes are not bound")
    func mostEjected() throws {
        var script = Self.script(OutlierDetection(maxEjectionShare: 0.3))
        for number in 1...10 {
            script.handle(.connectFailed(try #require(script.handle(of: "near/phi/\(number)"))))
        }
        #expect(Self.ejected(script) == [1, 2, 3])
        script.handle(.probeFailed(try #require(script.handle(of: "near/phi/9")), .refused))
        #expect(Self.ejected(script) == [1, 2, 3, 9])
        var none = Self.script(OutlierDetection(maxEjectionShare: 0))
        for number in 1...2 { none.handle(.connectFailed(try #require(none.handle(of: "near/phi/\(number)")))) }
        #expect(Self.ejected(none) == [1])
    }

    @Test("random lives: requests never eject more than the share, whichever rule they break")
    func shareProperty() throws {
        for seed in 0..<caseCount(perMille: 5) {
            var random = SeededGenerator(seed: seed)
            let share = Double(random.below(11)) / 10
            var script = Self.script(
                OutlierDetection(
                    intervalMilliseconds: 500, maxEjectionShare: share, successRate: .init(stdevFactor: 1, requestVolume: 5),
                    failurePercentage: .init(threshold: 0.3, requestVolume: 5), latency: .init(factor: 2, requestVolume: 5)))
            let handles = try (1...10).map { try #require(script.handle(of: "near/phi/\($0)")) }
            for step in 0..<400 {
                let handle = random.pick(handles)
                switch random.below(8) {
                case 0: script.handle(.connectFailed(handle))
                case 1: script.handle(.responseFailed(handle, random.pick(RouterEvent.ResponseFailure.allCases)))
                case 2: script.handle(.probePassed(handle))
                case 3: script.advance(.milliseconds(random.below(200)))
                default: script.handle(.firstByte(handle, after: .milliseconds(random.below(500))))
                }
                let most = max(1, Int(share * 10))
                #expect(Self.ejected(script).count <= most, "seed \(seed), step \(step)")
            }
        }
    }

    @Test("streaks and ejection times are the workload's own")
    func thresholds() throws {
        let rules = OutlierDetection(
            consecutive5xx: 2, consecutiveGatewayFailure: 4, consecutiveLocalOriginFailure: 3, baseEjectionMilliseconds: 5_000,
            maxEjectionMilliseconds: 7_000)
        var script = Self.script(rules)
        let handles = try (1...3).map { try #require(script.handle(of: "near/phi/\($0)")) }
        for _ in 0..<2 { script.handle(.connectFailed(handles[0])) }
        script.handle(.responseFailed(handles[1], .serverError))
        for _ in 0..<3 { script.handle(.responseFailed(handles[2], .timeout)) }
        #expect(Self.ejected(script) == [])
        script.handle(.connectFailed(handles[0]))
        script.handle(.responseFailed(handles[1], .gatewayError))
        script.handle(.responseFailed(handles[2], .broken))
        #expect(Self.ejected(script) == [1, 2, 3])
        for handle in handles { for _ in 0..<2 { script.handle(.probePassed(handle)) } }
        script.advance(.milliseconds(4_999))
        #expect(Self.ejected(script) == [1, 2, 3])
        script.advance(.milliseconds(1))
        #expect(Self.ejected(script) == [])
        // The second ejection would last 10 s and is cut at 7.
        for _ in 0..<3 { script.handle(.connectFailed(handles[0])) }
        for _ in 0..<2 { script.handle(.probePassed(handles[0])) }
        script.advance(.milliseconds(6_999))
        #expect(Self.ejected(script) == [1])
        script.advance(.milliseconds(1))
        #expect(Self.ejected(script) == [])
    }

    @Test("a deep check that fails keeps a replica out until it passes, whatever shallow ones say")
    func deep() throws {
        var script = Self.script(OutlierDetection())
        let handle = try #require(script.handle(of: "near/phi/4"))
        script.handle(.deepProbed(handle, isHealthy: false))
        for _ in 0..<5 { script.handle(.probePassed(handle)) }
        script.advance(.seconds(100))
        #expect(Self.ejected(script) == [4])
        script.handle(.deepProbed(handle, isHealthy: true))
        #expect(Self.ejected(script) == [])
    }

    @Test("a deep check changes sides only after its thresholds in a row")
    func streak() {
        var streak = ProbeStreak(healthyThreshold: 3, unhealthyThreshold: 2)
        let answers = [false, true, false, false, true, true, false, true, true, true]
        let sides = answers.map { passed in
            streak.take(passed: passed)
            return streak.isHealthy
        }
        #expect(sides == [true, true, true, false, false, false, false, false, false, true])
    }
}
