import AsyncHTTPClient
import FleetTransport
import MetadataDoubles
import NIOCore
import NIOHTTP1
import NIOPosix
import WorkloadPlanes

/// A double on a port the system picked, and what a test does to it.
struct RunningDouble: Sendable {
    let server: MetadataDoubleServer

    var url: String { server.address.url }

    /// Runs a body with a double and ends it afterwards, also when the body throws.
    static func with(_ body: (RunningDouble) async throws -> Void) async throws {
        let double = RunningDouble(
            server: try await MetadataDoubleServer.start(
                port: 0, azureRequestsPerSecond: 10_000, group: MultiThreadedEventLoopGroup.singleton))
        do {
            try await body(double)
        } catch {
            await double.server.shutdown()
            throw error
        }
        await double.server.shutdown()
    }

    func command(
        _ command: DoubleCommand, _ node: DoubleNode, _ order: ReclaimOrder? = nil, key: String? = nil
    ) async throws -> (status: Int, told: DoubleStatus?) {
        var request = HTTPClientRequest(url: url + command.path(of: node))
        request.method = command == .status ? .GET : .POST
        request.headers.add(name: "authorization", value: "Bearer \(key ?? server.address.key)")
        if let order { request.body = .bytes(try FleetJSON.encode(order)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 16)
        return (Int(response.status.code), try? FleetJSON.decode(DoubleStatus.self, from: Array(body.readableBytesView)))
    }

    func reclaim(
        _ node: DoubleNode, _ kind: DoubleMachine.Kind = .termination, in seconds: Int64, away: Int64 = 3_600
    ) async throws {
        let order = ReclaimOrder(kind: kind, inMilliseconds: seconds * 1_000, awayMilliseconds: away * 1_000)
        _ = try await command(.reclaim, node, order)
    }
}
