import FleetModel
import MetadataDoubles

/// Somebody who asks a double, in a time of the test's own.
struct Visitor {
    static let utc: Int64 = 1_603_786_920
    static let forwarded = (name: "X-Forwarded-For", value: "10.0.0.1")

    var machine = DoubleMachine()
    var service: any DoubleService
    var now = Moment.origin
    private(set) var tokens = 0

    init(_ service: any DoubleService) { self.service = service }

    mutating func reclaim(_ kind: DoubleMachine.Kind = .termination, in left: Duration, away: Duration = .seconds(15)) {
        machine.reclaim(kind, in: left, away: away, now: now, utc: Self.utc + now.nanoseconds / 1_000_000_000)
    }

    mutating func pass(_ time: Duration) {
        now = now.advanced(by: time)
        machine.advance(now: now)
    }

    mutating func answer(_ request: DoubleRequest, isOverdue: Bool = false) -> DoubleAnswer {
        tokens += 1
        let token = "token-\(tokens)"
        return service.answer(request, machine: &machine, now: now, isOverdue: isOverdue, token: { token })
    }

    mutating func ask(
        _ method: String = "GET", _ target: String, _ headers: [(name: String, value: String)] = [], body: String = ""
    ) -> DoubleReply? {
        guard case .reply(let reply) = answer(DoubleRequest(method, target, headers: headers, body: Array(body.utf8))) else {
            return nil
        }
        return reply
    }
}
