import FleetControl
import FleetModel
import WorkloadPlanes

/// A follower with its time, so that a test reads as a conversation.
struct Script {
    /// 2020-10-27T08:22:00Z.
    static let utc: Int64 = 1_603_786_920

    var follower: NoticeFollower
    var now = Moment.origin
    /// The request that was sent last.
    private(set) var asked: MetadataRequest?

    init(_ dialogue: any NoticeDialogue, isElsewhere: Bool = false) {
        follower = NoticeFollower(dialogue, isElsewhere: isElsewhere)
    }

    var utc: Int64 { Self.utc + now.nanoseconds / 1_000_000_000 }

    /// Lets time pass until the follower asks. How long it rested.
    mutating func ask() -> Duration {
        let began = now
        while true {
            switch follower.next(now: now) {
            case .rest(let until): now = until
            case .ask(let request):
                asked = request
                return now.since(began)
            }
        }
    }

    mutating func hear(_ answer: MetadataAnswer) -> [NoticeChange] {
        _ = ask()
        return follower.take(answer, now: now, utc: utc)
    }

    mutating func hear(_ status: Int, _ body: String = "", etag: String? = nil, flavor: String? = nil) -> [NoticeChange] {
        hear(.response(MetadataResponse(status: status, body: Array(body.utf8), etag: etag, flavor: flavor)))
    }

    /// One whole round of EC2 with these answers to both items; the token is given where it is asked for.
    mutating func ec2(action: String? = nil, rebalance: String? = nil) -> [NoticeChange] {
        var changes: [NoticeChange] = []
        _ = ask()
        if asked?.method == .put { changes += hear(200, "token-1") }
        changes += action.map { hear(200, $0) } ?? hear(404)
        changes += rebalance.map { hear(200, $0) } ?? hear(404)
        return changes
    }

    mutating func gcp(preempted: String = "FALSE", maintenance: String = "NONE", etag: String? = "abc") -> [NoticeChange] {
        hear(200, preempted, etag: etag, flavor: "Google") + hear(200, maintenance, flavor: "Google")
    }

    /// One list of Azure; the name is given where it is asked for.
    mutating func azure(_ events: String...) -> [NoticeChange] {
        _ = ask()
        let named = asked?.path.contains("/name?") == true ? hear(200, "vm-0\n") : []
        return named + hear(200, "{\"DocumentIncarnation\":1,\"Events\":[\(events.joined(separator: ","))]}")
    }

    static func event(
        _ id: String = "602d9444-d2cd-49c7-8624-8643e7171297", _ type: String = "Preempt", resources: String = "\"vm-0\"",
        status: String = "Scheduled", notBefore: String = "Tue, 27 Oct 2020 08:22:30 GMT", duration: Int = -1
    ) -> String {
        "{\"EventId\":\"\(id)\",\"EventType\":\"\(type)\",\"ResourceType\":\"VirtualMachine\",\"Resources\":[\(resources)],"
            + "\"EventStatus\":\"\(status)\",\"NotBefore\":\"\(notBefore)\",\"Description\":\"\",\"EventSource\":\"Platform\","
            + "\"DurationInSeconds\":\(duration)}"
    }
}
