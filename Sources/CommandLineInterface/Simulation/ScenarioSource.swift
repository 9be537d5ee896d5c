import FleetDocuments
package import FleetModel
package import FleetSimulation
import FleetTransport

/// A scenario with the files it names.
package enum ScenarioSource {
    /// Reads a scenario file and the files beside it that it names.
    ///
    /// - Parameter fleet: what its policies change.
    package static func read(_ path: String, of fleet: Fleet, access: some FleetFileAccess) throws -> Scenario {
        guard let bytes = try access.content(of: path, limit: DocumentLimit.fileBytes) else {
            throw CommandFailure(.invalid, "there is no file \(path); --scenario is a YAML file (docs/simulate.md)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.invalid, "\(path) is not UTF-8")
        }
        switch ScenarioDocument.decode(FleetFile(name: path, text: text)) {
        case .failure(let problems): throw CommandFailure(.invalid, "", details: problems.problems.map(\.description))
        case .success(let document): return try scenario(document, path: path, fleet, access: access)
        }
    }

    private static func scenario(
        _ document: ScenarioDocument, path: String, _ fleet: Fleet, access: some FleetFileAccess
    ) throws -> Scenario {
        func beside(_ file: String) -> String {
            guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
            return path[...slash] + file
        }
        var scenario = Scenario(name: document.name, duration: document.duration, seed: document.seed)
        if let start = document.start { scenario.startSecondsSince1970 = start }
        scenario.resolution = Scenario.Resolution(rawValue: document.resolution.rawValue) ?? .auto
        if let step = document.step { scenario.step = step }
        scenario.demand = ScenarioDemand(
            source: document.source == .diurnal ? .diurnal : .declared, scale: document.scale,
            spikes: document.spikes.map {
                ScenarioDemand.Spike(factor: $0.factor, at: $0.at, ramp: $0.ramp, duration: $0.duration, workloads: $0.workloads)
            })
        if let trace = document.trace {
            let recorded = try RequestTraceFile.read(beside(trace.file), repeats: trace.repeats, access: access)
            scenario.demand.source = .trace(trace.workload, recorded)
        }
        if let file = document.recorded {
            guard document.trace == nil, document.source == .declared else {
                throw CommandFailure(
                    .invalid, "\(path): demand is given in several ways; right is one of trace, recorded and source: diurnal")
            }
            let recorded = try RecordedDemandFile.read(beside(file), access: access)
            scenario.demand.source = .recorded(recorded)
            if document.start == nil, let first = recorded.span?.lowerBound { scenario.startSecondsSince1970 = first }
        }
        for pair in document.tokens {
            var tokens = pair.workload == nil ? scenario.tokens : scenario.tokens(of: pair.workload ?? WorkloadName(""))
            if let prompt = pair.prompt { tokens.prompt = distribution(prompt) }
            if let output = pair.output { tokens.output = distribution(output) }
            if let workload = pair.workload { scenario.workloadTokens[workload] = tokens } else { scenario.tokens = tokens }
        }
        let launch = scenario.provisioning
        scenario.provisioning = LaunchTimes(
            reserved: document.launch.reserved ?? launch.reserved, onDemand: document.launch.onDemand ?? launch.onDemand,
            spot: document.launch.spot ?? launch.spot, modelLoad: document.launch.modelLoad ?? launch.modelLoad)
        scenario.faults = document.faults.compactMap(fault)
        scenario.markets = try document.spot.map { spot in
            var supply = SpotMarketSource.Supply.rate(
                perNodeHour: spot.reclaimsPerNodeHour ?? 0, away: spot.away ?? .zero)
            if let file = spot.trace {
                let zone = try SpotTraceFolder.zone(at: beside(file), access: access)
                supply = .trace(
                    gapSeconds: zone.gapSeconds, numbers: spot.unbounded ? zone.numbers.map { $0 > 0 ? .max : 0 } : zone.numbers)
            }
            return SpotMarketSource(plane: spot.plane, pool: spot.pool, supply: supply)
        }
        scenario.policies = try document.policies.map { policy in
            guard let file = policy.fleet else { return ScenarioPolicy(policy.name) }
            let sources = try FleetSourceCollection.collect([beside(file)], access: access)
            let changes = try FleetDeclaration.resources(in: sources, known: fleet.resources.map(\.key))
            let variant = try policy.buy.map { name throws(CommandFailure) in
                if let variant = FleetVariant(name) { return variant }
                throw CommandFailure(.invalid, "\(path): '\(name)' is no way to buy; accepted: \(FleetVariant.accepted)")
            }
            return ScenarioPolicy(policy.name, changes: changes, variant: variant)
        }
        scenario.wantedAvailability = document.availability
        return scenario
    }

    private static func distribution(_ tokens: ScenarioDocument.Tokens) -> TokenDistribution {
        tokens.variation > 0
            ? .lognormal(mean: tokens.mean, variation: min(tokens.variation, 100)) : .constant(Int(tokens.mean.rounded()))
    }

    private static func fault(_ fault: ScenarioDocument.Fault) -> ScenarioFault? {
        let region = fault.region?.split(separator: "/").map(String.init) ?? []
        let kind: ScenarioFault.Kind?
        if let plane = fault.plane {
            if let slower = fault.slower {
                kind = .slow(plane, factor: slower)
            } else {
                kind = fault.refuses ? .refused(plane, fault.pool) : .planeLost(plane)
            }
        } else if region.count == 2 {
            let provider = ProviderName(region[0])
            kind = fault.share.map { .nodesLost(provider, region[1], share: $0.fraction) } ?? .regionLost(provider, region[1])
        } else if let provider = fault.provider {
            kind = fault.tier == .spot ? .spotLost(provider) : .providerLost(provider)
        } else if let gateway = fault.gateway {
            kind = .gatewayLost(gateway)
        } else {
            kind = fault.controlPlane ? .controlLost : nil
        }
        return kind.map { ScenarioFault($0, at: fault.at, duration: fault.duration) }
    }
}
