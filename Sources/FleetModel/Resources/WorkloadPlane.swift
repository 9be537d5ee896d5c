/// A place that runs replicas: one region of one provider, with the accelerators it may use. Names no model.
package struct WorkloadPlane: Equatable, Sendable {
    package var metadata: Metadata
    package var provider: ProviderName
    /// The provider's own name for the region. Region names collide between providers: a region is (provider, region).
    package var region: String
    package var location: Location
    package var driver: PlaneDriver
    package var pools: [CapacityPool]
    package var protection: DataProtection
    /// CIDR blocks in which the plane may report replica addresses. Loopback where none is declared.
    package var networks: [String]
    /// Price of data leaving for users; nil leaves it to the provider's.
    package var egress: USDPerGiB?
    /// Share of time the region serves, as promised or observed; nil leaves it to the provider's.
    package var availability: Share?

    package var name: PlaneName { PlaneName(metadata.name) }

    package init(
        metadata: Metadata, provider: ProviderName, region: String, location: Location, driver: PlaneDriver,
        pools: [CapacityPool], protection: DataProtection = DataProtection(), networks: [String] = [],
        egress: USDPerGiB? = nil, availability: Share? = nil
    ) {
        self.metadata = metadata
        self.provider = provider
        self.region = region
        self.location = location
        self.driver = driver
        self.pools = pools
        self.protection = protection
        self.networks = networks
        self.egress = egress
        self.availability = availability
    }
}

/// How a plane runs replicas.
package enum PlaneDriver: Equatable, Sendable, Codable {
    /// Child processes of the plane.
    case local
    /// An OpenAI-compatible URL that exists already.
    case endpoint(EndpointDriver)
}

/// An OpenAI-compatible server somebody else runs.
package struct EndpointDriver: Equatable, Sendable, Codable {
    /// Where requests go: scheme and authority, with the path prefix before `/v1`, such as `https://api.example.com`.
    package var url: String
    /// Where the plane finds the upstream's bearer key. The key itself never stands in a resource.
    package var key: KeyReference?
    /// Path of the upstream's health check, relative to `url`. Answers 2xx when it can serve.
    package var healthPath: String
    /// Private, loopback and link-local upstream addresses are refused unless the plane opts in.
    package var allowPrivateAddresses: Bool
    /// Most requests in flight to the upstream.
    package var maxConcurrentRequests: Int

    package init(
        url: String, key: KeyReference? = nil, healthPath: String = "/health", allowPrivateAddresses: Bool = false,
        maxConcurrentRequests: Int = 256
    ) {
        self.url = url
        self.key = key
        self.healthPath = healthPath
        self.allowPrivateAddresses = allowPrivateAddresses
        self.maxConcurrentRequests = maxConcurrentRequests
    }
}

/// Names a secret where the plane runs: a file in its secrets folder, or an environment variable.
package enum KeyReference: Equatable, Sendable, Codable {
    case file(String)
    case environment(String)
}

/// Accelerators of one type, bought one way.
package struct CapacityPool: Equatable, Sendable, Codable {
    /// How capacity is bought. The raw values are Karpenter's `karpenter.sh/capacity-type`.
    package enum Tier: String, CaseIterable, Sendable, Codable {
        case reserved
        case onDemand = "on-demand"
        case spot
    }

    /// For how long reserved capacity is paid for.
    package enum Commitment: String, CaseIterable, Sendable, Codable {
        case oneYear = "1y"
        case threeYears = "3y"
    }

    package var name: PoolName
    /// The machine type of the provider's catalogue this pool was declared by, when it was.
    package var offer: String?
    package var accelerator: AcceleratorType
    package var acceleratorsPerNode: Int
    package var tier: Tier
    /// Owned capacity is paid for already: using it costs nothing more.
    package var owned: Bool
    package var maxNodes: Int
    /// Price of one node in USD per hour; nil where it is not declared (never taken for zero): the catalogue may know it.
    package var usdPerNodeHour: Double?
    /// Declared for reserved capacity that is not owned; see ``term``.
    package var commitment: Commitment?
    /// Expected reclaims of one spot node in an hour; nil where it is not known.
    package var interruptionsPerNodeHour: Double?
    /// Time until a reclaimed spot node is replaced and serves; nil where it is not known.
    package var replacementTime: Duration?
    /// How its nodes come and go; nil where they are always there.
    package var provisioning: NodeProvisioning?
    /// Nodes kept for when they are needed; nil where none are.
    package var warm: WarmPool?
    /// Nil is ``NodeSharing/sameClass``.
    package var sharing: NodeSharing?

    /// For how long this pool is paid for; nil where nothing is committed to.
    package var term: Commitment? { tier == .reserved && !owned ? commitment ?? .oneYear : nil }

    package init(
        name: PoolName, offer: String? = nil, accelerator: AcceleratorType, acceleratorsPerNode: Int, tier: Tier,
        owned: Bool = false, maxNodes: Int, usdPerNodeHour: Double? = nil, commitment: Commitment? = nil,
        interruptionsPerNodeHour: Double? = nil, replacementTime: Duration? = nil, provisioning: NodeProvisioning? = nil,
        warm: WarmPool? = nil, sharing: NodeSharing? = nil
    ) {
        self.name = name
        self.offer = offer
        self.accelerator = accelerator
        self.acceleratorsPerNode = acceleratorsPerNode
        self.tier = tier
        self.owned = owned
        self.maxNodes = maxNodes
        self.usdPerNodeHour = usdPerNodeHour
        self.commitment = commitment
        self.interruptionsPerNodeHour = interruptionsPerNodeHour
        self.replacementTime = replacementTime
        self.provisioning = provisioning
        self.warm = warm
        self.sharing = sharing
    }
}

/// An accelerator model such as `H100-80GB`, or `CPU` for a node's processor share.
package struct AcceleratorType: Hashable, Sendable, Comparable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let name: String

    package init(_ name: String) { self.name = name }
    package init(stringLiteral value: String) { name = value }
    package init(from decoder: any Decoder) throws { name = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    /// Nominal memory of one accelerator, read from the name's `-80GB` ending; nil where the name does not say.
    package var memory: Gibibytes? {
        guard let last = name.split(separator: "-").last, last.hasSuffix("GB"), let size = Double(last.dropLast(2)), size > 0
        else { return nil }
        return Gibibytes(size)
    }

    package var description: String { name }
    package static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

/// What a plane proves about how it treats data. Declared by whoever runs the plane; nothing is proven by default.
package struct DataProtection: Equatable, Sendable, Codable {
    /// How much of what happened to data is recorded. Ordered: `full` includes `metadata`.
    package enum Audit: String, CaseIterable, Sendable, Codable, Comparable {
        case none, metadata, full
        package static func < (left: Self, right: Self) -> Bool {
            allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
        }
    }

    package var encryptionInTransit: Bool
    package var encryptionAtRest: Bool
    package var audit: Audit

    package init(encryptionInTransit: Bool = false, encryptionAtRest: Bool = false, audit: Audit = .none) {
        self.encryptionInTransit = encryptionInTransit
        self.encryptionAtRest = encryptionAtRest
        self.audit = audit
    }
}
