import FleetControl
import FleetModel
import Testing

@Suite("Plane ballot")
struct PlaneBallotTests {
    @Test(
        "more than half of at least two votes decide, and a tie decides nothing",
        arguments: [
            (0, 0, PlaneBallot.Outcome.undecided), (1, 0, .undecided), (0, 1, .undecided), (1, 1, .undecided), (2, 0, .seen),
            (0, 2, .lost), (2, 1, .seen), (1, 2, .lost), (2, 2, .undecided), (3, 2, .seen), (2, 3, .lost),
        ])
    func majority(seeing: Int, losing: Int, outcome: PlaneBallot.Outcome) {
        let ballot = PlaneBallot(seeing: (0..<seeing).map { "s\($0)" }, losing: (0..<losing).map { "l\($0)" })
        #expect(ballot.outcome == outcome)
    }

    @Test(
        "a plane is lost to a gateway when nothing there can be used, or most requests vanish; a plane without work is not",
        arguments: [
            (PlaneSight(isFeedLive: true, replicas: 2, usable: 2), false), (PlaneSight(isFeedLive: true), false),
            (PlaneSight(isFeedLive: true, replicas: 2, usable: 1), false), (PlaneSight(isFeedLive: true, replicas: 2), true),
            // Its agent is silent, its replicas answer.
            (PlaneSight(isFeedLive: false, replicas: 2, usable: 2), false),
            (PlaneSight(isFeedLive: false, replicas: 2), true), (PlaneSight(isFeedLive: false), true),
            (PlaneSight(isFeedLive: true, replicas: 2, usable: 2, unansweredShare: 0.49), false),
            (PlaneSight(isFeedLive: true, replicas: 2, usable: 2, unansweredShare: 0.5), true),
        ])
    func sight(sight: PlaneSight, isLost: Bool) {
        #expect(sight.isLost == isLost)
    }

    @Test("every gateway, the plane itself and the control plane vote; the plane's replicas speak for it")
    func voters() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(3)
        let ballot = PlaneBallot.ballots(script.fleet, script.observation, now: script.now)["toronto"]
        #expect(
            ballot?.seeing == ["gateway lima", "gateway oslo", "gateway rome", "the plane itself", "the control plane"])
        #expect(ballot?.losing == [])
        script.gone = ["toronto"]
        script.step(6)
        let after = PlaneBallot.ballots(script.fleet, script.observation, now: script.now)["toronto"]
        #expect(after?.losing == ["gateway lima", "gateway oslo", "gateway rome", "the control plane"])
        #expect(after?.seeing == [], "a plane that is silent says nothing")
        #expect(
            after?.words == "4 of 4 observers lost it: gateway lima, gateway oslo, gateway rome, the control plane")
    }

    @Test("whoever sees no other plane is cut off itself and has no vote")
    func cutOff() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(3)
        script.blind["lima"] = ["toronto", "montreal", "frankfurt"]
        script.step(2)
        let ballots = PlaneBallot.ballots(script.fleet, script.observation, now: script.now)
        for plane in script.fleet.planes.map(\.name) {
            #expect(ballots[plane]?.losing == [] && ballots[plane]?.seeing.contains("gateway lima") == false)
        }
    }

    @Test("a gateway whose last report is older than five seconds has no vote")
    func stale() {
        var script = FailoverScript(FailoverScript.usual)
        script.step(3)
        script.mute = ["oslo"]
        script.step(5)
        func votes() -> Bool? {
            PlaneBallot.ballots(script.fleet, script.observation, now: script.now)["toronto"]?.seeing.contains("gateway oslo")
        }
        #expect(votes() == true)
        script.step(1)
        #expect(votes() == false)
    }

    @Test("a plane with one gateway and a control plane needs both to be lost")
    func oneGateway() {
        var script = FailoverScript(FailoverScript.usual)
        script.mute = ["oslo", "rome"]
        script.step(3)
        script.blind["lima"] = ["toronto"]
        script.step(60)
        #expect(script.verdicts.failed.isEmpty)
        script.gone = ["toronto"]
        script.step(20)
        #expect(script.verdicts.failed.keys.sorted() == ["toronto"])
    }
}
