import FleetControl
package import FleetModel

/// EC2's instance metadata service, version 2 ("Spot Instance interruption notices", "EC2 instance rebalance recommendations" and
/// "Use the Instance Metadata Service" in the Amazon EC2 User Guide): a session token by PUT, then both items by GET; 404 where
/// there is nothing to tell, 401 for a token that does not hold.
package struct EC2Dialogue: NoticeDialogue, Equatable {
    /// The longest a token may live, in seconds.
    static let tokenSeconds: Int64 = 21_600
    /// A token is renewed this long before its end.
    static let renewalMargin = Duration.seconds(600)
    /// Tokens have 56 characters; one that is much longer is none.
    static let tokenLimit = 1_024

    private enum Stage: Equatable {
        case token, action, rebalance
    }

    private struct Token: Equatable {
        var value: String
        var renewAt: Moment
    }

    package let interval = Duration.seconds(5)
    private var stage = Stage.token
    private var token: Token?
    /// Refused since the last whole round: one refusal means that the token is over, a second one something else.
    private var refusals = 0
    private var events: [AnnouncedEvent] = []

    package init() {}

    package mutating func request(now: Moment) -> MetadataRequest {
        if stage == .action, let token, token.renewAt <= now { stage = .token }
        guard stage != .token, let token else {
            return MetadataRequest(
                .put, "/latest/api/token",
                headers: [.init(name: "X-aws-ec2-metadata-token-ttl-seconds", value: "\(Self.tokenSeconds)")])
        }
        let item = stage == .action ? "spot/instance-action" : "events/recommendations/rebalance"
        return MetadataRequest(
            .get, "/latest/meta-data/\(item)", headers: [.init(name: "X-aws-ec2-metadata-token", value: token.value)])
    }

    package mutating func take(_ response: MetadataResponse, now: Moment) -> DialogueStep {
        if stage == .token { return takeToken(response, now: now) }
        if response.status == 401 {
            refusals += 1
            restart()
            return refusals < 2 ? .more : .failed("EC2 refuses the token it gave (401)")
        }
        let event: AnnouncedEvent?
        switch response.status {
        case 404: event = nil
        case 200:
            event = stage == .action ? EC2Documents.action(response.body) : EC2Documents.rebalance(response.body)
            guard event != nil else { return start(failing: "EC2 answered what is no \(name(of: stage))") }
        default: return start(failing: "EC2 answered \(response.status) for \(name(of: stage))")
        }
        if let event { events.append(event) }
        if stage == .action {
            stage = .rebalance
            return .more
        }
        refusals = 0
        defer { begin() }
        return .round(events)
    }

    package mutating func restart() {
        token = nil
        begin()
    }

    package mutating func noteVacated() {}

    private func name(of stage: Stage) -> String { stage == .rebalance ? "rebalance recommendation" : "instance action" }

    private mutating func begin() {
        events = []
        stage = token == nil ? .token : .action
    }

    private mutating func start(failing cause: String) -> DialogueStep {
        begin()
        return .failed(cause)
    }

    private mutating func takeToken(_ response: MetadataResponse, now: Moment) -> DialogueStep {
        token = nil
        guard response.status == 200, let value = response.word(limit: Self.tokenLimit) else {
            begin()
            return .failed("EC2 gave no token (\(response.status))")
        }
        token = Token(value: value, renewAt: now.advanced(by: .seconds(Self.tokenSeconds) - Self.renewalMargin))
        begin()
        return .more
    }
}
