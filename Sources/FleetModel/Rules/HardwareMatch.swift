/// Whether a pool's nodes can run a replica. One function for placement and for planning.
package enum HardwareMatch: Equatable, Sendable {
    /// What one replica takes and gives there.
    case runs(AcceleratorProfile)
    /// The first requirement the pool does not meet, in plain words.
    case cannot(because: String)
}

extension ReplicaRequirement {
    /// Judges a pool by what its nodes carry.
    package func match(_ pool: CapacityPool) -> HardwareMatch {
        let type = pool.accelerator
        guard let profile = profile.first(where: { $0.accelerator == type }) else {
            return .cannot(because: "it has \(type); the workload's profile knows \(Self.list(profile.map(\.accelerator.name)))")
        }
        if let objection = objection(to: type) { return .cannot(because: objection) }
        guard profile.accelerators <= pool.acceleratorsPerNode else {
            return .cannot(
                because: "a replica needs \(profile.accelerators) accelerators in one node; its nodes have "
                    + "\(pool.acceleratorsPerNode)")
        }
        return .runs(profile)
    }

    /// Why an accelerator type will not do, whatever its throughput; nil where it will. Memory that the type's name does not tell
    /// is taken to be enough, since the profile was measured with it.
    func objection(to type: AcceleratorType) -> String? {
        if !types.isEmpty, !types.contains(type) {
            return "it has \(type); a replica asks for \(Self.list(types.map(\.name)))"
        }
        if !architectures.isEmpty, !(type.architecture.map(architectures.contains) ?? false) {
            let found = type.architecture.map { "is of architecture \($0.rawValue)" } ?? "has no known architecture"
            return "\(type) \(found); a replica asks for \(Self.list(architectures.map(\.rawValue)))"
        }
        if let wanted = memory, let memory = type.memory, memory < wanted {
            return "\(type) has \(memory.text); a replica needs \(wanted.text)"
        }
        return nil
    }

    private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
