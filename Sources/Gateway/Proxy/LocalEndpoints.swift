package import NIOCore

/// What the gateway answers by itself. The answers come from the control side, which may have to ask every event loop.
package struct LocalEndpoints: Sendable {
    package typealias Answer = @Sendable (_ eventLoop: any EventLoop) -> EventLoopFuture<LocalResponse>

    /// `GET /metrics`: Prometheus text.
    package var metrics: Answer
    /// `GET /readyz`: 200 or 503.
    package var readiness: Answer

    /// `GET /v2` of the Open Inference Protocol.
    let serverMetadata: LocalResponse

    /// - Parameter version: this gateway's.
    package init(metrics: @escaping Answer, readiness: @escaping Answer, version: String) {
        self.metrics = metrics
        self.readiness = readiness
        serverMetadata = Self.json("{\"name\":\"tradewind\",\"version\":\(JSONText.quoted(version)),\"extensions\":[]}")
    }

    enum Endpoint: Equatable {
        case metrics, readiness, health, models
        /// One model; its name as it stands in the path.
        case model(Range<Int>)
    }

    /// The endpoint at a path; nil for all that is routed.
    static func endpoint(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Endpoint? {
        func reads(_ text: StaticString) -> Bool {
            for index in 0..<path.count where bytes[path.lowerBound + index] != text.utf8Start[index] { return false }
            return true
        }
        switch path.count {
        case 7: return reads("/readyz") ? .readiness : nil
        case 8: return reads("/metrics") ? .metrics : reads("/healthz") ? .health : nil
        case 10: return reads("/v1/models") ? .models : nil
        default: return bytes.begins(with: modelPrefix, in: path) ? .model(path.dropFirst(modelPrefix.utf8CodeUnitCount)) : nil
        }
    }

    private static let modelPrefix: StaticString = "/v1/models/"

    /// `GET /v1/models`, in the shape of OpenAI's list and of Anthropic's at once: each client reads its own fields.
    static func modelList(_ models: [String]) -> LocalResponse {
        let items = models.map(item).joined(separator: ",")
        let (first, last) = (models.first.map(JSONText.quoted) ?? "null", models.last.map(JSONText.quoted) ?? "null")
        return json("{\"object\":\"list\",\"data\":[\(items)],\"first_id\":\(first),\"last_id\":\(last),\"has_more\":false}")
    }

    /// `GET /v1/models/{id}`.
    static func model(_ name: String) -> LocalResponse { json(item(name)) }

    private static func item(_ name: String) -> String {
        let quoted = JSONText.quoted(name)
        return "{\"id\":\(quoted),\"object\":\"model\",\"created\":0,\"owned_by\":\"tradewind\",\"type\":\"model\","
            + "\"display_name\":\(quoted),\"created_at\":\"1970-01-01T00:00:00Z\"}"
    }

    private static func json(_ text: String) -> LocalResponse {
        LocalResponse(status: 200, contentType: "application/json", body: Array(text.utf8))
    }

    /// `GET /v2/health/live` of the Open Inference Protocol.
    static let serverLive = json("{\"live\":true}")

    static let health = LocalResponse(status: 200, contentType: "text/plain; charset=utf-8", body: Array("ok\n".utf8))
}
