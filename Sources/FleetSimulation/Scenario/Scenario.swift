package import FleetModel

/// What happens to a fleet, and for how long: everything a simulation needs beside the fleet itself.
package struct Scenario: Equatable, Sendable {
    /// How requests are played.
    package enum Resolution: String, CaseIterable, Sendable {
        /// Each by itself, through routers and engines.
        case events
        /// As rates, shared out by the same routers.
        case fluid
        /// Events where there are at most ``Scenario/eventLimit``, else fluid.
        case auto
    }

    /// Requests `auto` still plays one by one.
    package static let eventLimit = 5_000_000.0
    /// Longest scenario: a year.
    package static let longest = Duration.seconds(366 * 86_400)

    package var name: String
    package var duration: Duration
    package var seed: UInt64
    /// When it begins: civil time, which demand profiles and schedules follow.
    package var startSecondsSince1970: UInt64
    package var resolution: Resolution
    /// Time between two decisions of the control plane where requests are a fluid.
    package var step: Duration
    package var demand: ScenarioDemand
    /// By workload; others have ``tokens``.
    package var workloadTokens: [WorkloadName: RequestTokens]
    package var tokens: RequestTokens
    package var provisioning: LaunchTimes
    package var faults: [ScenarioFault]
    package var markets: [SpotMarketSource]
    /// Policies to compare with the fleet as it is declared.
    package var policies: [ScenarioPolicy]
    /// The share of requests that shall be answered; nil where nobody said.
    package var wantedAvailability: Share?

    package init(
        name: String = "", duration: Duration, seed: UInt64 = 1, startSecondsSince1970: UInt64 = 1_767_571_200,
        resolution: Resolution = .auto, step: Duration = .seconds(60), demand: ScenarioDemand = ScenarioDemand(),
        workloadTokens: [WorkloadName: RequestTokens] = [:], tokens: RequestTokens = RequestTokens(),
        provisioning: LaunchTimes = LaunchTimes(), faults: [ScenarioFault] = [], markets: [SpotMarketSource] = [],
        policies: [ScenarioPolicy] = [], wantedAvailability: Share? = nil
    ) {
        self.name = name
        self.duration = duration
        self.seed = seed
        self.startSecondsSince1970 = startSecondsSince1970
        self.resolution = resolution
        self.step = step
        self.demand = demand
        self.workloadTokens = workloadTokens
        self.tokens = tokens
        self.provisioning = provisioning
        self.faults = faults
        self.markets = markets
        self.policies = policies
        self.wantedAvailability = wantedAvailability
    }

    package func tokens(of workload: WorkloadName) -> RequestTokens { workloadTokens[workload] ?? tokens }
}

/// One more way to run the fleet, to be compared with it as declared.
package struct ScenarioPolicy: Equatable, Sendable {
    /// A ``FleetVariant``, `lower-bound`, or what its user calls it.
    package var name: String
    /// Resources in the place of those of the same kind and name, or beside them; nil where the name says what it is.
    package var changes: [Resource]?
    /// How the changed fleet is bought; nil: as it declares.
    package var variant: FleetVariant?

    package init(_ name: String, changes: [Resource]? = nil, variant: FleetVariant? = nil) {
        self.name = name
        self.changes = changes
        self.variant = variant
    }

    /// The fleet with its changes.
    package func changed(_ fleet: Fleet) -> Fleet {
        guard let changes else { return fleet }
        let keys = Set(changes.map(\.key))
        return Fleet(fleet.resources.filter { !keys.contains($0.key) } + changes)
    }
}

/// Sizes of requests.
package struct RequestTokens: Equatable, Sendable {
    package var prompt: TokenDistribution
    package var output: TokenDistribution

    package init(
        prompt: TokenDistribution = .lognormal(mean: 1_000, variation: 1),
        output: TokenDistribution = .lognormal(mean: 200, variation: 0.7)
    ) {
        self.prompt = prompt
        self.output = output
    }
}

