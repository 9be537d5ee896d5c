import FleetCatalogue
import FleetModel

/// A plane as written: what the catalogue can tell may be left out.
private struct PlaneDraft: Sendable {
    var plane: WorkloadPlane
    var location: Location?
    var pools: [PoolDraft]
}

private struct PoolDraft: Equatable, Sendable {
    var pool: CapacityPool
    var accelerator: AcceleratorType?
    var acceleratorsPerNode: Int?
    var price: USDPerHour?
    var interruptions: InterruptionRate?
}

extension WorkloadPlane {
    static let blank = WorkloadPlane(
        metadata: .blank, provider: "", region: "", location: .blank, driver: .local, pools: [])

    static var rule: ValueRule<WorkloadPlane> {
        planeShape.rule.resolved(
            { draft, node, reading in resolve(draft, node, &reading) },
            back: { plane in
                PlaneDraft(
                    plane: plane, location: plane.location,
                    pools: plane.pools.map {
                        PoolDraft(
                            pool: $0, accelerator: $0.accelerator, acceleratorsPerNode: $0.acceleratorsPerNode,
                            price: $0.usdPerNodeHour.map { USDPerHour($0) },
                            interruptions: $0.interruptionsPerNodeHour.map { InterruptionRate(perNodeHour: $0) })
                    })
            })
    }

    private static let planeShape = Shape<PlaneDraft>(
        blank: PlaneDraft(plane: blank, location: nil, pools: []),
        [
            .required("provider", \.plane.provider, .name("the name of a Provider")),
            .required("region", \.plane.region, .text("the provider's name for the region, such as eu-central-1")),
            .optional("location", \.location, .location),
            .required("driver", \.plane.driver, .driver),
            .optional("pools", \.pools, default: [], .list(poolShape.rule)),
            .group(
                "protection",
                [
                    .optional("encryptionInTransit", \.plane.protection.encryptionInTransit, default: false, .flag),
                    .optional("encryptionAtRest", \.plane.protection.encryptionAtRest, default: false, .flag),
                    .optional("audit", \.plane.protection.audit, default: .none, .choice),
                ]),
            .optional("networks", \.plane.networks, default: [], .list(.text("a CIDR block such as 10.0.0.0/8"))),
            .optional("egress", \.plane.egress, .quantity),
            .optional("availability", \.plane.availability, .quantity),
        ])

    private static let poolShape = Shape<PoolDraft>(
        blank: PoolDraft(pool: CapacityPool(name: "", accelerator: "", acceleratorsPerNode: 0, tier: .onDemand, maxNodes: 0)),
        [
            .required("name", \.pool.name, .name("a name: \(ResourceNameRule.accepted)")),
            .optional("offer", \.pool.offer, .text("a machine type of the provider, such as p4de.24xlarge")),
            .optional("accelerator", \.accelerator, .accelerator),
            .optional("acceleratorsPerNode", \.acceleratorsPerNode, .whole("accelerators")),
            .required("tier", \.pool.tier, .choice),
            .optional("owned", \.pool.owned, default: false, .flag),
            .required("maxNodes", \.pool.maxNodes, .whole("nodes")),
            .optional("price", \.price, .quantity),
            .optional("commitment", \.pool.commitment, .choice),
            .optional("interruptions", \.interruptions, .quantity),
            .optional("replacementTime", \.pool.replacementTime, .quantity),
            .optional("provisioning", \.pool.provisioning, NodeProvisioning.rule),
            .optional("warm", \.pool.warm, WarmPool.rule),
            .optional("sharing", \.pool.sharing, .choice),
        ])

    private static func resolve(_ draft: PlaneDraft, _ node: DocumentNode, _ reading: inout Reading) -> WorkloadPlane {
        var plane = draft.plane
        plane.location = location(of: draft, node, &reading)
        let poolNodes: [DocumentNode] = if case .sequence(let nodes)? = node["pools"]?.value.content { nodes } else { [] }
        // Where an entry could not be read, positions no longer match and the entry has its message already.
        let isAligned = poolNodes.count == draft.pools.count
        plane.pools = reading.descend(key: "pools") { reading in
            draft.pools.enumerated().map { position, pool in
                reading.descend(index: position) {
                    resolve(pool, provider: plane.provider, isAligned ? poolNodes[position] : node, isAligned: isAligned, &$0)
                }
            }
        }
        return plane
    }

