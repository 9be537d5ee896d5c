package import NIOCore

/// What the gateway answers by itself. The answers come from the control side, which may have to ask every event loop.
package struct LocalEndpoints: Sendable {
    package typealias Answer = @Sendable (_ eventLoop: any EventLoop) -> EventLoopFuture<LocalResponse>

    /// `GET /metrics`: Prometheus text.
    package var metrics: Answer
    /// `GET /readyz`: 200 or 503.
    package var readiness: Answer

    package init(metrics: @escaping Answer, readiness: @escaping Answer) {
        self.metrics = metrics
        self.readiness = readiness
    }

    enum Endpoint { case metrics, readiness, health, models }

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
        default: return nil
        }
    }

    /// `GET /v1/models` in OpenAI's shape.
    static func modelList(_ models: [String]) -> LocalResponse {
        let items = models.map { "{\"id\":\(JSONText.quoted($0)),\"object\":\"model\",\"created\":0,\"owned_by\":\"tradewind\"}" }
        let text = "{\"object\":\"list\",\"data\":[\(items.joined(separator: ","))]}"
        return LocalResponse(status: 200, contentType: "application/json", body: Array(text.utf8))
    }

    static let health = LocalResponse(status: 200, contentType: "text/plain; charset=utf-8", body: Array("ok\n".utf8))
}
