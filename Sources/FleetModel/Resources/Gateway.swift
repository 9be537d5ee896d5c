/// A door of the fleet: where it stands and what it listens on.
package struct Gateway: Equatable, Sendable {
    package var metadata: Metadata
    package var location: Location
    /// Address to listen on; a command-line flag goes before it. Loopback where none is declared.
    package var listen: ListenAddress?
    /// Nil: clients speak plain HTTP, on loopback.
    package var tls: GatewayTLS?
    /// Nil: its clients are taken to be where it stands.
    package var clientPlace: ClientPlace?
    package var telemetry: GatewayTelemetry

    package var name: GatewayName { GatewayName(metadata.name) }

    package init(
        metadata: Metadata, location: Location, listen: ListenAddress? = nil, tls: GatewayTLS? = nil,
        clientPlace: ClientPlace? = nil, telemetry: GatewayTelemetry = .none
    ) {
        self.metadata = metadata
        self.location = location
        self.listen = listen
        self.tls = tls
        self.clientPlace = clientPlace
        self.telemetry = telemetry
    }
}

/// Host and TCP port. Port 0 lets the system pick.
package struct ListenAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    /// Reads `host:port` or `[v6]:port`; nil for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
