import FleetModel
import FleetTransport
import NIOHTTP1
import Synchronization

/// An OTLP/HTTP collector that takes only what the protocol allows, and says what was wrong with the rest. Its rules are those of
/// opentelemetry-proto (`trace.proto`, its specification's JSON mapping) and of the semantic conventions' attribute types.
final class CollectorDouble: Sendable {
    struct Span: Sendable {
        var trace: String
        var id: String
        /// Empty for a root.
        var parent: String
        var name: String
        var kind: Int64
        var start: UInt64
        var end: UInt64
        var flags: Int64
        var isError: Bool
        var attributes: [String: JSONValue]

        func text(_ key: String) -> String? { attributes[key]?["stringValue"].text }
        func number(_ key: String) -> Int64? { attributes[key]?["intValue"].text.flatMap { Int64($0) } }
    }

    struct Reply: Sendable {
        var status: Int
        var body = "{}"
        var retryAfter: String?
    }

    private struct State: Sendable {
        var replies: [Reply]
        var spans: [Span] = []
        var problems: [String] = []
        var requests = 0
        var keys: [String?] = []
        var resource: [String: JSONValue] = [:]
    }

    private let state: Mutex<State>
    private let server = Mutex<StubServer?>(nil)

    /// - Parameter replies: to the first exports; later ones are taken with 200.
    init(_ replies: [Reply] = []) async throws {
        state = Mutex(State(replies: replies))
        let server = try await StubServer { [weak self] head, body, responder in
            guard let self else { return responder.close() }
            let reply = self.take(head, body)
            var headers: HTTPHeaders = ["content-length": "\(reply.body.utf8.count)", "content-type": "application/json"]
            if let retryAfter = reply.retryAfter { headers.add(name: "retry-after", value: retryAfter) }
            responder.begin(HTTPResponseStatus(statusCode: reply.status), headers: headers)
            responder.write(reply.body)
            responder.end()
        }
        self.server.withLock { $0 = server }
    }

    var endpoint: String { server.withLock { $0.map { "http://\($0.address)" } ?? "" } }
    var spans: [Span] { state.withLock(\.spans) }
    var problems: [String] { state.withLock(\.problems) }
    var requests: Int { state.withLock(\.requests) }
    var keys: [String?] { state.withLock(\.keys) }
    var resource: [String: JSONValue] { state.withLock(\.resource) }

    func stop() async throws { try await server.withLock { $0 }?.kill() }

    private func take(_ head: HTTPRequestHead, _ body: String) -> Reply {
        state.withLock { state in
            state.requests += 1
            state.keys.append(head.headers.first(name: "x-collector-key"))
            if !state.replies.isEmpty {
                let reply = state.replies.removeFirst()
                guard reply.status == 200 else { return reply }
                Self.read(head, body, &state)
                return reply
            }
            Self.read(head, body, &state)
            return Reply(status: 200)
        }
    }

    private static func read(_ head: HTTPRequestHead, _ body: String, _ state: inout State) {
        func fault(_ text: String) { state.problems.append(text) }
        if head.method != .POST || head.uri != "/v1/traces" { fault("\(head.method) \(head.uri)") }
        if head.headers.first(name: "content-type") != "application/json" { fault("content-type") }
        guard let document = try? JSONValue(json: body) else { return fault("no JSON") }
        if Set(document.members.keys) != ["resourceSpans"] { fault("ExportTraceServiceRequest has unknown members") }
        for resource in document["resourceSpans"].elements {
            state.resource = attributes(resource["resource"]["attributes"], fault)
            if state.resource["service.name"]?["stringValue"].text == nil { fault("service.name is required") }
            for scope in resource["scopeSpans"].elements {
                if scope["scope"]["name"].text?.isEmpty ?? true { fault("a scope without a name") }
                for span in scope["spans"].elements { state.spans.append(Self.span(span, fault)) }
            }
        }
        if Set(state.spans.map(\.id)).count != state.spans.count { fault("a span id is there twice") }
    }

    private static func span(_ value: JSONValue, _ fault: (String) -> Void) -> Span {
        let known: Set = [
            "traceId", "spanId", "parentSpanId", "flags", "name", "kind", "startTimeUnixNano", "endTimeUnixNano", "attributes",
            "status",
        ]
        for key in value.members.keys where !known.contains(key) { fault("a span has a member \(key)") }
        func id(_ key: String, _ length: Int) -> String {
            let text = value[key].text ?? ""
            let isHex = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            if text.utf8.count != length || !isHex || text.allSatisfy({ $0 == "0" }) { fault("\(key) is \(text)") }
            return text
        }
        func nanoseconds(_ key: String) -> UInt64 {
            // A 64-bit integer is text in proto3's JSON.
            guard let time = value[key].text.flatMap({ UInt64($0) }), time > 1_600_000_000_000_000_000 else {
                fault("\(key) is no time")
                return 0
            }
            return time
        }
        let span = Span(
            trace: id("traceId", 32), id: id("spanId", 16), parent: value["parentSpanId"].isNull ? "" : id("parentSpanId", 16),
            name: value["name"].text ?? "", kind: value["kind"].integer ?? 0, start: nanoseconds("startTimeUnixNano"),
            end: nanoseconds("endTimeUnixNano"), flags: value["flags"].integer ?? -1,
            isError: value["status"]["code"].integer == 2,
            attributes: attributes(value["attributes"], fault))
        if span.name.isEmpty { fault("a span without a name") }
        if span.kind != 2 && span.kind != 3 { fault("kind \(span.kind)") }
        if span.start > span.end { fault("a span ends before it begins") }
        if !(0x101...0x3FF).contains(span.flags) { fault("flags \(span.flags)") }
        if span.id == span.parent { fault("a span is its own parent") }
        return span
    }

    private static func attributes(_ value: JSONValue, _ fault: (String) -> Void) -> [String: JSONValue] {
        var attributes: [String: JSONValue] = [:]
        for entry in value.elements {
            guard let key = entry["key"].text, !key.isEmpty, entry["value"].members.count == 1 else {
                fault("an attribute without a key or with other than one value")
                continue
            }
            let content = entry["value"]
            let isTyped =
                content["stringValue"].text != nil || content["intValue"].text.flatMap { Int64($0) } != nil
                || content["doubleValue"].double != nil || content["boolValue"].flag != nil
            if !isTyped { fault("\(key) has no value of a known type") }
            if attributes.updateValue(content, forKey: key) != nil { fault("\(key) is there twice") }
        }
        return attributes
    }
}
