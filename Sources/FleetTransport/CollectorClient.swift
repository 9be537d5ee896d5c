import AsyncHTTPClient
package import NIOCore
import NIOHTTP1

/// Sends telemetry to a collector by HTTP POST.
package final class CollectorClient: Sendable {
    package struct Answer: Equatable, Sendable {
        package var status: Int
        /// `Retry-After` in seconds; a date is not read.
        package var retryAfterSeconds: Int?
        package var body: [UInt8]

        package init(status: Int, retryAfterSeconds: Int? = nil, body: [UInt8] = []) {
            self.status = status
            self.retryAfterSeconds = retryAfterSeconds
            self.body = body
        }
    }

    /// Bytes of an answer that are read; what a collector says beyond is of no use.
    package static let answerLimit = 64 << 10
    /// One export may take so long: the standard of OpenTelemetry's `OTEL_EXPORTER_OTLP_TIMEOUT`.
    package static let timeout = TimeAmount.seconds(10)

    private let url: String
    private let headers: [(name: String, value: String)]
    private let client: HTTPClient

    /// - Parameter headers: sent with every request, such as a key. Secret.
    package init(url: String, headers: [(name: String, value: String)], eventLoopGroup: any EventLoopGroup) {
        self.url = url
        self.headers = headers
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(3), read: Self.timeout)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    package func shutdown() async { try? await client.shutdown() }

    /// The collector's answer; nil where none came.
    package func post(_ body: [UInt8], contentType: String) async -> Answer? {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        request.headers.replaceOrAdd(name: "content-type", value: contentType)
        request.headers.replaceOrAdd(name: "user-agent", value: "tradewind")
        request.body = .bytes(body)
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            var bytes: [UInt8] = []
            for try await chunk in response.body {
                bytes.append(contentsOf: chunk.readableBytesView.prefix(Self.answerLimit - bytes.count))
                if bytes.count == Self.answerLimit { break }
            }
            return Answer(
                status: Int(response.status.code),
                retryAfterSeconds: response.headers.first(name: "retry-after").flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil },
                body: bytes)
        } catch {
            return nil
        }
    }
}
