import FleetModel
import FleetTransport

/// What `up` remembers in the state folder for a later start without files.
struct UpMemory: Codable, Equatable {
    /// Gateways in the order they were declared, which is the order of their ports.
    var gateways: [GatewayName] = []
    /// Programs of command engines in the files that were given.
    var commands: [String] = []

    private static func path(_ folder: StateFolder) -> String { "\(folder.root)/up.json" }

    /// Nothing, where there is nothing or it cannot be read: it can all be given again.
    static func load(_ folder: StateFolder) -> UpMemory {
        guard let bytes = try? PrivateFile.read(path(folder)) else { return UpMemory() }
        return (try? FleetJSON.decode(UpMemory.self, from: bytes)) ?? UpMemory()
    }

    func save(_ folder: StateFolder) throws {
        try PrivateFile.write(try FleetJSON.encode(self), to: Self.path(folder))
    }

    /// Takes in the order in which files declare gateways.
    mutating func learn(_ declared: [ResourceKey]) {
        let named = declared.filter { $0.kind == .gateway }.map { GatewayName($0.name) }
        gateways = named + gateways.filter { !named.contains($0) }
    }

    /// Takes in the programs of those workloads that the files declare: whoever gave the files wants them run. What others
    /// apply later is not allowed by that.
    mutating func learn(commandsOf workloads: [Workload], declared: [ResourceKey]) {
        for workload in workloads where declared.contains(ResourceKey(kind: .workload, name: workload.metadata.name)) {
            guard case .command(let engine)? = workload.replica.engine, let program = engine.command.first else { continue }
            if !commands.contains(program) { commands.append(program) }
        }
    }

    /// The gateways in the order of their ports: those remembered, then the others as they come. Forgets those that are gone.
    mutating func order(_ present: [GatewayName]) -> [GatewayName] {
        gateways = gateways.filter { present.contains($0) } + present.filter { !gateways.contains($0) }
        return gateways
    }
}
