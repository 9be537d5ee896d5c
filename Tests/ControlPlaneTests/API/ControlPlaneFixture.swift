import ControlPlane
import FleetModel
import FleetTransport
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

/// A control plane over a scratch folder, with its own time, driven without a network.
struct ControlPlaneFixture {
    let folder: ScratchFolder
    let clock: ManualClock
    let assembly: ControlPlaneAssembly
    let admin: String

    init(
        folder: ScratchFolder = ScratchFolder(), clock: ManualClock = ManualClock(), prices: PriceBook = PriceBook(asOf: "")
    ) async throws {
        self.folder = folder
        self.clock = clock
        assembly = try await ControlPlaneAssembly(
            folder: folder.state, clock: clock, prices: { _ in prices }, logger: Logger(label: "test"))
        admin = try #require(try PrivateFile.readSecret(folder.state.adminToken))
    }

    struct Answer: Sendable {
        var status: Int
        var body: String
        var headers: HTTPFields

        var json: JSONValue {
            get throws { try JSONValue(json: body) }
        }
        var code: String? { (try? json)?["error"]["code"].text }
        var message: String { (try? json)?["error"]["message"].text ?? "" }
    }

    /// Sends one request through the router; `token` nil sends none.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, token: String?
    ) async throws -> Answer {
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer \(token)" }
        return try await Application(router: assembly.router, logger: Logger(label: "test")).test(.router) { [headers] client in
            let response = try await client.execute(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
            return Answer(
                status: Int(response.status.code), body: String(buffer: response.body), headers: response.headers)
        }
    }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws -> Answer {
        try await send(method, path, body, token: admin)
    }

    /// Declares documents and reconciles once.
    @discardableResult
    func apply(_ documents: String) async throws -> Answer {
        let answer = try await send(.post, "/api/v1alpha1/apply", documents)
        try await assembly.reconciler.pass()
        return answer
    }

    func token(_ scope: TokenScope) throws -> String {
        try #require(try PrivateFile.readSecret(folder.state.tokenFile(scope)))
    }

    /// The newest document of a plane or gateway.
    func document<Document: Decodable>(_ type: Document.Type, _ scope: TokenScope) async throws -> Document {
        let subscription = try assembly.streams.listen(as: scope)
        subscription.mailbox.beat()
        guard case .event(let event)? = await subscription.mailbox.next()?.first else {
            throw APIError.notFound("no document was sent to \(scope)")
        }
        return try FleetJSON.decode(type, from: Array(event.data.utf8))
    }
}
