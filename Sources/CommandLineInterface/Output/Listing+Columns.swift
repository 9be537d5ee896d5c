import FleetModel
import FleetTransport

extension Listing {
    /// The columns of the kind's table, in order.
    package var columns: [ListingColumn] {
        switch self {
        case .resources(.provider): Self.providerColumns
        case .resources(.workloadPlane): Self.planeColumns
        case .resources(.workload): Self.workloadColumns
        case .resources(.compliancePolicy): Self.policyColumns
        case .resources(.gateway): Self.gatewayColumns
        case .resources(.route): Self.routeColumns
        case .resources(.budget): Self.budgetColumns
        case .resources(.placementPlan): Self.placementPlanColumns
        case .resources(.tenant): Self.tenantColumns
        case .replicas: Self.replicaColumns
        case .events: Self.eventColumns
        case .audit: Self.auditColumns
        }
    }

    private typealias Column = ListingColumn

    /// The field at a path; `fallback` where it was not declared, since documents keep only what was.
    private static func plain(
        _ heading: String, isWide: Bool = false, or fallback: String = "", _ path: String...
    ) -> ListingColumn {
        Column(heading, isWide: isWide) { item in
            let value = path.reduce(item) { $0[$1] }
            return value.isNull ? fallback : ItemReading.plain(value)
        }
    }

    /// A share from 0 to 1, in percent; empty where it is not known.
    private static func share(_ heading: String, _ path: String...) -> ListingColumn {
        Column(heading, isWide: true) { item in
            let value = path.reduce(item) { $0[$1] }
            guard let share = value.double, (0...1).contains(share) else { return "" }
            return "\(Int((share * 100).rounded()))%"
        }
    }

    private static func list(_ heading: String, isWide: Bool = false, _ path: String...) -> ListingColumn {
        Column(heading, isWide: isWide) { item in ItemReading.list(path.reduce(item) { $0[$1] }) }
    }

    /// A field that holds one word or a list of them.
    private static func words(_ heading: String, _ path: String...) -> ListingColumn {
        Column(heading) { item in
            let value = path.reduce(item) { $0[$1] }
            return value.elements.isEmpty ? ItemReading.plain(value) : ItemReading.list(value)
        }
    }

    private static let ready = Column("READY") { ItemReading($0).readiness }
    private static let readyReason = Column("REASON", isWide: true) { ItemReading($0).readinessReason }
    private static let replicaCount = Column("REPLICAS") { ItemReading($0).replicas }

    private static let providerColumns: [Column] = [
        .name, plain("KIND", "spec", "kind"), list("ATTESTATIONS", "spec", "attestations"), .age,
        plain("EGRESS", isWide: true, "spec", "egress"), plain("STORAGE", isWide: true, "spec", "storage"),
        plain("AVAILABILITY", isWide: true, "spec", "availability"),
    ]

    private static let planeColumns: [Column] = [
        .name, plain("PROVIDER", "spec", "provider"), plain("REGION", "spec", "region"),
        plain("COUNTRY", "spec", "location", "country"),
        Column("DRIVER") { ItemReading.variant($0["spec"]["driver"]) }, ready, replicaCount, .age,
        Column("POOLS", isWide: true) { item in
            item["spec"]["pools"].elements.map { $0["name"].text ?? "" }.joined(separator: ",")
        },
        plain("FEED", isWide: true, "status", "address"), readyReason,
    ]

    private static let workloadColumns: [Column] = [
        .name, list("MODELS", "spec", "models"), plain("CLASS", or: Workload.Class.realtime.rawValue, "spec", "class"),
        plain("DATA", or: DataRules().classification.rawValue, "spec", "data", "classification"),
        ready, replicaCount, .age, list("RESIDENCY", isWide: true, "spec", "data", "residency"),
        plain("LATENCY", isWide: true, or: Objective().latencyBudget.text, "spec", "objective", "latencyBudget"),
        plain("SURVIVE", isWide: true, or: Objective().survive.rawValue, "spec", "objective", "survive"),
        list("PLANES", isWide: true, "status", "planes"),
        plain("REQ/S", isWide: true, "status", "demand", "requestsPerSecond"),
        plain("QUEUED", isWide: true, "status", "demand", "queued"),
        plain("IN FLIGHT", isWide: true, "status", "demand", "inFlight"),
        readyReason,
    ]

