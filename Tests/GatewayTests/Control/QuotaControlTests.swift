import FleetModel
import FleetRouting
import FleetTransport
import Gateway
import Logging
import NIOHTTP1
import NIOPosix
import Testing

@Suite("Tenants' limits on the control side", .timeLimit(.minutes(5)))
struct QuotaControlTests {
    private static func snapshot(_ limits: Tenant.Limits) -> RoutingSnapshot {
        var snapshot = ControlFixture.snapshot(feed: nil)
        snapshot.gatewayCount = 2
        snapshot.tenants = [
            TenantTerms(
                name: "acme", keys: [], limits: limits,
                price: .init(input: .init(billionthsPerToken: 1), output: .init(billionthsPerToken: 1)))
        ]
        return snapshot
    }

    private func control(_ url: String?, folder: TemporaryFolder) throws -> GatewayControl {
        try GatewayControl(
            .init(gateway: ControlFixture.gateway, controlURL: url, token: ControlFixture.token, folder: folder.path),
            group: MultiThreadedEventLoopGroup.singleton, sinks: [RecordingSink()],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, traffic: { TrafficReport() })
    }

    @Test("a report says what is held, and its answer is acted on")
    func lease() async throws {
        let reports = AsyncStream.makeStream(of: QuotaReport.self)
        let server = try await StubServer { head, body, response in
            guard head.uri.hasSuffix("/report"), let report = try? FleetJSON.decode(GatewayReport.self, from: Array(body.utf8)),
                let quota = report.quota
            else { return response.answer(.notFound) }
            reports.continuation.yield(quota)
            let grant = QuotaGrant(
                process: quota.process, sequence: quota.sequence, lines: quota.lines.map { .init(key: $0.key, ceiling: 6) })
            response.answer(.ok, String(decoding: (try? FleetJSON.encode(grant)) ?? [], as: UTF8.self))
        }
        let folder = try TemporaryFolder()
        try SavedSnapshot(snapshot: Self.snapshot(.init(concurrentRequests: 16)), contactUnixSeconds: nil).save(to: folder.path)
        let control = try control("http://\(server.address)", folder: folder)
        try await control.start(address: "127.0.0.1:1")
        var held: [Int64] = []
        for await report in reports.stream {
            held += report.lines.map(\.held)
            if held.count == 2 { break }
        }
        // A quarter of 16, for two gateways; then what was granted.
        #expect(held == [2, 6])
        #expect(control.facts.table?.directory.tenants.accounts[0].account.concurrency?.ceiling == 6)
        await control.stop()
        try await server.kill()
    }

    @Test("spend is on disk before it is spent, and counts as spent after a crash")
    func spend() async throws {
        let folder = try TemporaryFolder()
        let limits = Tenant.Limits(budgetPerDay: USD(billionths: 8_000), budgetPerMonth: USD(billionths: 80_000))
        try SavedSnapshot(snapshot: Self.snapshot(limits), contactUnixSeconds: nil).save(to: folder.path)
        for crash in 0..<3 as Range<Int64> {
            let control = try control(nil, folder: folder)
            try await control.start(address: "127.0.0.1:1")
            let day = try #require(control.facts.table?.directory.tenants.accounts[0].account.day)
            // Steps are a sixty-fourth: 125. Each process may use one before it must write again, its predecessors' count as used.
            #expect(day.used == crash * 125 && day.ceiling == (crash + 1) * 125)
            await control.stop()
        }
    }
}
