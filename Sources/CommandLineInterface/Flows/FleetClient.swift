import FleetModel
import FleetTransport

/// What the client commands do, one extension a command.
package struct FleetClient: Sendable {
    package let connection: any ControlConnection
    package let console: Console
    /// Seconds since 1970, UTC, for ages.
    package let now: @Sendable () -> Double

    package init(connection: any ControlConnection, console: Console, now: @escaping @Sendable () -> Double) {
        self.connection = connection
        self.console = console
        self.now = now
    }

    /// The items of a listing, in the server's order.
    func items(of listing: Listing) async throws -> [JSONValue] {
        try await connection.value(of: .list(listing))["items"].elements
    }

    /// Every resource the control plane knows, by kind and name.
    func knownResources() async throws -> [ResourceKey] {
        var keys: [ResourceKey] = []
        for kind in ResourceKind.allCases {
            keys += try await items(of: .resources(kind)).map { ResourceKey(kind: kind, name: ItemReading($0).name) }
        }
        return keys
    }

    /// One resource; where there is none the failure names the nearest that is.
    func resource(_ key: ResourceKey) async throws -> JSONValue {
        do {
            return try await connection.value(of: .get(key))
        } catch let failure as CommandFailure where failure.exit == .notFound {
            let names = try await items(of: .resources(key.kind)).map { ItemReading($0).name }
            throw Self.notFound(key.name, kind: key.kind.plural, among: names)
        }
    }

    static func notFound(_ name: String, kind: String, among names: [String]) -> CommandFailure {
        let known: String
        if names.isEmpty {
            known = "there are none yet"
        } else if let nearest = NearestName.find(name, among: names) {
            known = "did you mean \(nearest)?"
        } else {
            let shown = names.prefix(namesShown).joined(separator: ", ")
            known = "there are \(shown)\(names.count > namesShown ? " and \(names.count - namesShown) more" : "")"
        }
        return CommandFailure(.notFound, "there is no \(name) among the \(kind); \(known)")
    }

    /// Names listed in an error; the rest are counted.
    private static let namesShown = 8
}
