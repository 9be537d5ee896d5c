import AsyncHTTPClient
import CommandLineInterface
import FleetTransport
import MetadataDoubles
import NIOCore
import NIOHTTP1

/// Commands the doubles of a running `tradewind up`.
struct DoubleClient: Sendable {
    private static let addressLimit = 64 << 10
    private static let answerLimit = 64 << 10

    private let address: DoubleAddress

    init(_ address: DoubleAddress) { self.address = address }

    /// The doubles of the fleet in this folder. Throws where none were started.
    init(_ folder: StateFolder) throws {
        guard let address = try Self.address(in: folder.metadataDouble) else {
            throw CommandFailure(
                .unreachable,
                "no metadata services are doubled in \(folder.root): nodes can be reclaimed where `tradewind up` runs")
        }
        self.address = address
    }

    /// What a double wrote of itself; nil where there is no such file, or another's.
    static func address(in path: String) throws -> DoubleAddress? {
        guard let bytes = try PrivateFile.read(path, limit: addressLimit), !bytes.isEmpty else { return nil }
        guard let address = try? FleetJSON.decode(DoubleAddress.self, from: bytes), address.url.hasPrefix("http://127.0.0.1:")
        else {
            throw CommandFailure(.invalid, "\(path) does not hold the address of a double; remove it")
        }
        return address
    }

    func send(_ command: DoubleCommand, _ node: DoubleNode, order: ReclaimOrder? = nil) async throws -> DoubleStatus {
        var request = HTTPClientRequest(url: address.url + command.path(of: node))
        request.method = command == .status ? .GET : .POST
        request.headers.add(name: "authorization", value: "Bearer \(address.key)")
        if let order { request.body = .bytes(try FleetJSON.encode(order)) }
        let status: HTTPResponseStatus
        let body: ByteBuffer
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
            status = response.status
            body = try await response.body.collect(upTo: Self.answerLimit)
        } catch {
            throw CommandFailure(
                .unreachable, "the doubled metadata services at \(address.url) do not answer; does `tradewind up` run?")
        }
        guard status == .ok, let told = try? FleetJSON.decode(DoubleStatus.self, from: Array(body.readableBytesView)) else {
            throw CommandFailure(.serverFailed, "the double answered \(status.code): \(String(buffer: body))")
        }
        return told
    }
}
