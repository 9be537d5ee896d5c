/// The API group and version every fleet document carries.
package let fleetAPIVersion = "tradewind.dev/v1alpha1"

/// What every resource carries beside its specification, after Kubernetes' conventions.
package struct Metadata: Equatable, Sendable {
    package var name: String
    /// Free labels, sorted by key wherever they are shown.
    package var labels: [String: String]
    /// Changes with every stored write; a write that names an older one is refused (optimistic concurrency). Nil before storing.
    package var resourceVersion: UInt64?
    /// Changes only when the specification changes. Nil before storing.
    package var generation: UInt64?
    /// UTC, RFC 3339. Nil before storing.
    package var creationTimestamp: String?

    package init(
        name: String, labels: [String: String] = [:], resourceVersion: UInt64? = nil, generation: UInt64? = nil,
        creationTimestamp: String? = nil
    ) {
        self.name = name
        self.labels = labels
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.creationTimestamp = creationTimestamp
    }
}

/// The kinds of resource a fleet is declared with. The raw value is the document's `kind`.
package enum ResourceKind: String, CaseIterable, Sendable, Codable, Comparable {
    case provider = "Provider"
    case workloadPlane = "WorkloadPlane"
    case workload = "Workload"
    case compliancePolicy = "CompliancePolicy"
    case gateway = "Gateway"
    case route = "Route"
    case budget = "Budget"
    case placementPlan = "PlacementPlan"
    case tenant = "Tenant"

    /// The name in API paths and the command line: `workloadplanes`.
    package var plural: String {
        switch self {
        case .provider: "providers"
        case .workloadPlane: "workloadplanes"
        case .workload: "workloads"
        case .compliancePolicy: "compliancepolicies"
        case .gateway: "gateways"
        case .route: "routes"
        case .budget: "budgets"
        case .placementPlan: "placementplans"
        case .tenant: "tenants"
        }
    }

    /// Other spellings the command line takes, singular and short.
    package var aliases: [String] {
        switch self {
        case .provider: ["provider"]
        case .workloadPlane: ["workloadplane", "plane", "planes", "wp"]
        case .workload: ["workload", "wl"]
        case .compliancePolicy: ["compliancepolicy", "policy", "policies", "cp"]
        case .gateway: ["gateway", "gw"]
        case .route: ["route"]
        case .budget: ["budget"]
        case .placementPlan: ["placementplan", "plan", "plans", "pp"]
        case .tenant: ["tenant"]
        }
    }

    /// Finds a kind by its plural, an alias or its document name, in any casing.
    package init?(spelling: String) {
        let wanted = spelling.lowercased()
        let found = Self.allCases.first {
            $0.plural == wanted || $0.rawValue.lowercased() == wanted || $0.aliases.contains(wanted)
        }
        guard let found else { return nil }
        self = found
    }

    package static func < (left: Self, right: Self) -> Bool {
        Self.allCases.firstIndex(of: left)! < Self.allCases.firstIndex(of: right)!
    }
}

/// Names one resource: `WorkloadPlane/toronto`.
package struct ResourceKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let kind: ResourceKind
    package let name: String

    package init(kind: ResourceKind, name: String) { (self.kind, self.name) = (kind, name) }
    package var description: String { "\(kind.rawValue)/\(name)" }
    package static func < (left: Self, right: Self) -> Bool { (left.kind, left.name) < (right.kind, right.name) }
}
