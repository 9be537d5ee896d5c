import FleetControl
import FleetModel
import Testing
import WorkloadPlanes

@Suite struct EC2DialogueTests {
    @Test("asks for a token by PUT, then for both items with it, every five seconds")
    func round() {
        var script = Script(EC2Dialogue())
        #expect(script.ask() == .zero)
        #expect(
            script.asked
                == MetadataRequest(
                    .put, "/latest/api/token", headers: [.init(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "21600")]))
        #expect(script.hear(200, "AQAAAL==") == [])
        for item in ["spot/instance-action", "events/recommendations/rebalance"] {
            #expect(script.hear(404) == [])
            #expect(
                script.asked
                    == MetadataRequest(
                        .get, "/latest/meta-data/\(item)", headers: [.init(name: "X-aws-ec2-metadata-token", value: "AQAAAL==")]))
        }
        #expect(script.ask() == .seconds(5))
        #expect(script.asked?.path == "/latest/meta-data/spot/instance-action")
    }

    @Test("an instance action is told once, with the time that is left, and asked for every second from then on")
    func termination() {
        var script = Script(EC2Dialogue())
        let action = #"{"action": "terminate", "time": "2020-10-27T08:24:00Z"}"#
        #expect(
            script.ec2(action: action)
                == [.noticed(.termination, within: .seconds(120), cause: "EC2 will terminate the instance")])
        #expect(script.ask() == .seconds(1))
        for _ in 0..<10 { #expect(script.ec2(action: action) == []) }
    }

    @Test("hibernation begins at once, and a time that cannot be read counts as the documented two minutes")
    func times() {
        var hibernating = Script(EC2Dialogue())
        #expect(
            hibernating.ec2(action: #"{"action":"hibernate","time":"2020-10-27T08:24:00Z"}"#)
                == [.noticed(.termination, within: .zero, cause: "EC2 will hibernate the instance")])
        var timeless = Script(EC2Dialogue())
        #expect(
            timeless.ec2(action: #"{"action":"stop","time":"soon"}"#)
                == [.noticed(.termination, within: .seconds(120), cause: "EC2 will stop the instance")])
        var late = Script(EC2Dialogue())
        #expect(
            late.ec2(action: #"{"action":"stop","time":"2015-01-05T18:02:00Z"}"#)
                == [.noticed(.termination, within: .zero, cause: "EC2 will stop the instance")])
    }

    @Test("advice to rebalance is told once, beside a termination")
    func rebalance() {
        var script = Script(EC2Dialogue())
        let advice = #"{"noticeTime": "2020-10-27T08:22:00Z"}"#
        let told = NoticeChange.noticed(.rebalance, within: nil, cause: "EC2 recommends to rebalance: the risk is raised")
        #expect(script.ec2(rebalance: advice) == [told])
        #expect(script.ask() == .seconds(5))
        #expect(script.ec2(rebalance: advice) == [])
        let action = #"{"action":"terminate","time":"2020-10-27T08:23:00Z"}"#
        let changes = script.ec2(action: action, rebalance: advice)
        #expect(changes.count == 1)
        guard case .noticed(.termination, .some, _)? = changes.first else {
            Issue.record("\(changes)")
            return
        }
    }

    @Test("an action that is announced no more is withdrawn; an answer that is none withdraws nothing")
    func withdrawal() {
        var script = Script(EC2Dialogue())
        _ = script.ec2(action: #"{"action":"terminate","time":"2020-10-27T08:24:00Z"}"#)
        #expect(script.hear(503) == [.unheard("EC2 answered 503 for instance action")])
        #expect(script.hear(.failed("nothing listens there")) == [.unheard("nothing listens there")])
        #expect(script.hear(200, "<html>") == [.unheard("EC2 answered what is no instance action")])
        #expect(script.ec2() == [.heardAgain, .withdrawn(.termination)])
        #expect(script.ec2() == [])
    }

    @Test("a token that does not hold is renewed once; the service that refuses its own is asked later")
    func unauthorized() {
        var script = Script(EC2Dialogue())
        _ = script.ec2()
        #expect(script.hear(401) == [])
        #expect(script.ask() == .zero)
        #expect(script.asked?.method == .put)
        #expect(script.hear(200, "token-2") == [])
        #expect(script.hear(401) == [.unheard("EC2 refuses the token it gave (401)")])
        #expect(script.ask() == .seconds(1))
        #expect(script.asked?.method == .put)
        #expect(script.ec2() == [.heardAgain])
    }

    @Test("a token is renewed before its six hours are over")
    func renewal() {
        var script = Script(EC2Dialogue())
        _ = script.ec2()
        script.now = Moment(nanoseconds: 20_990 * 1_000_000_000)
        _ = script.ask()
        #expect(script.asked?.method == .get)
        _ = script.ec2()
        script.now = Moment(nanoseconds: 21_000 * 1_000_000_000)
        _ = script.ask()
        #expect(script.asked?.method == .put)
    }

    @Test("a token that could not stand in a header is none", arguments: ["", "a b", "a\r\nx: y", "\u{e9}"])
    func hostileToken(text: String) {
        var script = Script(EC2Dialogue())
        #expect(script.hear(200, text) == [.unheard("EC2 gave no token (200)")])
        #expect(script.asked?.method == .put)
    }
}
