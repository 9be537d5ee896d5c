package import FleetModel

/// Compute Engine's metadata server as its documentation describes it: nothing without `Metadata-Flavor: Google` (403), nothing
/// for a request that came through a proxy, values with an ETag, and requests that hang until a value changes.
package struct GCPDouble: DoubleService, Equatable {
    private static let root = "/computeMetadata/v1/instance/"
    /// A request without `timeout_sec` hangs without end there; here a day, so that nothing is kept for ever.
    private static let longestHang: Int64 = 86_400

    package init() {}

    package mutating func answer(
        _ request: DoubleRequest, machine: inout DoubleMachine, now: Moment, isOverdue: Bool, token: () -> String
    ) -> DoubleAnswer {
        if machine.isGone { return .hangUp }
        guard request.header("metadata-flavor") == "Google" else {
            return .reply(Self.refusal(403, "Missing Metadata-Flavor:Google header."))
        }
        guard request.header("x-forwarded-for") == nil else {
            return .reply(Self.refusal(403, "Requests with an X-Forwarded-For header are not served."))
        }
        guard request.method == "GET" || request.method == "HEAD" else { return .reply(Self.refusal(405, "Method Not Allowed")) }
        guard let value = Self.value(request.path, machine) else { return .reply(Self.refusal(404, "Not Found")) }
        guard let parameters = request.parameters, let hang = Self.hang(parameters) else {
            return .reply(Self.refusal(400, "Bad Request"))
        }
        let etag = Self.etag(of: value)
        if let hang, !isOverdue, parameters["last_etag"] ?? etag == etag {
            var held = request
            if parameters["last_etag"] == nil {
                held.query = [request.query, "last_etag=\(etag)"].compactMap { $0 }.joined(separator: "&")
            }
            return .hold(hang, held)
        }
        if value != "FALSE", value != "NONE" { machine.noteRead(now: now) }
        return .reply(
            DoubleReply(
                200, value,
                headers: [
                    "content-type": "application/text", "etag": etag, "metadata-flavor": "Google",
                    "server": "Metadata Server for VM",
                ]))
    }

    private static func value(_ path: String, _ machine: DoubleMachine) -> String? {
        switch path {
        case root + "preempted": machine.announced == nil ? "FALSE" : "TRUE"
        case root + "maintenance-event": "NONE"
        case root + "id": "\(4_000_000_000_000_000_000 + machine.number)"
        default: nil
        }
    }

    /// How long the request may hang: nil inside where it does not ask for that, nil where it asks wrongly.
    private static func hang(_ parameters: [String: String]) -> Duration?? {
        let known: Set = ["wait_for_change", "timeout_sec", "last_etag", "alt", "recursive"]
        guard parameters.keys.allSatisfy(known.contains) else { return .none }
        switch parameters["wait_for_change"] {
        case nil, "false": return .some(nil)
        case "true":
            guard let text = parameters["timeout_sec"] else { return .some(.seconds(longestHang)) }
            guard let seconds = Int64(text), (0...longestHang).contains(seconds) else { return .none }
            return .some(.seconds(seconds))
        default: return .none
        }
    }

    /// The version of a value: the same for the same value (FNV-1a; Fowler, Noll, Vo).
    private static func etag(of value: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 16)
    }

    private static func refusal(_ status: Int, _ text: String) -> DoubleReply {
        DoubleReply(
            status, text,
            headers: [
                "content-type": "text/html; charset=UTF-8", "metadata-flavor": "Google", "server": "Metadata Server for VM",
            ])
    }
}
