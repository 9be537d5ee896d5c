import FleetModel
import MetadataDoubles
import Testing

@Suite struct EC2DoubleTests {
    private let life = (name: "X-aws-ec2-metadata-token-ttl-seconds", value: "60")
    private let action = "/latest/meta-data/spot/instance-action"
    private let rebalance = "/latest/meta-data/events/recommendations/rebalance"

    private func token(_ visitor: inout Visitor) -> (name: String, value: String) {
        ("X-aws-ec2-metadata-token", visitor.ask("PUT", "/latest/api/token", [life])?.body ?? "")
    }

    @Test("gives tokens by PUT with a life of one second to six hours, and to nobody behind a proxy")
    func tokens() {
        var visitor = Visitor(EC2Double())
        let path = "/latest/api/token"
        #expect(visitor.ask("PUT", path, [life])?.status == 200)
        #expect(visitor.ask("GET", path, [life])?.status == 405)
        #expect(visitor.ask("POST", path, [life])?.status == 405)
        #expect(visitor.ask("PUT", path)?.status == 400)
        #expect(visitor.ask("PUT", path, [life, Visitor.forwarded])?.status == 403)
        for wrong in ["0", "21601", "-1", "", "1.5", "999999"] {
            #expect(visitor.ask("PUT", path, [(life.name, wrong)])?.status == 400, "\(wrong)")
        }
        #expect(visitor.ask("PUT", path, [(life.name, "21600")])?.status == 200)
    }

    @Test("tells nothing without a token, with one of its own invention, with one whose life is over, or by another method")
    func unauthorized() {
        var visitor = Visitor(EC2Double())
        #expect(visitor.ask("GET", action)?.status == 401)
        #expect(visitor.ask("GET", action, [("X-aws-ec2-metadata-token", "token-0")])?.status == 401)
        let token = token(&visitor)
        #expect(visitor.ask("GET", action, [token])?.status == 404)
        #expect(visitor.ask("POST", action, [token])?.status == 405)
        visitor.pass(.seconds(59))
        #expect(visitor.ask("GET", action, [token])?.status == 404)
        visitor.pass(.seconds(1))
        #expect(visitor.ask("GET", action, [token])?.status == 401)
    }

    @Test("tells the end and its time, hangs up when it has come, and refuses the last machine's token afterwards")
    func reclaim() {
        var visitor = Visitor(EC2Double())
        visitor.reclaim(in: .seconds(30), away: .seconds(5))
        let token = token(&visitor)
        #expect(visitor.machine.announced?.readAt == nil)
        #expect(visitor.ask("GET", action, [token])?.body == #"{"action":"terminate","time":"2020-10-27T08:22:30Z"}"#)
        #expect(visitor.machine.announced?.readAt == .origin)
        #expect(visitor.ask("GET", rebalance, [token])?.status == 404)
        visitor.pass(.seconds(30))
        #expect(visitor.answer(DoubleRequest("GET", action, headers: [token])) == .hangUp)
        #expect(visitor.answer(DoubleRequest("PUT", "/latest/api/token", headers: [life])) == .hangUp)
        visitor.pass(.seconds(5))
        #expect(visitor.machine.number == 2)
        #expect(visitor.ask("GET", action, [token])?.status == 401)
        #expect(visitor.ask("GET", action, [self.token(&visitor)])?.status == 404)
    }

    @Test("advice stays until the machine goes, and both can be taken back")
    func advice() {
        var visitor = Visitor(EC2Double())
        visitor.reclaim(.rebalance, in: .zero)
        let token = token(&visitor)
        #expect(visitor.ask("GET", rebalance, [token])?.body == #"{"noticeTime":"2020-10-27T08:22:00Z"}"#)
        #expect(visitor.ask("GET", action, [token])?.status == 404)
        visitor.reclaim(in: .seconds(10))
        #expect(visitor.ask("GET", action, [token])?.status == 200)
        visitor.machine.cancel()
        visitor.pass(.seconds(20))
        for path in [action, rebalance] { #expect(visitor.ask("GET", path, [token])?.status == 404) }
        #expect(visitor.machine.number == 1)
    }
}
