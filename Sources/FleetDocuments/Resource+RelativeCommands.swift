package import FleetModel

extension Resource {
    /// The same resource with every element of its command engine that starts with `./` resolved against a folder: the folder of
    /// the file it was declared in, so that a fleet file works from wherever it is applied.
    package func resolvingRelativeCommands(against folder: String) -> Resource {
        guard case .workload(var workload) = self, case .command(var engine)? = workload.replica.engine else { return self }
        let base = folder.hasSuffix("/") ? folder : folder + "/"
        engine.command = engine.command.map { $0.hasPrefix("./") ? base + $0.dropFirst(2) : $0 }
        workload.replica.engine = .command(engine)
        return .workload(workload)
    }
}
