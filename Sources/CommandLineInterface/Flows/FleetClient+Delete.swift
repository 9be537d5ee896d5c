package import FleetModel
import FleetTransport

extension FleetClient {
    /// `tradewind delete KIND NAME`.
    package func delete(_ key: ResourceKey) async throws {
        do {
            _ = try await connection.value(of: .delete(key))
        } catch let failure as CommandFailure where failure.exit == .notFound {
            let names = try await items(of: .resources(key.kind)).map { ItemReading($0).name }
            throw Self.notFound(key.name, kind: key.kind.plural, among: names)
        }
        try console.write("\(Self.label(key)) deleted\n")
    }

    /// `tradewind delete -f FILE`: what depends on others goes first. A resource that is gone already is told and passed over;
    /// any other refusal ends the command.
    package func delete(all keys: [ResourceKey]) async throws {
        var missing = 0
        for key in Set(keys).sorted().reversed() {
            let response = try await connection.answer(to: .delete(key))
            if response.isSuccess {
                try console.write("\(Self.label(key)) deleted\n")
            } else if response.status == 404 {
                missing += 1
                console.remark("\(Self.label(key)) was not there")
            } else {
                throw CommandFailure(response: response)
            }
        }
        guard missing == 0 else {
            throw CommandFailure(.notFound, "\(missing) of \(Set(keys).count) resources were not there; the others are deleted")
        }
    }

    /// How commands name what they changed: `workload/chat`.
    static func label(_ key: ResourceKey) -> String { TerminalText.escaped("\(key.kind.rawValue.lowercased())/\(key.name)") }
}
