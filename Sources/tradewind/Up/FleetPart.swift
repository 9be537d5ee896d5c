import FleetModel
import FleetTransport

/// One child process of `tradewind up`: the same command a person would start by hand.
struct FleetPart: Equatable, Sendable {
    enum Role: Equatable, Sendable {
        case server
        case relay
        case metadataDouble
        case plane(PlaneName)
        case gateway(GatewayName)
    }

    let role: Role
    /// Arguments behind the name of the executable.
    let arguments: [String]

    /// As it stands in messages and as its log file is called.
    var name: String {
        switch role {
        case .server: "serve"
        case .relay: "relay"
        case .metadataDouble: "metadata-double"
        case .plane(let plane): "plane-\(plane)"
        case .gateway(let gateway): "gateway-\(gateway)"
        }
    }

    /// How long it may take to end. A plane waits for its replicas (30 s by default), a gateway for requests in flight.
    var grace: Duration {
        switch role {
        case .server: .seconds(10)
        case .relay, .metadataDouble: .seconds(2)
        case .plane: .seconds(45)
        case .gateway: .seconds(35)
        }
    }

    static func server(_ folder: StateFolder, port: Int) -> FleetPart {
        FleetPart(role: .server, arguments: ["serve", "--state", folder.root, "--port", "\(port)"])
    }

    static func relay(configuration: String, ports: String) -> FleetPart {
        FleetPart(role: .relay, arguments: ["relay", "--config", configuration, "--ports-file", ports])
    }

    static func metadataDouble(_ folder: StateFolder) -> FleetPart {
        FleetPart(role: .metadataDouble, arguments: ["metadata-double", "--address-file", folder.metadataDouble])
    }

    static func plane(
        _ name: PlaneName, _ options: UpOptions, allowedCommands: [String], notices: [String]
    ) -> FleetPart {
        let allowed = allowedCommands.flatMap { ["--allow-command", $0] }
        return FleetPart(
            role: .plane(name),
            arguments: ["plane", name.rawValue, "--state", options.folder.root, "--server", options.serverURL] + allowed
                + notices)
    }

    static func gateway(
        _ name: GatewayName, _ options: UpOptions, port: Int, via: [(plane: PlaneName, address: String)]
    ) -> FleetPart {
        let relays = via.flatMap { ["--via", "\($0.plane)=\($0.address)"] }
        let place = ["--state", options.folder.root, "--server", options.serverURL, "--listen", "\(UpOptions.host):\(port)"]
        return FleetPart(role: .gateway(name), arguments: ["gateway", name.rawValue] + place + relays)
    }
}