    private static let policyColumns: [Column] = [
        .name, words("CLASSIFICATION", "spec", "appliesTo", "classification"),
        words("JURISDICTION", "spec", "appliesTo", "jurisdiction"), list("ATTESTATIONS", "spec", "requires", "attestations"),
        .age, list("ALLOWED", isWide: true, "spec", "requires", "jurisdictions"),
        plain("AUDIT", isWide: true, or: DataProtection.Audit.none.rawValue, "spec", "requires", "audit"),
    ]

    private static let gatewayColumns: [Column] = [
        .name, plain("COUNTRY", "spec", "location", "country"), plain("ADDRESS", "status", "address"), ready,
        Column("SNAPSHOT") { ItemReading($0).snapshot }, .age,
        Column("LOCATION", isWide: true) { item in
            let location = item["spec"]["location"]
            return [location["latitude"], location["longitude"]].map(ItemReading.plain).joined(separator: ",")
        },
        readyReason,
    ]

    private static let routeColumns: [Column] = [
        .name, list("PATHS", "spec", "match", "paths"),
        Column("TO") { item in
            let target = item["spec"]["to"]
            return target["workload"].text ?? (target.isNull ? "workloadByModel" : ItemReading.variant(target))
        },
        plain("BALANCING", or: "by workload", "spec", "balancing", "policy"), .age,
        plain("AFFINITY", isWide: true, or: "none", "spec", "balancing", "affinity"),
        list("HOSTS", isWide: true, "spec", "match", "hosts"),
    ]

    private static let budgetColumns: [Column] = [
        .name, plain("CEILING", "spec", "ceiling"),
        Column("WORKLOADS") { item in
            let workloads = item["spec"]["workloads"]
            return workloads.elements.isEmpty ? "all" : ItemReading.list(workloads)
        }, .age,
    ]

    private static let placementPlanColumns: [Column] = [
        .name, Column("INFORCE") { $0["metadata"]["name"].text == PlacementPlan.nameInForce.rawValue ? "yes" : "no" },
        Column("BLOCKS") { "\($0["spec"]["blocks"].elements.count)" },
        Column("WORKLOADS") { item in
            Set(item["spec"]["replicas"].elements.compactMap { $0["workload"].text }).sorted().joined(separator: ",")
        },
        plain("FLEET", "spec", "fleetGeneration"), .age,
    ]

    private static let tenantColumns: [Column] = [
        .name, plain("PRIORITY", or: Tenant.Priority.standard.rawValue, "spec", "priority"),
        Column("KEYS") { "\($0["spec"]["apiKeys"].elements.count)" },
        Column("MODELS") { item in
            let models = item["spec"]["models"]
            return models.elements.isEmpty ? "all" : ItemReading.list(models)
        },
        plain("COUNTRY", "spec", "country"), .age,
        plain("REQ/MIN", isWide: true, "spec", "limits", "requestsPerMinute"),
        plain("TOK/MIN", isWide: true, "spec", "limits", "tokensPerMinute"),
        plain("PER DAY", isWide: true, "spec", "limits", "budget", "perDay"),
        plain("PER MONTH", isWide: true, "spec", "limits", "budget", "perMonth"),
    ]

    private static let replicaColumns: [Column] = [
        .name, plain("WORKLOAD", "spec", "workload"), plain("PLANE", "spec", "plane"), plain("STATE", "status", "state"),
        plain("ADDRESS", "status", "address"), .age, plain("POOL", isWide: true, "spec", "pool"),
        share("GPU", "status", "acceleratorUse"), share("GPU MEMORY", "status", "acceleratorMemoryUse"),
        plain("PID", isWide: true, "status", "pid"), plain("RESTARTS", isWide: true, "status", "restarts"),
        plain("REASON", isWide: true, "status", "reason"),
    ]

    private static let eventColumns: [Column] = [
        .age, plain("TYPE", "type"), plain("REASON", "reason"), Column("OBJECT") { ItemReading($0).subject },
        plain("COUNT", isWide: true, "count"), plain("MESSAGE", "message"),
    ]

    private static let auditColumns: [Column] = [
        plain("SEQUENCE", "sequence"), plain("TIME", "time"), plain("AUTHOR", "author"), plain("VERB", "verb"),
        Column("OBJECT") { ItemReading($0).subject }, plain("VERSION", isWide: true, "resourceVersion"),
        plain("HASH", isWide: true, "hash"),
    ]
}
