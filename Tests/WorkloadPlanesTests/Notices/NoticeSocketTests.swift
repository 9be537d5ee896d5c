import AsyncHTTPClient
import FleetControl
import FleetModel
import Foundation
import MetadataDoubles
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import WorkloadPlanes

/// Each cloud's side against its double, over sockets; only the pauses between rounds pass in the test's own time.
@Suite struct NoticeSocketTests {
    private struct Line {
        var follower: NoticeFollower
        let client: MetadataClient
        let url: UpstreamURL
        var now = Moment.origin

        /// Asks and listens until something is told; at most so many answers.
        mutating func hear(atMost limit: Int = 40) async -> [NoticeChange] {
            for _ in 0..<limit {
                switch follower.next(now: now) {
                case .rest(let until): now = until
                case .ask(let request):
                    let answer = await client.send(request, to: url)
                    let changes = follower.take(answer, now: now, utc: Int64(Date().timeIntervalSince1970))
                    if !changes.isEmpty { return changes }
                }
            }
            return []
        }

        /// One round in which nothing is told.
        mutating func isQuiet() async -> Bool { await hear(atMost: 6).isEmpty }
    }

    private func withLine(
        _ service: DoubleNode.Service, _ body: (inout Line, RunningDouble, DoubleNode) async throws -> Void
    ) async throws {
        let node = DoubleNode(service: service, plane: "lab", pool: "spot", index: 1)
        let dialogue: any NoticeDialogue =
            switch service {
            case .ec2: EC2Dialogue()
            case .gcp: GCPDialogue()
            case .azure: AzureDialogue()
            }
        try await RunningDouble.with { double in
            let client = MetadataClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
            let url = try #require(UpstreamURL(double.url + node.path))
            var line = Line(follower: NoticeFollower(dialogue, isElsewhere: true), client: client, url: url)
            do {
                try await body(&line, double, node)
            } catch {
                await client.shutdown()
                throw error
            }
            await client.shutdown()
        }
    }

    @Test("a notice is heard, taken back, heard anew, and the machine's end after it", arguments: DoubleNode.Service.allCases)
    func life(service: DoubleNode.Service) async throws {
        try await withLine(service) { line, double, node in
            // GCP's request hangs until something changes: nothing may be waited for before that.
            if service != .gcp { #expect(await line.isQuiet()) }
            try await double.reclaim(node, in: 600)
            guard case .noticed(.termination, let within?, _)? = await line.hear().first else {
                Issue.record("no notice was heard")
                return
            }
            #expect(within <= .seconds(600))
            if service != .gcp { #expect(within > .seconds(500)) }
            _ = try await double.command(.cancel, node)
            #expect(await line.hear() == [.withdrawn(.termination)])
            try await double.reclaim(node, in: 0)
            #expect(await line.hear() == [.lost(atItsEnd: false)])
            #expect(try await double.command(.status, node).told?.phase == .gone)
        }
    }

    @Test("advice is heard where the cloud gives any", arguments: [DoubleNode.Service.ec2, .azure])
    func advice(service: DoubleNode.Service) async throws {
        try await withLine(service) { line, double, node in
            try await double.reclaim(node, .rebalance, in: 0)
            guard case .noticed(.rebalance, nil, _)? = await line.hear().first else {
                Issue.record("no advice was heard")
                return
            }
            #expect(try await double.command(.status, node).told?.isRead == true)
        }
    }

    @Test("an Azure event is approved once nothing runs there, and the machine goes before its time")
    func approval() async throws {
        try await withLine(.azure) { line, double, node in
            try await double.reclaim(node, in: 600)
            _ = await line.hear()
            #expect(try await double.command(.status, node).told?.isApproved == false)
            line.follower.noteVacated()
            let changes = await line.hear()
            #expect(changes == [.noticed(.termination, within: .zero, cause: "Azure scheduled Preempt for the machine")])
            #expect(try await double.command(.status, node).told?.isApproved == true)
        }
    }

    @Test("a token of a machine that is gone is refused by the next one, and renewed without a word")
    func replaced() async throws {
        try await withLine(.ec2) { line, double, node in
            #expect(await line.isQuiet())
            try await double.reclaim(node, in: 0, away: 0)
            #expect(await line.isQuiet())
            #expect(try await double.command(.status, node).told?.machine == 2)
        }
    }

    @Test("only who has the key commands the double")
    func key() async throws {
        try await withLine(.ec2) { _, double, node in
            for key in ["", String(repeating: "0", count: 64)] {
                let stranger = try await double.command(.status, node, key: key)
                #expect(stranger.status == 401)
            }
            let order = ReclaimOrder(kind: .termination, inMilliseconds: -1, awayMilliseconds: 0)
            let answer = try await double.command(.reclaim, node, order)
            #expect(answer.status == 400)
            #expect(try await double.command(.status, node).told?.phase == .running)
        }
    }

    @Test("redirects are not followed, large answers not read, late ones not waited for")
    func hostileServers() async throws {
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, limits: .init(body: 1_024, connections: 16),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton
        ) { request, response in
            switch request.head.uri {
            case "/redirect": try await response.answer(.found, headers: ["location": "/large"])
            case "/large": try await response.answer(.ok, body: String(repeating: "a", count: MetadataResponse.bodyLimit + 1))
            case "/stalled":
                try await response.begin(.ok, headers: ["content-length": "10"])
                try await response.write(ByteBuffer(string: "a"))
                fallthrough
            default:
                // Nothing comes until the client is gone.
                let (silence, source) = AsyncStream.makeStream(of: Void.self)
                for await _ in silence {}
                source.finish()
            }
        }
        let client = MetadataClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let url = try #require(UpstreamURL("http://127.0.0.1:\(listener.port)"))
        let ask = { (path: String, timeout: Duration) in
            await client.send(MetadataRequest(.get, path, headers: [], timeout: timeout), to: url)
        }
        #expect(await ask("/redirect", .seconds(30)) == .response(MetadataResponse(status: 302)))
        #expect(await ask("/large", .seconds(30)) == .failed("the answer is larger than 65536 bytes"))
        guard case .failed = await ask("/late", .milliseconds(100)) else {
            Issue.record("an answer was waited for beyond its time")
            return
        }
        // The head came in time.
        #expect(
            await ask("/stalled", .milliseconds(500)) == .failed("127.0.0.1:\(listener.port) cannot be asked: no answer in time"))
        await listener.close()
        guard case .failed = await ask("/redirect", .seconds(30)) else {
            Issue.record("something answers where nothing listens")
            return
        }
        await client.shutdown()
    }
}
