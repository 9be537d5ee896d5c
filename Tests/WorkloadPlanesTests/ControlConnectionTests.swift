import FleetControl
import FleetModel
import FleetTransport
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing
import WorkloadPlanes

@Suite("A plane's connection to the control plane")
struct ControlConnectionTests {
    private static let group = MultiThreadedEventLoopGroup.singleton
    private let state = TemporaryState()

    /// A control plane that keeps every assignment stream open, takes one token and tells of every report it was sent.
    private func controlPlane(
        token: String, port: Int = 0, reports: AsyncStream<Int>.Continuation
    ) async throws -> HTTPListener {
        let assignment = String(
            decoding: try FleetJSON.encode(Fixture.assignment(engine: nil, count: 0)), as: UTF8.self)
        return try await HTTPListener.bind(
            host: "127.0.0.1", port: port, limits: .init(body: 1 << 20, connections: 16), eventLoopGroup: Self.group
        ) { request, response in
            let isKnown = request.head.headers["authorization"] == ["Bearer \(token)"]
            if request.head.method == .POST {
                reports.yield(isKnown ? 204 : 401)
                return try await response.answer(isKnown ? .noContent : .unauthorized)
            }
            try await response.begin(.ok, headers: ["content-type": "text/event-stream"])
            try await response.write(ByteBuffer(string: "event: assignment\ndata: \(assignment)\n\n"))
            for await _ in AsyncStream<Never>.makeStream().stream {}
        }
    }

    private func withPlane(_ body: @escaping @Sendable () async throws -> Void) async throws {
        var configuration = state.configuration()
        configuration.shutdownLimit = .seconds(1)
        var logger = Logger(label: "plane")
        logger.logLevel = .critical
        let server = PlaneServer(configuration: configuration, logger: logger)
        let plane = Task { try await server.run() }
        do {
            try await within { try await body() }
        } catch {
            plane.cancel()
            _ = try? await plane.value
            throw error
        }
        plane.cancel()
        try await plane.value
    }

    private func tell(_ port: Int, token: String) throws {
        try PrivateFile.write(Array(token.utf8), to: state.folder.tokenFile(.plane("toronto")))
        try PrivateFile.write(
            try FleetJSON.encode(ServerAddress(url: "http://127.0.0.1:\(port)")), to: state.folder.serverAddress)
    }

    @Test("reports go on after the control plane went away and came back elsewhere")
    func comesBack() async throws {
        let (statuses, reports) = AsyncStream.makeStream(of: Int.self)
        let first = try await controlPlane(token: "one", reports: reports)
        try tell(first.port, token: "one")
        try await withPlane {
            var answers = statuses.makeAsyncIterator()
            #expect(await answers.next() == 204)
            await first.close()
            let (later, laterReports) = AsyncStream.makeStream(of: Int.self)
            let second = try await controlPlane(token: "one", reports: laterReports)
            try tell(second.port, token: "one")
            var laterAnswers = later.makeAsyncIterator()
            #expect(await laterAnswers.next() == 204)
            #expect(await laterAnswers.next() == 204)
            await second.close()
        }
    }

    @Test("a report refused for its token makes the plane read its token file again, though its stream is open")
    func newToken() async throws {
        let (statuses, reports) = AsyncStream.makeStream(of: Int.self)
        let server = try await controlPlane(token: "new", reports: reports)
        try tell(server.port, token: "old")
        try await withPlane {
            var answers = statuses.makeAsyncIterator()
            #expect(await answers.next() == 401)
            try tell(server.port, token: "new")
            while let answer = await answers.next(), answer != 204 {}
            await server.close()
        }
    }
}
