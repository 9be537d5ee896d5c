extension Fleet {
    /// Everything declared that cannot be meant, by resource in order of kind and name.
    ///
    /// Judges the model alone: documents, the store and the simulator ask the same question. Quantities that cannot be written
    /// (a negative rate) are refused where they are read.
    /// - Parameter known: resources that exist elsewhere and may be referred to.
    package func problems(known: [ResourceKey] = []) -> [FleetProblem] {
        let existing = Set(known).union(resources.map(\.key))
        var found: [FleetProblem] = []
        for resource in resources {
            var collector = ProblemCollector(key: resource.key)
            collector.checkMetadata(resource.metadata)
            switch resource {
            case .provider(let provider): collector.checkProvider(provider)
            case .workloadPlane(let plane): collector.checkPlane(plane)
            case .workload(let workload): collector.checkWorkload(workload)
            case .compliancePolicy(let policy): collector.checkPolicy(policy)
            case .gateway(let gateway):
                collector.checkGateway(gateway, hasTenants: existing.contains { $0.kind == .tenant })
                collector.checkTelemetry(gateway.telemetry)
            case .route(let route): collector.checkRoute(route)
            case .budget(let budget): collector.checkBudget(budget)
            case .placementPlan(let plan): collector.checkPlacementPlan(plan, planes: planes)
            case .tenant(let tenant): collector.checkTenant(tenant)
            }
            let dangling = resource.references.lazy.filter { !existing.contains($0.target) }
            for reference in dangling.prefix(ResourceReference.mostReported) {
                collector.checkReference(reference, existing: existing)
            }
            found += collector.problems
        }
        return found + modelConflicts() + pathConflicts() + keyConflicts() + fallbackProblems()
    }

    /// A model name must lead to one workload.
    private func modelConflicts() -> [FleetProblem] {
        var owners: [String: WorkloadName] = [:]
        var found: [FleetProblem] = []
        for workload in workloads {
            for (position, model) in workload.models.enumerated() {
                if let owner = owners[model], owner != workload.name {
                    found.append(
                        FleetProblem(
                            key: ResourceKey(kind: .workload, name: workload.metadata.name),
                            field: ("spec.models" as FieldPath).index(position),
                            message: "model \(quoted(model)) is already served by workload \(owner)",
                            accepted: "a model name no other workload has"))
                } else {
                    owners[model] = workload.name
                }
            }
        }
        return found
    }

    /// Host and path must lead to one route.
    private func pathConflicts() -> [FleetProblem] {
        var owners: [String: RouteName] = [:]
        var found: [FleetProblem] = []
        for route in routes {
            for host in route.hosts.isEmpty ? ["*"] : route.hosts {
                for (position, path) in route.paths.enumerated() {
                    if let owner = owners["\(host) \(path)"], owner != route.name {
                        found.append(
                            FleetProblem(
                                key: ResourceKey(kind: .route, name: route.metadata.name),
                                field: ("spec.match.paths" as FieldPath).index(position),
                                message: "\(quoted(path)) on host \(quoted(host)) already belongs to route \(owner)",
                                accepted: "a pair of host and path no other route has", basis: ["spec.match.hosts"]))
                    } else {
                        owners["\(host) \(path)"] = route.name
                    }
                }
            }
        }
        return found
    }
}

/// A field that names another resource.
struct ResourceReference {
    /// Dangling references told of one resource: each costs a search for the name that was meant.
    static let mostReported = 16

    let field: FieldPath
    let target: ResourceKey
}

extension Resource {
    var references: [ResourceReference] {
        switch self {
        case .workloadPlane(let plane):
            return [
                ResourceReference(field: "spec.provider", target: ResourceKey(kind: .provider, name: plane.provider.rawValue))
            ]
        case .route(let route):
            let others = (route.balancing?.references ?? []) + fallbackReferences(route.resilience.fallback, "spec.fallback")
            guard case .workload(let name) = route.target else { return others }
            let target = ResourceKey(kind: .workload, name: name.rawValue)
            return [ResourceReference(field: "spec.to.workload", target: target)] + others
        case .workload(let workload):
            return workload.balancing.references
                + fallbackReferences(workload.resilience.fallback, "spec.resilience.fallback")
        case .budget(let budget):
            return budget.workloads.enumerated().map { position, name in
                ResourceReference(
                    field: ("spec.workloads" as FieldPath).index(position),
                    target: ResourceKey(kind: .workload, name: name.rawValue))
            }
        case .placementPlan(let plan):
            return plan.references
        case .tenant(let tenant):
            return tenant.workloads.enumerated().map { position, terms in
                ResourceReference(
                    field: ("spec.workloads" as FieldPath).index(position).key("workload"),
                    target: ResourceKey(kind: .workload, name: terms.workload.rawValue))
            }
        case .provider, .compliancePolicy, .gateway:
            return []
        }
    }
}

extension PlacementPlan {
    /// Each plane and workload it names, at the first place it does.
    fileprivate var references: [ResourceReference] {
        var seen: Set<ResourceKey> = []
        var found: [ResourceReference] = []
        func add(_ kind: ResourceKind, _ name: String, _ field: FieldPath) {
            let key = ResourceKey(kind: kind, name: name)
            if seen.insert(key).inserted { found.append(ResourceReference(field: field, target: key)) }
        }
        for (position, entry) in nodes.enumerated() {
            add(.workloadPlane, entry.plane.rawValue, ("spec.nodes" as FieldPath).index(position).key("plane"))
        }
        for (position, entry) in replicas.enumerated() {
            let field = ("spec.replicas" as FieldPath).index(position)
            add(.workloadPlane, entry.plane.rawValue, field.key("plane"))
            add(.workload, entry.workload.rawValue, field.key("workload"))
        }
        return found
    }
}

