package import FleetModel
import FleetRouting

/// Requests as spans, in the JSON encoding of OTLP (opentelemetry-proto, `ExportTraceServiceRequest`: ids in hexadecimal,
/// 64-bit integers as text): one server span a request and one client span an attempt, with OpenTelemetry's HTTP and GenAI
/// attributes. No attribute holds text of a prompt or an answer, a query or a header.
package struct TraceDocument {
    package static let contentType = "application/json"

    let gateway: GatewayName
    let serviceName: String
    let version: String
    let clock: WallClock

    package init(gateway: GatewayName, serviceName: String, version: String, clock: WallClock) {
        self.gateway = gateway
        self.serviceName = serviceName
        self.version = version
        self.clock = clock
    }

    /// The spans a record stands for.
    package static func spanCount(_ record: RequestRecord) -> Int { 1 + record.attempts.count }

    package func bytes(_ records: [RequestRecord]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("resourceSpans")
            writer.array { writer in
                writer.object { writer in
                    writer.key("resource")
                    writer.object { resource(&$0) }
                    writer.key("scopeSpans")
                    writer.array { writer in
                        writer.object { writer in
                            writer.key("scope")
                            writer.object { writer in
                                writer.key("name")
                                writer.value("tradewind.gateway")
                                writer.key("version")
                                writer.value(version)
                            }
                            writer.key("spans")
                            writer.array { writer in
                                for record in records { spans(record, &writer) }
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private func resource(_ writer: inout JSONWriter) {
        attributes(&writer) { attributes in
            attributes.text("service.name", serviceName.utf8)
            attributes.text("service.instance.id", gateway.rawValue.utf8)
            attributes.text("service.version", version.utf8)
        }
    }

    private func spans(_ record: RequestRecord, _ writer: inout JSONWriter) {
        writer.object { server(record, &$0) }
        for attempt in record.attempts { writer.object { client(attempt, of: record, &$0) } }
    }

    // MARK: Spans

    private func server(_ record: RequestRecord, _ writer: inout JSONWriter) {
        begin(
            record, span: record.trace.span, parent: record.trace.parent, isParentRemote: true, kind: 2,
            name: name(record), from: record.startedAt, to: record.endedAt, &writer)
        attributes(&writer) { attributes in
            attributes.text("http.request.method", method(record))
            attributes.text("url.path", record.path)
            attributes.text("url.scheme", (record.isSecure ? "https" : "http").utf8)
            attributes.number("http.response.status_code", Int64(record.status))
            attributes.number("http.request.body.size", Int64(record.requestBytes))
            attributes.number("http.response.body.size", Int64(record.responseBytes))
            attributes.text("tradewind.request.id", record.identity.requestID)
            if let route = record.route { attributes.text("tradewind.route", route.rawValue.utf8) }
            if let workload = record.workloadName { attributes.text("tradewind.workload", workload.utf8) }
            if let fallback = record.fallbackName { attributes.text("tradewind.fallback", fallback.utf8) }
            if let tenant = record.tenant { attributes.text("tradewind.tenant", tenant.name.rawValue.utf8) }
            if let final = record.final {
                attributes.text("tradewind.plane", final.replica.id.plane.rawValue.utf8)
                attributes.text("tradewind.reason", final.reason.code.description.utf8)
            }
            attributes.number("tradewind.attempts", Int64(record.attemptCount))
            attributes.seconds("tradewind.queue.duration", record.queueWait)
            genAI(record, &attributes)
            if let error = Self.error(record) { attributes.text("error.type", error.utf8) }
        }
        end(isError: record.status >= 500, &writer)
    }

    private func client(_ attempt: AttemptRecord, of record: RequestRecord, _ writer: inout JSONWriter) {
        begin(
            record, span: attempt.spanID, parent: record.trace.span, isParentRemote: false, kind: 3,
            name: name(record), from: attempt.startedAt, to: attempt.endedAt ?? record.endedAt, &writer)
        attributes(&writer) { attributes in
            attributes.text("http.request.method", method(record))
            attributes.text("server.address", attempt.replica.address.host.utf8)
            attributes.number("server.port", Int64(attempt.replica.address.port))
            if attempt.status > 0 { attributes.number("http.response.status_code", Int64(attempt.status)) }
            if let position = record.attempts.firstIndex(where: { $0.spanID == attempt.spanID }), position > 0 {
                attributes.number("http.request.resend_count", Int64(position))
            }
            attributes.text("tradewind.plane", attempt.replica.id.plane.rawValue.utf8)
            attributes.text("tradewind.replica", attempt.replica.id.description.utf8)
            attributes.text("tradewind.reason", attempt.reason.code.description.utf8)
            attributes.text("tradewind.outcome", attempt.outcome.text.utf8)
            if attempt.outcome == .answered, attempt.spanID == record.final?.spanID { genAI(record, &attributes) }
            if let error = Self.error(attempt) { attributes.text("error.type", error.utf8) }
        }
        end(isError: Self.error(attempt) != nil, &writer)
    }

    private func begin(
        _ record: RequestRecord, span: UInt64, parent: UInt64, isParentRemote: Bool, kind: Int, name: [UInt8], from: Moment,
        to: Moment, _ writer: inout JSONWriter
    ) {
        writer.key("traceId")
        writer.value(TraceContext.digits(record.trace.high) + TraceContext.digits(record.trace.low))
        writer.key("spanId")
        writer.value(TraceContext.digits(span))
        if parent != 0 {
            writer.key("parentSpanId")
            writer.value(TraceContext.digits(parent))
        }
        writer.key("flags")
        // SPAN_FLAGS: the W3C flags, whether the parent's place is known, and whether it is another process.
        writer.value(UInt32(record.trace.flags) | 0x100 | (isParentRemote && parent != 0 ? 0x200 : 0))
        writer.key("name")
        writer.value(name)
        writer.key("kind")
        writer.value(kind)
        writer.key("startTimeUnixNano")
        writer.value(String(clock.unixNanoseconds(of: from)))
        writer.key("endTimeUnixNano")
        writer.value(String(clock.unixNanoseconds(of: max(from, to))))
    }

    private func attributes(_ writer: inout JSONWriter, _ body: (inout SpanAttributes) -> Void) {
        var attributes = SpanAttributes()
        body(&attributes)
        writer.key("attributes")
        writer.array { attributes.write(to: &$0) }
    }

    /// Servers leave a client's mistakes (4xx) unset (OpenTelemetry, HTTP spans, status).
    private func end(isError: Bool, _ writer: inout JSONWriter) {
        writer.key("status")
        writer.object { writer in
            guard isError else { return }
            writer.key("code")
            writer.value(2)
        }
    }

    // MARK: Names and values

    private func genAI(_ record: RequestRecord, _ attributes: inout SpanAttributes) {
        guard let operation = GenAIOperation(path: record.path) else { return }
        attributes.text("gen_ai.operation.name", operation.rawValue.utf8)
        attributes.text("gen_ai.provider.name", "tradewind".utf8)
        if !record.model.isEmpty { attributes.text("gen_ai.request.model", record.model) }
        if record.isStream { attributes.flag("gen_ai.request.stream", true) }
        if let tokens = record.inputTokens { attributes.number("gen_ai.usage.input_tokens", tokens) }
        if let tokens = record.outputTokens { attributes.number("gen_ai.usage.output_tokens", tokens) }
        if let first = record.firstTokenAt {
            attributes.seconds("gen_ai.response.time_to_first_chunk", first.since(record.startedAt))
        }
    }

    /// `{operation} {model}`, or `{method} {route}`, which are few; never a path.
    private func name(_ record: RequestRecord) -> [UInt8] {
        if let operation = GenAIOperation(path: record.path), record.workload != nil {
            return Array(operation.rawValue.utf8) + (record.model.isEmpty ? [] : [32] + record.model)
        }
        return method(record) == Array("_OTHER".utf8)
            ? Array("HTTP".utf8) : method(record) + Array((record.route.map { " \($0.rawValue)" } ?? "").utf8)
    }

    private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"].map {
        Array($0.utf8)
    }

    /// Only methods that are known, as the convention has it.
    private func method(_ record: RequestRecord) -> [UInt8] {
        Self.methods.contains(record.method) ? record.method : Array("_OTHER".utf8)
    }

    private static func error(_ record: RequestRecord) -> String? {
        if !record.error.isEmpty { return record.error }
        return record.status >= 500 ? String(record.status) : nil
    }

    private static func error(_ attempt: AttemptRecord) -> String? {
        switch attempt.outcome {
        case .answered: attempt.status >= 400 ? String(attempt.status) : nil
        case .serverError: String(attempt.status)
        case .underWay, .outpaced, .cancelled: nil
        case .connectFailed, .broken, .timedOut: attempt.outcome.text
        }
    }
}

/// The attributes of one span, as OTLP's `KeyValue`s.
struct SpanAttributes {
    private enum Value {
        case text([UInt8])
        case number(Int64)
        case seconds(Double)
        case flag(Bool)
    }

    private var entries: [(key: StaticString, value: Value)] = []

    mutating func text(_ key: StaticString, _ value: some Sequence<UInt8>) { entries.append((key, .text(Array(value)))) }
    mutating func number(_ key: StaticString, _ value: Int64) { entries.append((key, .number(value))) }
    mutating func seconds(_ key: StaticString, _ value: Duration) { entries.append((key, .seconds(value.seconds))) }
    mutating func flag(_ key: StaticString, _ value: Bool) { entries.append((key, .flag(value))) }

    func write(to writer: inout JSONWriter) {
        for entry in entries {
            writer.object { writer in
                writer.key("key")
                writer.value(entry.key.description)
                writer.key("value")
                writer.object { writer in
                    switch entry.value {
                    case .text(let text):
                        writer.key("stringValue")
                        writer.value(text)
                    case .number(let number):
                        writer.key("intValue")
                        writer.value(String(number))
                    case .seconds(let seconds):
                        writer.key("doubleValue")
                        writer.precise(seconds)
                    case .flag(let flag):
                        writer.key("boolValue")
                        writer.value(flag)
                    }
                }
            }
        }
    }
}
