import AsyncHTTPClient
package import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the control API answered.
package struct ControlResponse: Equatable, Sendable {
    package var status: Int
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }
    package var isSuccess: Bool { (200..<300).contains(status) }
}

/// Talks to the control API with one token.
package final class ControlClient: Sendable {
    /// Why no answer came.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unreachable(url: String, cause: String)
        case refused(status: Int, url: String)
        case tooLarge(url: String, limit: Int)
        case tooSlow(url: String, limit: Int)

        package var description: String {
            switch self {
            case .unreachable(let url, let cause): "cannot reach the control plane at \(url): \(cause)"
            case .refused(let status, let url): "the control plane answered \(status) at \(url)"
            case .tooSlow(let url, let limit): "more than \(limit) events of \(url) wait to be read"
            case .tooLarge(let url, let limit): "the answer of \(url) is larger than \(limit) bytes"
            }
        }
    }

    /// Largest answer held in memory.
    package static let responseLimit = 64 << 20
    /// Events of one stream that may wait for their reader; one more ends the stream.
    package static let eventBacklog = 1_024
    /// A stream that stays silent this long is dead: the server writes a comment every five seconds.
    package static let streamSilence = TimeAmount.seconds(15)

    package let url: String
    private let token: String
    private let client: HTTPClient

    /// - Parameters:
    ///   - url: scheme and authority, such as `http://127.0.0.1:8080`.
    ///   - caFile: PEM certificates to trust instead of the system's, for `https`.
    package init(url: String, token: String, caFile: String? = nil, eventLoopGroup: any EventLoopGroup) throws {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.url = base
        self.token = token
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(3), read: Self.streamSilence)
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if let caFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(caFile)
            configuration.tlsConfiguration = tls
        }
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    package func shutdown() async throws { try await client.shutdown() }

    /// Sends one request; any status is an answer, only silence is an error.
    package func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, contentType: String = "application/json"
    ) async throws -> ControlResponse {
        var request = request(method, path)
        if let body {
            request.headers.add(name: "content-type", value: contentType)
            request.body = .bytes(body)
        }
        do {
            let response = try await client.execute(request, timeout: .seconds(30))
            var bytes: [UInt8] = []
            for try await chunk in response.body {
                bytes.append(contentsOf: chunk.readableBytesView)
                guard bytes.count <= Self.responseLimit else {
                    throw Failure.tooLarge(url: url + path, limit: Self.responseLimit)
                }
            }
            return ControlResponse(status: Int(response.status.code), body: bytes)
        } catch let failure as Failure {
            throw failure
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            throw Failure.unreachable(url: url, cause: Self.plainWords(error))
        }
    }

    /// Opens one `text/event-stream`. It ends when the server ends it and throws when it breaks, is refused or falls silent;
    /// ending the iteration closes the connection. Opening it again is the caller's business, with a ``Backoff``.
    package func events(_ path: String) -> AsyncThrowingStream<ServerSentEvent, any Error> {
        AsyncThrowingStream(bufferingPolicy: .bufferingOldest(Self.eventBacklog)) { continuation in
            let task = Task {
                do {
                    try await self.follow(path) { event in
                        // A reader that misses an event must know: it lists again, or takes the newest document, by reconnecting.
                        if case .dropped = continuation.yield(event) {
                            throw Failure.tooSlow(url: url + path, limit: Self.eventBacklog)
                        }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(_ path: String, each: (ServerSentEvent) throws -> Void) async throws {
        var request = request("GET", path)
        request.headers.add(name: "accept", value: "text/event-stream")
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.status == .ok else { throw Failure.refused(status: Int(response.status.code), url: url + path) }
            var parser = ServerSentEventParser()
            for try await chunk in response.body {
                for event in try parser.read(chunk.readableBytesView) { try each(event) }
            }
        } catch let failure as Failure {
            throw failure
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            throw Failure.unreachable(url: url, cause: Self.plainWords(error))
        }
    }

    private func request(_ method: String, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        request.headers.add(name: "user-agent", value: "tradewind")
        return request
    }

    /// What a person can act on, of the errors a connection meets.
    private static func plainWords(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .connectTimeout: "no connection within 3 s"
        case let error as HTTPClientError where error == .readTimeout: "no byte for 15 s"
        case let error as HTTPClientError where error == .deadlineExceeded: "no answer within 30 s"
        case let error as NIOConnectionError: error.connectionErrors.first.map { plainWords($0.error) } ?? "connection failed"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        default: "\(error)"
        }
    }
}