extension ProblemCollector {
    mutating func checkReference(_ reference: ResourceReference, existing: Set<ResourceKey>) {
        let candidates = existing.filter { $0.kind == reference.target.kind }.map(\.name).sorted()
        let ranked = NearestWord.ranked(candidates, to: reference.target.name)
        let kind = reference.target.kind.rawValue
        report(
            reference.field, "there is no \(kind) \(quoted(reference.target.name))",
            accepted: ranked.isEmpty
                ? "declare it in a document of kind \(kind)"
                : "\(NearestWord.choices(ranked, limit: 8)), or declare it in a document of kind \(kind)")
    }

    mutating func checkMetadata(_ metadata: Metadata) {
        require(
            ResourceNameRule.allows(metadata.name), "metadata.name", "\(quoted(metadata.name)) is not a name",
            accepted: ResourceNameRule.accepted)
        let labels: FieldPath = "metadata.labels"
        for (key, value) in metadata.labels.sorted(by: { $0.key < $1.key }) {
            require(TextRules.isLabelKey(key), labels.key(key), "\(quoted(key)) is not a label key", accepted: TextRules.labelKey)
            require(
                TextRules.isLabelValue(value), labels.key(key), "\(quoted(value)) is not a label value",
                accepted: TextRules.labelValue)
        }
    }

    mutating func checkAttestations(_ attestations: [String], _ field: FieldPath) {
        for (position, attestation) in attestations.enumerated() {
            checkAttestation(attestation, field.index(position))
        }
        requireDistinct(attestations, field, what: "attestation")
    }

    mutating func checkAttestation(_ attestation: String, _ field: FieldPath) {
        require(
            TextRules.isAttestation(attestation), field, "\(quoted(attestation)) is not an attestation",
            accepted: TextRules.attestation)
    }

    mutating func checkProvider(_ provider: Provider) {
        checkAttestations(provider.attestations, "spec.attestations")
        checkEgress(provider.egress, availability: provider.availability)
        if let storage = provider.storage {
            require(
                (0...Self.highestUnitPrice).contains(storage.value), "spec.storage", "\(storage.text) is out of range",
                accepted: "0 to \(USDPerGiBMonth(Self.highestUnitPrice).text)")
        }
    }

    mutating func checkPolicy(_ policy: CompliancePolicy) {
        let scope = policy.appliesTo
        checkJurisdictionCodes(scope.jurisdictions, "spec.appliesTo.jurisdiction")
        requireDistinct(scope.classifications.map(\.rawValue), "spec.appliesTo.classification", what: "classification")
        checkJurisdictions(policy.requires.jurisdictions, "spec.requires.jurisdictions")
        checkAttestations(policy.requires.attestations, "spec.requires.attestations")
        let attested: FieldPath = "spec.requires.attestedJurisdictions"
        for (jurisdiction, attestation) in policy.requires.attestedJurisdictions.sorted(by: { $0.key < $1.key }) {
            let field = attested.key(jurisdiction.code)
            require(
                PlaceRules.isJurisdiction(jurisdiction), field, "\(quoted(jurisdiction.code)) is not a jurisdiction",
                accepted: PlaceRules.jurisdictionHint(jurisdiction.code))
            checkAttestation(attestation, field)
        }
        if policy.requires.jurisdictions == nil, !policy.requires.attestedJurisdictions.isEmpty {
            report(
                attested, "every jurisdiction is allowed already", accepted: "the field only beside jurisdictions",
                basis: ["spec.requires.jurisdictions"])
        }
    }

    mutating func checkRoute(_ route: Route) {
        for (position, host) in route.hosts.enumerated() where !TextRules.isHostName(host) {
            report(
                ("spec.match.hosts" as FieldPath).index(position), "\(quoted(host)) is not a host name",
                accepted: TextRules.hostName)
        }
        requireDistinct(route.hosts, "spec.match.hosts", what: "host")
        require(
            !route.paths.isEmpty, "spec.match.paths", "an empty list matches nothing", accepted: "at least one path such as /v1/")
        for (position, path) in route.paths.enumerated() where !TextRules.isPath(path) {
            report(("spec.match.paths" as FieldPath).index(position), "\(quoted(path)) is not a path", accepted: TextRules.path)
        }
        requireDistinct(route.paths, "spec.match.paths", what: "path")
        if let balancing = route.balancing { checkBalancing(balancing) }
        for (name, bytes) in [("maxRequestBytes", route.maxRequestBytes), ("maxResponseBytes", route.maxResponseBytes)] {
            guard let bytes else { continue }
            requireRange(
                bytes, in: 1...1 << 40, ("spec.limits" as FieldPath).key(name), accepted: "a size up to 1TiB, such as 64MiB")
        }
        requireRange(route.maxAttempts, in: 1...16, "spec.retries.maxAttempts", accepted: "1 to 16, the first attempt included")
        checkAPI(of: route)
        checkResilience(of: route)
        requireDistinct(route.upgrades.map(\.rawValue), "spec.upgrades", what: "upgrade")
        if !route.upgrades.isEmpty, case .workloadByModel = route.target {
            report(
                "spec.upgrades", "a request for an upgrade has no body that could name a model",
                accepted: "to: { workload: NAME } beside it", basis: ["spec.to"])
        }
    }
}
