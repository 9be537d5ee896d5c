package import FleetModel

/// One stretch of the wide area: from one gateway to one plane, and how long bytes take.
package struct RelayLink: Equatable, Sendable, Codable {
    package var gateway: GatewayName
    package var plane: PlaneName
    /// Where the relay listens for this stretch; port 0 lets the system pick. Loopback only.
    package var listen: String
    package var oneWayMilliseconds: Double

    package init(gateway: GatewayName, plane: PlaneName, listen: String = "127.0.0.1:0", oneWayMilliseconds: Double) {
        self.gateway = gateway
        self.plane = plane
        self.listen = listen
        self.oneWayMilliseconds = oneWayMilliseconds
    }

    /// A minute: more than any network takes, and a delay line must end some time.
    package static let longestOneWayMilliseconds = 60_000.0

    /// What is wrong with this link and what would be right; nil when nothing is.
    package var problem: String? {
        guard let address = ListenAddress(listen), LoopbackAddress.resolve(address.host) != nil else {
            return
                "\(gateway) to \(plane): cannot listen on '\(listen)'; accepted: a loopback address and port such as 127.0.0.1:0"
        }
        guard (0...Self.longestOneWayMilliseconds).contains(oneWayMilliseconds) else {
            return
                "\(gateway) to \(plane): \(oneWayMilliseconds) ms one way; accepted: 0 to \(Int(Self.longestOneWayMilliseconds))"
        }
        return nil
    }

    var oneWayNanoseconds: Int64 { Int64((oneWayMilliseconds * 1e6).rounded(.up)) }
}

/// Where the relay listens for one link.
package struct BoundLink: Equatable, Sendable, Codable {
    package var gateway: GatewayName
    package var plane: PlaneName
    /// `host:port` as a gateway's `--via` takes it.
    package var address: String

    package init(gateway: GatewayName, plane: PlaneName, address: String) {
        (self.gateway, self.plane, self.address) = (gateway, plane, address)
    }
}
