import CommandLineInterface
import FleetTransport
import Synchronization

/// A control plane that answers from a script, records what it was asked, and collects what was printed.
final class ScriptedControlPlane: ControlConnection {
    private struct State {
        var answers: [String: [ControlResponse]] = [:]
        var streams: [String: [Result<[ServerSentEvent], CommandFailure>]] = [:]
        var requests: [APIRequest] = []
        var output = ""
        var remarks: [String] = []
    }

    private let state = Mutex(State())

    /// The next answer to `GET /workloads` and the like (paths without their common root). The last one is given again and again.
    func answers(_ request: String, status: Int = 200, _ body: JSONValue) {
        let response = ControlResponse(status: status, body: Array(JSONText.pretty(body).utf8))
        state.withLock { $0.answers[request, default: []].append(response) }
    }

    /// The next stream at a path.
    func streams(_ path: String, _ result: Result<[ServerSentEvent], CommandFailure>) {
        state.withLock { $0.streams[path, default: []].append(result) }
    }

    var requests: [APIRequest] { state.withLock { $0.requests } }
    /// Those that change something, as `METHOD path`.
    var writes: [String] { requests.filter { $0.method != "GET" }.map(Self.line) }
    var output: String { state.withLock { $0.output } }
    var remarks: [String] { state.withLock { $0.remarks } }

    var client: FleetClient {
        let console = Console(
            write: { text in self.state.withLock { $0.output += text } },
            remark: { line in self.state.withLock { $0.remarks.append(line) } })
        return FleetClient(connection: self, console: console, now: { testNow })
    }

    func answer(to request: APIRequest) async throws -> ControlResponse {
        state.withLock { state in
            state.requests.append(request)
            let line = Self.line(request)
            guard let waiting = state.answers[line], let next = waiting.first else {
                // An undeclared list is empty; anything else does not exist.
                let isList = request.method == "GET" && !request.path.dropFirst(APIRequest.root.count + 1).contains("/")
                let body = isList ? #"{"items":[]}"# : #"{"error":{"code":"not_found","message":"nothing there"}}"#
                return ControlResponse(status: isList ? 200 : 404, body: Array(body.utf8))
            }
            if waiting.count > 1 { state.answers[line] = Array(waiting.dropFirst()) }
            return next
        }
    }

    func events(of request: APIRequest) -> AsyncThrowingStream<ServerSentEvent, any Error> {
        let next = state.withLock { state -> Result<[ServerSentEvent], CommandFailure> in
            state.requests.append(request)
            let path = String(request.path.dropFirst(APIRequest.root.count))
            guard let waiting = state.streams[path], let next = waiting.first else {
                return .failure(CommandFailure(.serverFailed, "no stream is scripted for \(path)"))
            }
            state.streams[path] = Array(waiting.dropFirst())
            return next
        }
        return AsyncThrowingStream { continuation in
            switch next {
            case .success(let events):
                for event in events { continuation.yield(event) }
                continuation.finish()
            case .failure(let failure): continuation.finish(throwing: failure)
            }
        }
    }

    private static func line(_ request: APIRequest) -> String {
        "\(request.method) \(request.path.dropFirst(APIRequest.root.count))"
    }
}
