import FleetDocuments
import FleetModel
import FleetTransport

extension FleetClient {
    /// `tradewind apply -f …`: judges the files here, then sends all of them in one request, which is applied whole or not at all.
    package func apply(_ sources: [FleetSource], isDryRun: Bool) async throws {
        let resources = try FleetDeclaration.resources(in: sources, known: try await knownResources())
        guard !resources.isEmpty else {
            throw CommandFailure(.invalid, "\(sources.map(\.name).joined(separator: ", ")) declares nothing")
        }
        let document = Array(FleetEncoder.yaml(resources).utf8)
        let answer = try await connection.value(of: .apply(document, contentType: "application/yaml", isDryRun: isDryRun))
        for result in answer["results"].elements {
            let kind = ItemReading.plain(result["kind"]).lowercased()
            let line = "\(kind)/\(ItemReading.plain(result["name"])) \(ItemReading.plain(result["action"]))"
            try console.write(TerminalText.escaped(line) + (isDryRun ? " (dry run)" : "") + "\n")
        }
    }

    /// `tradewind delete -f …`: everything the files declare.
    package func delete(declaredIn sources: [FleetSource]) async throws {
        try await delete(all: try FleetDeclaration.keys(in: sources))
    }
}
