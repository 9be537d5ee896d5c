package import FleetModel

/// EC2's instance metadata service where version 2 is required, as the Amazon EC2 User Guide describes it: no item without a
/// session token, 401 for one that is unknown, over or of another machine; tokens only by PUT, with their life in a header (400),
/// and never through a proxy (403).
package struct EC2Double: DoubleService, Equatable {
    static let lifeHeader = "x-aws-ec2-metadata-token-ttl-seconds"
    static let tokenHeader = "x-aws-ec2-metadata-token"
    /// Tokens kept; the oldest goes first. The real service has no practical limit.
    static let tokenLimit = 1_024

    private struct Token: Equatable {
        var value: String
        var machine: Int
        var endsAt: Moment
    }

    private var tokens: [Token] = []

    package init() {}

    package mutating func answer(
        _ request: DoubleRequest, machine: inout DoubleMachine, now: Moment, isOverdue: Bool, token: () -> String
    ) -> DoubleAnswer {
        if machine.isGone { return .hangUp }
        if request.path == "/latest/api/token" {
            return .reply(giveToken(request, machine: machine, now: now, token: token))
        }
        guard request.method == "GET" || request.method == "HEAD" else { return .reply(Self.page(405, "Method Not Allowed")) }
        guard isKnown(request.header(Self.tokenHeader), machine: machine, now: now) else {
            return .reply(Self.page(401, "Unauthorized"))
        }
        switch request.path {
        case "/latest/meta-data/spot/instance-action":
            guard let notice = machine.announced else { return .reply(Self.page(404, "Not Found")) }
            machine.noteRead(now: now)
            return .reply(Self.json("{\"action\":\"terminate\",\"time\":\"\(DoubleTime.rfc3339(notice.utc))\"}"))
        case "/latest/meta-data/events/recommendations/rebalance":
            guard let advice = machine.advice else { return .reply(Self.page(404, "Not Found")) }
            machine.noteRead(now: now)
            return .reply(Self.json("{\"noticeTime\":\"\(DoubleTime.rfc3339(advice.utc))\"}"))
        case "/latest/meta-data/instance-id":
            return .reply(DoubleReply(200, "i-\(String(repeating: "0", count: 16))\(machine.number)", headers: Self.plain))
        default: return .reply(Self.page(404, "Not Found"))
        }
    }

    private mutating func giveToken(
        _ request: DoubleRequest, machine: DoubleMachine, now: Moment, token: () -> String
    ) -> DoubleReply {
        guard request.method == "PUT" else { return Self.page(405, "Method Not Allowed") }
        guard request.header("x-forwarded-for") == nil else { return Self.page(403, "Forbidden") }
        guard let text = request.header(Self.lifeHeader), !text.isEmpty, text.utf8.count <= 5,
            text.utf8.allSatisfy({ (48...57).contains($0) }), let seconds = Int64(text), (1...21_600).contains(seconds)
        else { return Self.page(400, "Bad Request") }
        if tokens.count >= Self.tokenLimit { tokens.removeFirst() }
        let fresh = Token(value: token(), machine: machine.number, endsAt: now.advanced(by: .seconds(seconds)))
        tokens.append(fresh)
        return DoubleReply(200, fresh.value, headers: ["content-type": "text/plain", Self.lifeHeader: "\(seconds)"])
    }

    private func isKnown(_ value: String?, machine: DoubleMachine, now: Moment) -> Bool {
        tokens.contains { $0.value == value && $0.machine == machine.number && now < $0.endsAt }
    }

    private static let plain = ["content-type": "text/plain", "server": "EC2ws"]
    private static func json(_ text: String) -> DoubleReply { DoubleReply(200, text, headers: plain) }
    private static func page(_ status: Int, _ title: String) -> DoubleReply {
        DoubleReply(
            status, "<html><head><title>\(status) - \(title)</title></head><body><h1>\(status) - \(title)</h1></body></html>",
            headers: ["content-type": "text/html", "server": "EC2ws"])
    }
}
