import FleetDocuments
package import FleetModel

/// Fleet files, read and judged before anything is sent.
package enum FleetDeclaration {
    /// The resources of all sources with the relative commands of each resolved against its own folder. Any problem fails with all
    /// of them, one line each.
    ///
    /// References are good when they lead to a resource in the sources or in `known`.
    package static func resources(in sources: [FleetSource], known: [ResourceKey]) throws(CommandFailure) -> [Resource] {
        let declared = try decode(sources, known: known)
        let everything = known + declared.map(\.key)
        var resolved: [Resource] = []
        for source in sources {
            let own = try decode([source], known: everything)
            resolved += own.map { $0.resolvingRelativeCommands(against: source.folder) }
        }
        return resolved
    }

    /// Which resources the sources name, for deleting them: what they refer to may be gone already.
    package static func keys(in sources: [FleetSource]) throws(CommandFailure) -> [ResourceKey] {
        try success(FleetDecoder.keys(in: files(sources)))
    }

    private static func decode(_ sources: [FleetSource], known: [ResourceKey]) throws(CommandFailure) -> [Resource] {
        try success(FleetDecoder.decode(files(sources), known: known))
    }

    private static func files(_ sources: [FleetSource]) -> [FleetFile] {
        sources.map { FleetFile(name: $0.name, text: $0.text) }
    }

    private static func success<Value>(_ result: Result<Value, FleetProblems>) throws(CommandFailure) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let failure): throw CommandFailure(.invalid, "", details: failure.problems.map(\.description))
        }
    }
}
