package import FleetModel

/// Which places the fleet counts as lost, and why.
package struct FailoverVerdicts: Equatable, Sendable {
    /// Planes whose capacity counts for nothing, with the observers' words.
    package var failed: [PlaneName: String]
    /// Planes that are being taken back: they are given work, and others come first.
    package var returning: Set<PlaneName>
    /// Regions and providers of which every plane is failed. Sorted.
    package var regions: [RegionKey]
    package var providers: [ProviderName]

    package init(
        failed: [PlaneName: String] = [:], returning: Set<PlaneName> = [], regions: [RegionKey] = [],
        providers: [ProviderName] = []
    ) {
        self.failed = failed
        self.returning = returning
        self.regions = regions
        self.providers = providers
    }

    /// Planes that gateways send to only where nobody else may serve.
    package var avoided: Set<PlaneName> { returning.union(failed.keys) }
    /// Planes that are told nothing: they go on by what they were told last, on their disks.
    package var silent: Set<PlaneName> { Set(failed.keys) }
}

extension FailoverVerdicts {
    /// Verdicts on regions and providers follow from those on planes. A provider is failed when all its planes are, and they
    /// stand in two regions or more: what is lost with one region is that region.
    package init(_ fleet: Fleet, failed: [PlaneName: String], returning: Set<PlaneName>) {
        func isLost(_ planes: [WorkloadPlane]) -> Bool { planes.allSatisfy { failed[$0.name] != nil } }
        let regions = Set(fleet.planes.map(\.regionKey)).sorted()
        let providers = Set(fleet.planes.map(\.provider)).sorted()
        self.init(
            failed: failed, returning: returning,
            regions: regions.filter { region in isLost(fleet.planes.filter { $0.regionKey == region }) },
            providers: providers.filter { provider in
                regions.count { $0.provider == provider } > 1 && isLost(fleet.planes.filter { $0.provider == provider })
            })
    }
}
