import FleetModel
import FleetRouting
import Testing

@Suite("Slow start")
struct SlowStartRampTests {
    private func share(_ slowStart: SlowStart, at part: Double) -> Double {
        SlowStartRamp(slowStart).share(elapsedNanoseconds: Double(slowStart.windowMilliseconds) * 1e6 * part)
    }

    @Test("grows in a straight line from its least share by default")
    func linear() {
        let ramp = SlowStart(windowMilliseconds: 60_000)
        #expect(share(ramp, at: 0) == 0.1 && share(ramp, at: 0.05) == 0.1 && share(ramp, at: 0.25) == 0.25)
        #expect(share(ramp, at: 1) == 1 && share(ramp, at: 7) == 1)
    }

    @Test(
        "follows max(min, part^(1 / aggression))",
        arguments: [
            (2.0, 0.25, 0.5), (0.5, 0.5, 0.25), (0.5, 0.2, 0.1), (4, 0.0625, 0.5), (1.5, 0.125, 0.25), (0.25, 0.9, 0.6561),
        ])
    func aggression(aggression: Double, part: Double, expected: Double) {
        let ramp = SlowStart(windowMilliseconds: 10_000, aggression: aggression)
        #expect(abs(share(ramp, at: part) - expected) < 1e-9)
    }

    @Test("numbers no document could give do no harm")
    func hostile() {
        for slowStart in [
            SlowStart(windowMilliseconds: .max, aggression: .nan, minWeight: .nan),
            SlowStart(windowMilliseconds: .min, aggression: -1, minWeight: -1),
            SlowStart(windowMilliseconds: 1_000, aggression: 0, minWeight: 0),
        ] {
            for elapsed in [0, 1, 1e6, 1e12, 1e30] {
                let share = SlowStartRamp(slowStart).share(elapsedNanoseconds: elapsed)
                #expect(share >= SlowStartRamp.leastShare && share <= 1)
            }
        }
    }

    @Test("a fresh replica takes its share of the load only as its workload's window passes")
    func inTheRouter() throws {
        var fixture = FleetFixture()
        fixture.workloads[2].resilience = WorkloadResilience(slowStart: SlowStart(windowMilliseconds: 100_000))
        var script = GatewayScript(fixture)
        script.report(
            "near",
            [
                FleetFixture.replica("near/phi/1", "127.0.0.1:1", age: 1_000_000),
                FleetFixture.replica("near/phi/2", "127.0.0.1:2"),
            ])
        script.advance(.seconds(30))
        // A tenth of a share at first, three tenths after 30 s: of 13 requests in flight the fresh one takes 3.
        for _ in 0..<13 {
            guard case .send(let handle, _, _) = script.decide("phi", .leastRequest) else { continue }
            script.handle(.requestStarted(handle))
        }
        #expect(script.router.inFlight(on: try #require(script.handle(of: "near/phi/2"))) == 3)
    }
}
