package import FleetTransport

/// The control API as flows see it: the real client, or a script in tests.
package protocol ControlConnection: Sendable {
    /// The answer to a request, whatever its status. Throws ``CommandFailure`` where none came.
    func answer(to request: APIRequest) async throws -> ControlResponse
    /// The events of a watch; throws ``CommandFailure`` where it is refused or breaks.
    func events(of request: APIRequest) -> AsyncThrowingStream<ServerSentEvent, any Error>
}

extension ControlConnection {
    /// The JSON of a successful answer. Anything else is a ``CommandFailure``.
    package func value(of request: APIRequest) async throws -> JSONValue {
        let response = try await answer(to: request)
        guard response.isSuccess else { throw CommandFailure(response: response) }
        guard !response.body.isEmpty else { return .null }
        guard let value = try? JSONValue(bytes: response.body) else {
            throw CommandFailure(
                .serverFailed, "the answer to \(request.method) \(request.path) is not JSON; is a Tradewind control plane there?")
        }
        return value
    }
}

/// A connection over HTTP.
package struct ClientConnection: ControlConnection {
    private let client: ControlClient
    /// How to get an answer where there was none.
    private let startHint: String

    package init(client: ControlClient, startHint: String) {
        self.client = client
        self.startHint = startHint
    }

    package func answer(to request: APIRequest) async throws -> ControlResponse {
        do {
            return try await client.send(request.method, request.path, body: request.body, contentType: request.contentType)
        } catch let failure as ControlClient.Failure {
            throw CommandFailure(transport: failure, start: startHint)
        }
    }

    package func events(of request: APIRequest) -> AsyncThrowingStream<ServerSentEvent, any Error> {
        let upstream = client.events(request.path)
        let hint = startHint
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    for try await event in upstream { continuation.yield(event) }
                    continuation.finish()
                } catch let failure as ControlClient.Failure {
                    continuation.finish(throwing: CommandFailure(transport: failure, start: hint))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