    private static func location(of draft: PlaneDraft, _ node: DocumentNode, _ reading: inout Reading) -> Location {
        let plane = draft.plane
        let known = reading.mode == .declared ? Catalogue.embedded.region(plane.region, of: plane.provider) : nil
        if var location = draft.location {
            if let known, !location.country.isEmpty, known.location.country != location.country {
                let place = node["location"]?.value
                reading.report(
                    line: place?["country"]?.line ?? place?.line ?? node.line, at: reading.path.key("location").key("country"),
                    "region \(plane.region) of \(plane.provider) stands in \(known.location.country), not \(quoted(location.country))",
                    accepted: "country: \(known.location.country), or no location at all")
            } else if let known, node["location"]?.value["jurisdictions"] == nil {
                location.jurisdictions = known.location.jurisdictions
            }
            return location
        }
        if let known { return known.location }
        // A location that could not be read has its message already; so have a provider and a region.
        let field = reading.path.key("location")
        reading.markFailed(field)
        guard node["location"] == nil, let region = node["region"], !plane.region.isEmpty, !plane.provider.rawValue.isEmpty else {
            return .blank
        }
        let manual = "location: { latitude: …, longitude: …, country: … }"
        let names = NearestWord.ranked(Catalogue.embedded.regionNames(of: plane.provider), to: plane.region)
        if let nearest = names.first {
            reading.report(
                line: region.line, at: reading.path.key("region"),
                "provider \(plane.provider) has no region \(quoted(plane.region)) in the catalogue of \(Catalogue.asOf)",
                accepted: "the nearest is \(nearest); or add \(manual)")
        } else {
            reading.report(
                line: region.line, at: field,
                "the catalogue of \(Catalogue.asOf) knows no region of provider \(quoted(plane.provider.rawValue))",
                accepted: manual)
        }
        return .blank
    }

    private static func resolve(
        _ draft: PoolDraft, provider: ProviderName, _ node: DocumentNode, isAligned: Bool, _ reading: inout Reading
    ) -> CapacityPool {
        var pool = draft.pool
        pool.usdPerNodeHour = draft.price?.value
        pool.interruptionsPerNodeHour = draft.interruptions?.perNodeHour
        let known = pool.offer.flatMap { Catalogue.embedded.machine($0, of: provider) }
        pool.accelerator = draft.accelerator ?? known?.accelerator ?? pool.accelerator
        pool.acceleratorsPerNode = draft.acceleratorsPerNode ?? known?.accelerators ?? pool.acceleratorsPerNode
        guard isAligned else { return pool }
        if let offer = pool.offer, reading.mode == .declared {
            checkOffer(offer, known, draft, provider: provider, node, &reading)
        } else {
            requireHardware(node, &reading)
        }
        return pool
    }

    private static func checkOffer(
        _ offer: String, _ known: Catalogue.Machine?, _ draft: PoolDraft, provider: ProviderName, _ node: DocumentNode,
        _ reading: inout Reading
    ) {
        guard let known else {
            if node["accelerator"] != nil, node["acceleratorsPerNode"] != nil { return }
            for field in ["accelerator", "acceleratorsPerNode"] { reading.markFailed(reading.path.key(field)) }
            guard !provider.rawValue.isEmpty else { return }
            let names = NearestWord.ranked(Catalogue.embedded.machineNames(of: provider), to: offer)
            let hint = names.first.map { "the nearest is \($0); or add" } ?? "add"
            return reading.report(
                line: node["offer"]?.line ?? node.line, at: reading.path.key("offer"),
                "provider \(provider) has no machine type \(quoted(offer)) in the catalogue of \(Catalogue.asOf)",
                accepted: "\(hint) accelerator and acceleratorsPerNode")
        }
        if let accelerator = draft.accelerator, accelerator != known.accelerator {
            reading.report(
                line: node["accelerator"]?.line ?? node.line, at: reading.path.key("accelerator"),
                "\(offer) carries \(known.accelerator), not \(quoted(accelerator.name))",
                accepted: "\(known.accelerator), or leave the field out")
        }
        if let count = draft.acceleratorsPerNode, count != known.accelerators {
            reading.report(
                line: node["acceleratorsPerNode"]?.line ?? node.line, at: reading.path.key("acceleratorsPerNode"),
                "\(offer) carries \(known.accelerators) accelerators, not \(count)",
                accepted: "\(known.accelerators), or leave the field out")
        }
    }

    /// Without an offer the pool must say what it is made of.
    private static func requireHardware(_ node: DocumentNode, _ reading: inout Reading) {
        for field in ["accelerator", "acceleratorsPerNode"] where node[field] == nil {
            reading.report(
                line: node.line, at: reading.path.key(field), "the field is missing",
                accepted: "accelerator and acceleratorsPerNode, or the offer of a provider in the catalogue")
        }
    }
}
