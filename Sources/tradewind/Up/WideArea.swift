import CommandLineInterface
import FleetModel
import FleetTransport
import WideAreaRelay

/// The relay of a local fleet: which stretches there are, and at which ports they begin.
struct WideArea: Sendable {
    private let folder: StateFolder
    private(set) var bound: [BoundLink] = []

    init(_ folder: StateFolder) { self.folder = folder }

    var configuration: String { "\(folder.root)/relay/links.json" }
    var ports: String { "\(folder.root)/relay/ports.json" }

    /// A link for each gateway and each plane that runs on this machine but stands elsewhere. A plane that is somebody's
    /// endpoint is as far away as it really is.
    static func links(_ fleet: Fleet) -> [RelayLink] {
        fleet.gateways.flatMap { gateway in
            fleet.planes.filter { $0.driver == .local }.map { plane in
                let roundTrip = gateway.location.coordinates.expectedRoundTrip(to: plane.location.coordinates)
                return RelayLink(gateway: gateway.name, plane: plane.name, oneWayMilliseconds: roundTrip.milliseconds / 2)
            }
        }
    }

    /// Writes what the relay reads, and forgets the ports of an earlier one.
    func prepare(_ links: [RelayLink]) throws {
        try PrivateFile.write(try FleetJSON.encode(links), to: configuration)
        try PrivateFile.write([], to: ports)
    }

    /// Learns the ports once the relay listens; false while it does not. From then on a relay that is started again listens
    /// at the same ports, which the gateways were told.
    mutating func learnPorts(_ links: [RelayLink]) throws -> Bool {
        guard let bytes = try PrivateFile.read(ports), !bytes.isEmpty else { return false }
        bound = try FleetJSON.decode([BoundLink].self, from: bytes)
        guard bound.count == links.count else {
            throw CommandFailure(.serverFailed, "the relay listens for other links than asked")
        }
        let fixed = zip(links, bound).map { link, bound in
            RelayLink(
                gateway: link.gateway, plane: link.plane, listen: bound.address, oneWayMilliseconds: link.oneWayMilliseconds)
        }
        try PrivateFile.write(try FleetJSON.encode(fixed), to: configuration)
        return true
    }

    func via(_ gateway: GatewayName) -> [(plane: PlaneName, address: String)] {
        bound.filter { $0.gateway == gateway }.map { ($0.plane, $0.address) }
    }
}
