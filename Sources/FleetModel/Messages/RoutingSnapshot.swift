/// What one gateway may do: which workload may go to which plane, by what routes. Written by the control plane, kept on the
/// gateway's disk, and complete in itself, so that a data plane of another make could be given it.
///
/// It holds no secret. Replica addresses are not in it: planes tell gateways those directly (``PlaneReport``).
package struct RoutingSnapshot: Equatable, Sendable, Codable {
    /// The format; a reader refuses one it does not know.
    package static let currentFormat = 2

    package struct Workload: Equatable, Sendable, Codable {
        package var name: WorkloadName
        package var models: [String]
        /// Network round trip, client to plane.
        package var latencyBudgetMilliseconds: Double
        package var failoverLatencyBudgetMilliseconds: Double
        /// Planes inside the fence for clients where the gateway stands, sorted. No request of theirs may go anywhere else, ever.
        package var allowedPlanes: [PlaneName]
        /// Planes outside the fence, and the rule that put each there.
        package var excludedPlanes: [Exclusion]
        /// Planes the control plane has given replicas of this workload; readiness waits for one of them. Sorted.
        package var placedPlanes: [PlaneName]
        /// Set when this gateway itself must refuse (`transit: deny` outside the fence): the reason told to the client.
        package var refusal: String?
        /// A snapshot older than this refuses the workload; nil never refuses.
        package var maxSnapshotAgeMilliseconds: Double?
        /// Throughput of one replica by accelerator type, req/s, for predicting queues.
        package var ratesPerReplica: [String: Double]
        /// For routes that say nothing of their own.
        package var balancing: BalancingRules
        package var admission: WorkloadAdmission
        /// Nil means ``WorkloadResilience/standard``.
        package var resilience: WorkloadResilience?
        /// Its engines serve TLS; nil: plain HTTP.
        package var tls: ReplicaTLS?
        /// The fence for clients of other places, every country and the unknown one; nil where it is the same for all of them.
        package var placeFences: [PlaceFence]?
        /// What `POST /predict` becomes for its replicas; nil: they speak it themselves.
        package var predict: PredictTarget?
        /// The declared version of the model.
        package var revision: String?
        /// It may be at zero on purpose: requests wake it, and wait in line for its first replica. Nil means false.
        package var wakesOnDemand: Bool?
        /// Its answers are read for what they say of tokens, because the number of its replicas follows them. Nil means false.
        package var countsTokens: Bool?
        /// The versions that serve while one takes over from another; nil: one does.
        package var revisionWeights: [RevisionWeight]?

        package init(
            name: WorkloadName, models: [String], latencyBudgetMilliseconds: Double, failoverLatencyBudgetMilliseconds: Double,
            allowedPlanes: [PlaneName], excludedPlanes: [Exclusion] = [], placedPlanes: [PlaneName] = [], refusal: String? = nil,
            maxSnapshotAgeMilliseconds: Double? = nil, ratesPerReplica: [String: Double] = [:],
            balancing: BalancingRules = BalancingRules(), admission: WorkloadAdmission = .standard,
            resilience: WorkloadResilience? = nil, tls: ReplicaTLS? = nil, placeFences: [PlaceFence]? = nil,
            predict: PredictTarget? = nil, revision: String? = nil, wakesOnDemand: Bool? = nil, countsTokens: Bool? = nil,
            revisionWeights: [RevisionWeight]? = nil
        ) {
            self.tls = tls
            self.name = name
            self.models = models
            self.latencyBudgetMilliseconds = latencyBudgetMilliseconds
            self.failoverLatencyBudgetMilliseconds = failoverLatencyBudgetMilliseconds
            self.allowedPlanes = allowedPlanes
            self.excludedPlanes = excludedPlanes
            self.placedPlanes = placedPlanes
            self.refusal = refusal
            self.maxSnapshotAgeMilliseconds = maxSnapshotAgeMilliseconds
            self.ratesPerReplica = ratesPerReplica
            self.balancing = balancing
            self.admission = admission
            self.resilience = resilience
            self.placeFences = placeFences
            self.predict = predict
            self.revision = revision
            self.wakesOnDemand = wakesOnDemand
            self.countsTokens = countsTokens
            self.revisionWeights = revisionWeights
        }
    }

    package struct Exclusion: Equatable, Sendable, Codable {
        package var plane: PlaneName
        package var because: String

        package init(plane: PlaneName, because: String) { (self.plane, self.because) = (plane, because) }
    }

    package struct Plane: Equatable, Sendable, Codable {
        package var name: PlaneName
        package var provider: ProviderName
        package var region: String
        package var coordinates: Coordinates
        /// Where the plane's feed listens, `host:port`; nil until the plane has reported once.
        package var feedAddress: String?
        /// CIDR blocks in which the plane may report replica addresses; a gateway ignores any other. Never empty.
        package var networks: [String]
        /// A drained plane gets no new request while another may serve.
        package var isDrained: Bool
        /// Its replicas are forwarders of its own (``PlaneDriver/endpoint(_:)``), which serve plain HTTP; nil: engines.
        package var hasForwarders: Bool?
        /// Observers agree that it is lost, or it has come back and its replicas are not all there: it gets no new request while
        /// another may serve; nil: it is not.
        package var isFailed: Bool?

        package init(
            name: PlaneName, provider: ProviderName, region: String, coordinates: Coordinates, feedAddress: String? = nil,
            networks: [String] = loopbackNetworks, isDrained: Bool = false, hasForwarders: Bool? = nil, isFailed: Bool? = nil
        ) {
            self.isFailed = isFailed
            self.hasForwarders = hasForwarders
            self.name = name
            self.provider = provider
            self.region = region
            self.coordinates = coordinates
            self.feedAddress = feedAddress
            self.networks = networks
            self.isDrained = isDrained
        }
    }

    package struct Route: Equatable, Sendable, Codable {
        package var name: RouteName
        /// Empty matches every host.
        package var hosts: [String]
        package var paths: [String]
        package var target: FleetModel.Route.Target
        /// Nil means ``FleetModel/Route/API/openAI``.
        package var api: FleetModel.Route.API?
        /// Nil: as the workload says.
        package var balancing: BalancingRules?
        package var connectTimeoutMilliseconds: Double
        package var firstByteTimeoutMilliseconds: Double
        package var idleTimeoutMilliseconds: Double
        package var maxAttempts: Int
        /// Bytes of bodies; nil leaves the gateway's own limit, and responses without one.
        package var maxRequestBytes: Int?
        package var maxResponseBytes: Int?
        /// Nil means true.
        package var buffersResponses: Bool?
        /// Nil means ``RouteResilience/standard``.
        package var resilience: RouteResilience?
        /// Nil means none.
        package var upgrades: [FleetModel.Route.Upgrade]?

        package init(
            name: RouteName, hosts: [String] = [], paths: [String], target: FleetModel.Route.Target = .workloadByModel,
            api: FleetModel.Route.API? = nil, balancing: BalancingRules? = nil, connectTimeoutMilliseconds: Double = 2_000,
            firstByteTimeoutMilliseconds: Double = 60_000, idleTimeoutMilliseconds: Double = 30_000, maxAttempts: Int = 4,
            maxRequestBytes: Int? = nil, maxResponseBytes: Int? = nil, buffersResponses: Bool? = nil,
            resilience: RouteResilience? = nil, upgrades: [FleetModel.Route.Upgrade]? = nil
        ) {
            self.upgrades = upgrades
            self.name = name
            self.hosts = hosts
            self.paths = paths
            self.target = target
            self.api = api
            self.balancing = balancing
            self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
            self.firstByteTimeoutMilliseconds = firstByteTimeoutMilliseconds
            self.idleTimeoutMilliseconds = idleTimeoutMilliseconds
            self.maxAttempts = maxAttempts
            self.maxRequestBytes = maxRequestBytes
            self.maxResponseBytes = maxResponseBytes
            self.buffersResponses = buffersResponses
            self.resilience = resilience
        }
    }

    package var format: Int
    package var version: SnapshotVersion
    package var gateway: GatewayName
    package var gatewayLocation: Location
    /// How the gateway finds out where its clients are; nil: they are taken to be where it stands.
    package var clientPlace: ClientPlace?
    /// Sorted by name.
    package var workloads: [Workload]
    /// Sorted by name.
    package var planes: [Plane]
    /// Sorted by name. Where none is declared the control plane sends `/v1/` by model.
    package var routes: [Route]
    /// Sorted by name. Where there is none, gateways ask for no key.
    package var tenants: [TenantTerms]
    /// Gateways of the fleet: tenants' limits hold over all of them.
    package var gatewayCount: Int
    /// Where this gateway listens when it is started without a flag that says so.
    package var listen: ListenAddress?
    /// How clients reach this gateway; nil: in plain HTTP. Names files, holds no key.
    package var tls: GatewayTLS?
    /// Nil means ``GatewayTelemetry/none``.
    package var telemetry: GatewayTelemetry?

    package init(
        version: SnapshotVersion, gateway: GatewayName, gatewayLocation: Location, workloads: [Workload], planes: [Plane],
        routes: [Route], tenants: [TenantTerms] = [], gatewayCount: Int = 1,
        listen: ListenAddress? = nil, tls: GatewayTLS? = nil, clientPlace: ClientPlace? = nil, telemetry: GatewayTelemetry? = nil
    ) {
        format = Self.currentFormat
        self.version = version
        self.gateway = gateway
        self.gatewayLocation = gatewayLocation
        self.workloads = workloads
        self.planes = planes
        self.routes = routes
        self.tenants = tenants
        self.gatewayCount = gatewayCount
        self.listen = listen
        self.tls = tls
        self.clientPlace = clientPlace
        self.telemetry = telemetry
    }
}

/// Where a plane may report replica addresses when its document declares no network.
package let loopbackNetworks = ["127.0.0.0/8", "::1/128"]