/// Who asks for what, when.
package struct ScenarioDemand: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        /// As workloads declare it, Poisson in each hour.
        case declared
        /// Declared peaks, by the hours of an office where the users are.
        case diurnal
        /// Requests as they were recorded, of one workload, from its declared origins in turn.
        case trace(WorkloadName, RequestTrace)
        /// Rates as they were recorded, Poisson in each stretch of time.
        case recorded(RecordedDemand)
    }

    /// More than usual for a while: rises over `ramp` to `factor` times as much, stays, and falls as it rose.
    package struct Spike: Equatable, Sendable {
        package var factor: Double
        package var at: Duration
        package var ramp: Duration
        package var duration: Duration
        /// Empty: of every workload.
        package var workloads: [WorkloadName]

        package init(factor: Double, at: Duration, ramp: Duration, duration: Duration, workloads: [WorkloadName] = []) {
            self.factor = factor
            self.at = at
            self.ramp = ramp
            self.duration = duration
            self.workloads = workloads
        }

        /// Times the usual at a moment.
        package func factor(at time: Duration) -> Double {
            let since = (time - at).seconds
            let (rise, whole) = (ramp.seconds, duration.seconds)
            guard since > 0, since < whole else { return 1 }
            if since < rise { return 1 + (factor - 1) * since / rise }
            if since > whole - rise { return 1 + (factor - 1) * max(0, whole - since) / rise }
            return factor
        }
    }

    package var source: Source
    /// Times what is declared.
    package var scale: Double
    package var spikes: [Spike]

    package init(source: Source = .declared, scale: Double = 1, spikes: [Spike] = []) {
        self.source = source
        self.scale = scale
        self.spikes = spikes
    }
}

/// Requests as they came: times since the first, and sizes.
package struct RequestTrace: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package var nanoseconds: Int64
        package var promptTokens: Int32
        package var outputTokens: Int32

        package init(nanoseconds: Int64, promptTokens: Int32, outputTokens: Int32) {
            self.nanoseconds = nanoseconds
            self.promptTokens = promptTokens
            self.outputTokens = outputTokens
        }
    }

    package var name: String
    /// In order of time.
    package var entries: [Entry]
    /// Begun again from its start when it ends before the scenario does.
    package var repeats: Bool

    package init(name: String, entries: [Entry], repeats: Bool = false) {
        self.name = name
        self.entries = entries
        self.repeats = repeats
    }

    /// How many requests come before a time.
    func position(from nanoseconds: Int64) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].nanoseconds < nanoseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// How long nodes take to be there.
package struct LaunchTimes: Equatable, Sendable {
    package var reserved: Duration
    package var onDemand: Duration
    package var spot: Duration
    /// Of an engine whose document does not say.
    package var modelLoad: Duration

    package init(
        reserved: Duration = .zero, onDemand: Duration = .seconds(90), spot: Duration = .seconds(90),
        modelLoad: Duration = .seconds(60)
    ) {
        self.reserved = reserved
        self.onDemand = onDemand
        self.spot = spot
        self.modelLoad = modelLoad
    }

    package func launch(_ tier: CapacityPool.Tier) -> Duration {
        switch tier {
        case .reserved: reserved
        case .onDemand: onDemand
        case .spot: spot
        }
    }
}

/// What goes wrong, from when, for how long.
package struct ScenarioFault: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// Nothing of it answers, and its nodes are gone.
        case planeLost(PlaneName)
        case regionLost(ProviderName, String)
        case providerLost(ProviderName)
        /// It takes all its spot nodes back, with notice, and has none to give.
        case spotLost(ProviderName)
        /// So large a share of each pool's nodes is gone, and cannot be had.
        case nodesLost(ProviderName, String, share: Double)
        /// Every step of its engines takes so many times as long.
        case slow(PlaneName, factor: Double)
        /// No node is granted beyond those held; nil: in any pool of the plane.
        case refused(PlaneName, PoolName?)
        case gatewayLost(GatewayName)
        /// Decides nothing, hears nothing, and remembers nothing afterwards.
        case controlLost
    }

    package var kind: Kind
    package var at: Duration
    package var duration: Duration

    package init(_ kind: Kind, at: Duration, duration: Duration) {
        self.kind = kind
        self.at = at
        self.duration = duration
    }
}

/// How much spot capacity a pool has, over time.
package struct SpotMarketSource: Equatable, Sendable {
    package enum Supply: Equatable, Sendable {
        /// Nodes it can hold during each gap.
        case trace(gapSeconds: Int, numbers: [Int])
        /// Each node is taken back at this rate, and its place stays empty for the time given.
        case rate(perNodeHour: Double, away: Duration)
    }

    package var plane: PlaneName
    package var pool: PoolName
    package var supply: Supply

    package init(plane: PlaneName, pool: PoolName, supply: Supply) {
        self.plane = plane
        self.pool = pool
        self.supply = supply
    }
}
