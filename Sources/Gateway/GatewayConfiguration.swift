package import FleetModel
import FleetRouting
import FleetTransport

/// What one gateway process needs to know to serve.
package struct GatewayConfiguration: Sendable {
    /// What is wrong with a configuration, and what would be right.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Threads that serve; each has its own upstream connections and router.
    package static let threadRange = 1...64

    /// Requests that may be remembered: some kilobytes each.
    package static let rememberedRange = 0...65_536

    package var name: GatewayName
    /// Nil: where the fleet file says (``Gateway/listen``).
    package var listen: ListenAddress?
    /// This gateway's own folder: it holds the last good snapshot.
    package var stateFolder: String
    /// The control API; nil takes what ``serverAddressFile`` says.
    package var serverURL: String?
    /// Says where the control API is (``ServerAddress``), read again before every connection; nil with ``serverURL`` nil
    /// serves from disk only.
    package var serverAddressFile: String?
    /// Holds this gateway's token, read again before every connection; nil where no plane and no control plane is to be reached.
    package var tokenFile: String?
    /// PEM certificates to trust for the control API.
    package var caFile: String?
    /// The CONNECT proxy on the way to a plane.
    package var via: [PlaneName: ListenAddress]
    package var threads: Int
    /// Goes before what the fleet declares for this gateway; nil takes that.
    package var tls: GatewayTLS?
    package var limits = ProxyLimits()
    /// How long requests in flight may take to finish once the gateway is told to end.
    package var drainDeadline = Duration.seconds(20)
    /// What flags and environment say of access log and traces; goes before what the fleet declares.
    package var telemetry = TelemetryOverrides()
    /// Requests that can be explained; 0 remembers none.
    package var rememberedRequests = RequestRecorder.Configuration.standardExplained
    /// Of this program, for traces.
    package var version = "unknown"

    package init(
        name: GatewayName, listen: ListenAddress?, stateFolder: String, serverURL: String? = nil,
        serverAddressFile: String? = nil, tokenFile: String? = nil,
        caFile: String? = nil, via: [PlaneName: ListenAddress] = [:], threads: Int = 1,
        tls: GatewayTLS? = nil
    ) {
        self.tls = tls
        self.name = name
        self.listen = listen
        self.stateFolder = stateFolder
        self.serverURL = serverURL
        self.serverAddressFile = serverAddressFile
        self.tokenFile = tokenFile
        self.caFile = caFile
        self.via = via
        self.threads = threads
    }

    /// Refuses what can never be served safely: beyond this machine clients speak TLS. Whether they are tenants, and which
    /// certificates a fleet declares, a snapshot says: until it does nobody is taken in there.
    package func validate() throws(Problem) {
        if let listen, !listen.isLoopback, tls == nil, !hasControlPlane {
            throw Problem(
                description:
                    "a gateway without TLS listens on loopback only; use 127.0.0.1 or ::1, not \(listen.host), or a certificate")
        }
        guard Self.threadRange.contains(threads) else {
            throw Problem(
                description: "threads is \(Self.threadRange.lowerBound) to \(Self.threadRange.upperBound), not \(threads)")
        }
        guard Self.rememberedRange.contains(rememberedRequests) else {
            let range = "\(Self.rememberedRange.lowerBound) to \(Self.rememberedRange.upperBound)"
            throw Problem(description: "remembered requests are \(range), not \(rememberedRequests)")
        }
        guard !hasControlPlane || tokenFile != nil else {
            throw Problem(description: "a control plane's address needs a token file")
        }
    }

    /// False for a gateway that serves from disk alone.
    var hasControlPlane: Bool { serverURL != nil || serverAddressFile != nil }

    /// How clients are taken in before the first snapshot comes. What flags name must be there.
    func initialTransport() throws -> ClientTransport {
        if tls != nil { return try ClientTransport(tls) }
        guard let declared = (try? SavedSnapshot.load(from: stateFolder))?.snapshot.tls else { return .plain }
        return (try? ClientTransport(declared)) ?? .unavailable
    }

    /// What tells where the control plane is, each time it is asked; nil without one.
    var renewedCredentials: (@Sendable () -> GatewayControl.Configuration.Credentials?)? {
        guard hasControlPlane else { return nil }
        return { credentials() }
    }

    /// Where the control plane is and how to prove who this is, as the files say now; nil while they do not.
    private func credentials() -> GatewayControl.Configuration.Credentials? {
        guard let url = serverURL ?? serverAddress(), let token = readToken() else { return nil }
        return GatewayControl.Configuration.Credentials(url: url, token: token)
    }

    /// The token, without the line end an editor leaves; nil while there is none.
    func readToken() -> String? { tokenFile.flatMap { try? PrivateFile.readSecret($0) } }

    private func serverAddress() -> String? {
        guard let serverAddressFile, let bytes = try? PrivateFile.read(serverAddressFile, limit: 64 << 10) else { return nil }
        return try? FleetJSON.decode(ServerAddress.self, from: bytes).url
    }
}
