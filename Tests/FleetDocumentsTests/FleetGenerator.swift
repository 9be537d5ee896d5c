import FleetModel
import SeededCases

/// Valid fleets at random, with every field in every form it may take.
struct FleetGenerator {
    private var random: SeededGenerator
    private var planeNames: [PlaneName] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func resources() -> [Resource] {
        let providers = (0..<int(1...3)).map { provider("provider-\($0)") }
        let planes = (0..<int(1...3)).map { plane("plane-\($0)", provider: pick(providers).name) }
        planeNames = planes.map(\.name)
        let workloads = (0..<int(1...3)).map { workload("workload-\($0)") }
        return providers.map(Resource.provider) + planes.map(Resource.workloadPlane)
            + (0..<int(1...2)).map { .gateway(gateway("gateway-\($0)")) } + workloads.map(Resource.workload)
            + (0..<int(0...2)).map { .compliancePolicy(policy("policy-\($0)")) }
            + (0..<int(0...2)).map { .route(route("route-\($0)", workload: pick(workloads).name)) }
            + (0..<int(0...2)).map { .budget(budget("budget-\($0)", workloads: workloads.map(\.name))) }
            + (0..<int(0...1)).map { _ in .placementPlan(plan("default", planes: planes, workloads: workloads.map(\.name))) }
            + (0..<int(0...2)).map { .tenant(tenant("tenant-\($0)", workloads: workloads.map(\.name))) }
    }

    private mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func flag() -> Bool { Bool.random(using: &random) }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[int(0...elements.count - 1)] }
    private mutating func maybe<Value>(_ value: (inout FleetGenerator) -> Value) -> Value? { flag() ? value(&self) : nil }
    private mutating func number() -> Double {
        pick([1, 0.1, 11, 0.00001, 123_456.789, 7.25, 1e-7, 3e9, Double(int(1...1_000_000)) / 997])
    }
    private mutating func rate() -> RequestsPerSecond { RequestsPerSecond(min(number(), 1e9)) }
    private mutating func price() -> Double { min(number(), 1e6) }
    private mutating func duration() -> Duration {
        pick([.nanoseconds(1), .microseconds(1), .milliseconds(1), .seconds(1), .seconds(60), .seconds(3_600)]) * int(1...999)
    }
    private mutating func share() -> Share { Share(Double(int(0...1_000_000_000)) / 1e9) }
    private mutating func availability() -> Share { Share(Double(int(1...1_000_000_000)) / 1e9) }
    private mutating func text() -> String {
        pick([
            "chat", "no", "12", "1.5", "~", "null", "a: b", "#x", "*star", "&and", "it's", "\"q\"", "ü", "{port}", "--flag",
            "a*b", " edge ",
        ])
    }

    private mutating func metadata(_ name: String) -> Metadata {
        Metadata(
            name: name, labels: flag() ? ["team": pick(["a", "no", "1", ""]), "topology.kubernetes.io/zone": "x"] : [:],
            resourceVersion: maybe { UInt64($0.int(0...Int.max)) }, generation: maybe { UInt64($0.int(0...9_999)) },
            creationTimestamp: maybe { _ in "2026-11-21T10:45:47Z" })
    }

    private mutating func location() -> Location {
        let country = pick(["CA", "DE", "SG", "NO", "GB", "US"])
        let place = Coordinates(latitude: Double(int(-9_000...9_000)) / 100, longitude: Double(int(-18_000...18_000)) / 100)
        return Location(
            coordinates: place, country: country, jurisdictions: country == "US" && flag() ? ["US", "US-GOV"] : nil)
    }

    private mutating func provider(_ name: String) -> Provider {
        Provider(
            metadata: metadata(name), kind: pick(Provider.Kind.allCases), attestations: flag() ? ["SOC 2", "HIPAA-BAA"] : [],
            egress: maybe { USDPerGiB($0.price()) }, storage: maybe { USDPerGiBMonth($0.price()) },
            availability: maybe { $0.availability() })
    }

    private mutating func plane(_ name: String, provider: ProviderName) -> WorkloadPlane {
        let key: KeyReference? = maybe { $0.flag() ? .file("key") : .environment("KEY") }
        let endpoint = EndpointDriver(
            url: "https://api.example.com/base", key: key, healthPath: pick(["/health", "/up"]), allowPrivateAddresses: flag(),
            maxConcurrentRequests: int(1...1_000))
        let pools = (0..<int(1...3)).map { position in
            let isOwned = flag()
            let tier = isOwned ? .reserved : pick(CapacityPool.Tier.allCases)
            let provisioning = maybe {
                let resume = $0.maybe { Duration.milliseconds($0.int(1...40_000_000)) }
                return NodeProvisioning(
                    launchTime: (resume ?? .zero) + .seconds($0.int(1...40_000)), resumeTime: resume,
                    scaleDownDelay: .seconds($0.int(1...80_000)), cooldown: .milliseconds($0.int(1...80_000_000)))
            }
            let warm =
                provisioning == nil
                ? nil
                : maybe {
                    WarmPool(nodes: 1, state: $0.pick(WarmPool.State.allCases), usdPerNodeHour: $0.maybe { $0.price() })
                }
            return CapacityPool(
                name: PoolName("pool-\(position)"), accelerator: pick(["H100-80GB", "CPU", "Homemade-9"]),
                acceleratorsPerNode: int(1...8), tier: tier, owned: isOwned, maxNodes: int(1...9),
                usdPerNodeHour: maybe { $0.price() },
                commitment: tier == .reserved && !isOwned ? maybe { $0.pick(CapacityPool.Commitment.allCases) } : nil,
                interruptionsPerNodeHour: tier == .spot ? maybe { Double($0.int(0...1_000_000_000)) / 1e12 } : nil,
                replacementTime: tier == .spot ? maybe { $0.duration() } : nil,
                provisioning: provisioning, warm: warm, sharing: maybe { $0.pick(NodeSharing.allCases) })
        }
        return WorkloadPlane(
            metadata: metadata(name), provider: provider, region: "r1", location: location(),
            driver: flag() ? .local : .endpoint(endpoint), pools: pools,
            protection: DataProtection(
                encryptionInTransit: flag(), encryptionAtRest: flag(), audit: pick(DataProtection.Audit.allCases)),
            networks: flag() ? ["10.0.0.0/8", "fd00::/8"] : [], egress: maybe { USDPerGiB($0.price()) },
            availability: maybe { $0.availability() })
    }

    private mutating func gateway(_ name: String) -> Gateway {
        Gateway(
            metadata: metadata(name), location: location(),
            listen: maybe { ListenAddress(host: $0.pick(["127.0.0.1", "::1"]), port: $0.int(0...65_535)) },
            clientPlace: maybe { generator in
                let country = generator.maybe { $0.pick(["cf-ipcountry", "x-country"]) }
                let address = country == nil ? "forwarded" : generator.maybe { $0.pick(["forwarded", "x-forwarded-for"]) }
                return ClientPlace(
                    trustedProxies: generator.flag() ? ["10.0.0.0/8"] : ["fd00::/8", "127.0.0.1/32"], addressHeader: address,
                    countryHeader: country, database: generator.maybe { _ in "/var/lib/GeoIP/places.mmdb" },
                    behind: generator.maybe { $0.pick(FrontProxy.allCases) },
                    proxyProtocol: generator.maybe { $0.pick(ClientPlace.ProxyProtocol.allCases) })
            },
            telemetry: GatewayTelemetry(
                accessLog: maybe {
                    GatewayTelemetry.AccessLog(
                        path: $0.pick(["-", "/var/log/access.log"]), sampling: Double($0.int(0...100)) / 100,
                        maxBytes: $0.int(64...4_096) << 10, maxFiles: $0.int(1...100))
                },
                tracing: maybe {
                    GatewayTelemetry.Tracing(
                        endpoint: $0.pick(["http://127.0.0.1:4318", "https://otel.example.com/in"]),
                        sampling: Double($0.int(0...100)) / 100, serviceName: $0.pick(["tradewind-gateway", "door"]))
                }))
    }

    private mutating func engine() -> EngineSpec {
        if flag() {
            return .simulated(
                SimulatedEngineSpec(
                    prefillTokensPerSecond: number(), decodeTokensPerSecond: number(), maxBatch: int(1...128),
                    kvCapacityTokens: int(1...9),
                    loadMilliseconds: int(0...5_000), warmUpMilliseconds: int(0...5_000)))
        }
        return .command(
            CommandEngineSpec(
                command: ["program"] + (0..<int(0...4)).map { _ in text() },
                environment: flag() ? ["B": text(), "A": text()] : [:],
                readinessPath: pick(["/health", "/ready"]), startTimeoutMilliseconds: int(1...900_000)))
    }

    private mutating func demand(_ position: Int) -> Demand {
        let place = location()
        return Demand(
            from: "City \(position)", location: Location(coordinates: place.coordinates, country: place.country),
            volume: flag()
                ? .rate(rate())
                : .concurrent(users: Double(int(1...90_000)) / 8, requestDuration: .milliseconds(int(1...99_999))),
            profile: pick([
                .constant, .officeHours, .hourly([.whole] + (1..<pick([24, 168])).map { _ in share() }),
            ]),
            utcOffset: maybe { UTCOffset(minutes: $0.int(UTCOffset.possible)) }, latencyBudget: maybe { $0.duration() })
    }

    private mutating func replica() -> ReplicaRequirement {
        let count: Int? = maybe { $0.int(1...8) }
        let engine: EngineSpec? = maybe { $0.engine() }
        let isCommand = if case .command = engine { true } else { false }
        let accelerators = count ?? 1
        var profile = [AcceleratorProfile(accelerator: "H100-80GB", accelerators: int(1...8), rate: rate())]
        if flag() { profile.append(AcceleratorProfile(accelerator: "A100-80GB", accelerators: accelerators, rate: rate())) }
        return ReplicaRequirement(
            memory: maybe { Gibibytes($0.pick([80, 40, 0.5, 79.999, 1e-7])) }, accelerators: count,
            architectures: pick([[], [.hopper], [.hopper, .ampere]]),
            types: pick([[], ["H100-80GB"], ["H100-80GB", "Homemade-9"]]),
            profile: profile, engine: engine, drainTimeout: .seconds(int(1...3_600)),
            artifact: maybe { Gibibytes(min($0.number(), 1_000_000)) }, revision: maybe { "r\($0.int(1...99))" },
            checkpoint: isCommand
                ? maybe { CheckpointCall(path: $0.pick(["/checkpoint", "/save"]), timeoutMilliseconds: $0.int(1...60_000)) } : nil
        )
    }

    private mutating func workload(_ name: String) -> Workload {
        let latency = duration()
        let isPassive = flag()
        let objective = Objective(
            latencyBudget: latency, failoverLatencyBudget: maybe { latency + $0.duration() },
            survive: pick(Objective.Survival.allCases), keptShare: share(), targetUtilization: availability(),
            mode: isPassive ? .activePassive : .activeActive,
            standby: isPassive
                ? maybe { Standby(share: $0.availability(), state: $0.pick(Standby.State.allCases)) } : nil,
            recovery: DeclaredRecovery(
                rto: maybe { .seconds($0.int(1...9_999)) }, rpo: maybe { .milliseconds($0.int(0...9_999)) }))
        let data = DataRules(
            classification: pick(DataRules.Classification.allCases), residency: maybe { $0.flag() ? ["CA", "EU"] : ["UK"] },
            transit: pick(DataRules.Transit.allCases), maxSnapshotAge: maybe { $0.duration() })
        let minimum = int(0...5)
        return Workload(
            metadata: metadata(name), models: ["\(name)/model", "\(name).v2"], workloadClass: pick(Workload.Class.allCases),
            replica: replica(), objective: objective, data: data, maxSpotShare: share(), purchase: purchase(),
            egressPerRequest: maybe { Gibibytes($0.pick([1, 1e-5, 40 / 1_048_576, 0.75])) },
            scaling: flag() ? ScalingPolicy(minReplicas: minimum, maxReplicas: minimum + int(1...9)) : scaling(),
            demand: (0..<int(0...2)).map { demand($0) }, balancing: isPassive ? BalancingRules() : balancing(),
            admission: WorkloadAdmission(
                queueTimeoutMilliseconds: int(0...600_000), queuedRequests: int(1...65_536), queuedBytes: int(1...9_999) << 10,
                coldStartTimeoutMilliseconds: maybe { $0.int(0...3_600_000) },
                concurrencyLimit: pick(WorkloadAdmission.ConcurrencyLimit.allCases)),
            resilience: flag() ? .standard : resilience(), predict: maybe { $0.pick(PredictTarget.allCases) })
    }

    private mutating func purchase() -> PurchaseRules {
        PurchaseRules(
            onDemandBaseCapacity: int(0...9), onDemandPercentageAboveBaseCapacity: share(),
            fallbacks: pick([[], ["H100-80GB"], ["p5.48xlarge", "A100-80GB"]]),
            spotPolicy: maybe { $0.pick([.adaptiveHedge, .spotHedge, .staticMix]) }, overProvision: share())
    }

    private mutating func scaling() -> ScalingPolicy {
        let most = int(2...9)
        let sleeps = flag()
        var policy = ScalingPolicy(
            minReplicas: sleeps ? 0 : int(0...2), maxReplicas: most, desiredReplicas: maybe { _ in 2 },
            scaleToZeroAfter: sleeps ? .seconds(int(30...3_600)) : nil)
        for metric in ScalingMetric.allCases where flag() {
            policy.target[metric] = metric.isUse ? availability().fraction : Double(int(1...99)) / 8
        }
        policy.target[.queuedRequestsPerReplica] = 4
        policy.steps = (0..<int(0...2)).map { _ in
            StepScaling(
                alarm: alarm(), adjustmentType: .percentChangeInCapacity,
                adjustments: [
                    .init(upperBound: -1.5, adjustment: -10), .init(lowerBound: -1.5, upperBound: 4, adjustment: int(1...9)),
                    .init(lowerBound: 4, adjustment: 50),
                ], minAdjustmentMagnitude: int(0...3), warmUp: .milliseconds(int(0...9_000)))
        }
        policy.simple = (0..<int(0...2)).map { _ in
            let type = pick([AdjustmentType.changeInCapacity, .exactCapacity])
            return SimpleScaling(
                alarm: alarm(), adjustmentType: type, adjustment: int(1...4), cooldown: .seconds(int(0...900)))
        }
        policy.schedules = (0..<int(0...2)).map { index in
            ScalingSchedule(
                name: "schedule-\(index)", start: CronExpression(text: pick(["0 8 * * MON-FRI", "*/5 * 1,15 JAN *"]))!,
                duration: .seconds(int(60...604_800)), minReplicas: maybe { _ in 0 }, maxReplicas: maybe { _ in 2 },
                desiredReplicas: int(0...2))
        }
        policy.predictive = maybe { random in
            PredictiveScaling(
                mode: random.pick(PredictiveScaling.Mode.allCases), quantile: Share(Double(random.int(50...99)) / 100),
                leadTime: .seconds(random.int(7_200...9_000)))
        }
        if flag() {
            policy.behavior.scaleUp = ScalingBehavior.Rules(
                stabilizationWindowSeconds: int(0...3_600), selectPolicy: pick(ScalingBehavior.Rules.Selection.allCases),
                policies: (0..<int(0...2)).map { _ in
                    .init(type: pick(ScalingBehavior.Limit.Kind.allCases), value: int(1...200), periodSeconds: int(1...1_800))
                }, tolerance: Double(int(0...9)) / 10)
            policy.behavior.scaleDown.stabilizationWindowSeconds = int(0...3_600)
        }
        policy.panic = maybe { random in
            PanicMode(
                stableWindow: .seconds(random.int(6...3_600)), panicWindowPercentage: Double(random.int(1...100)),
                panicThresholdPercentage: Double(random.int(110...1_000)))
        }
        return policy
    }

    private mutating func alarm() -> ScalingAlarm {
        ScalingAlarm(
            metric: pick(ScalingMetric.allCases), comparison: pick(ScalingAlarm.Comparison.allCases),
            threshold: Double(int(0...800)) / 8, period: .seconds(int(1...900)), evaluationPeriods: int(1...9))
    }

    private mutating func budget(_ name: String, workloads: [WorkloadName]) -> Budget {
        Budget(metadata: metadata(name), workloads: flag() ? workloads : [], ceiling: USDPerHour(price()))
    }

    private mutating func plan(_ name: String, planes: [WorkloadPlane], workloads: [WorkloadName]) -> PlacementPlan {
        let blocks = ["night", "day"]
        let rows = planes.flatMap { plane in plane.pools.flatMap { pool in blocks.map { (plane.name, pool.name, $0) } } }
        return PlacementPlan(
            metadata: metadata(name), blocks: blocks, hours: (0..<pick([24, 168])).map { _ in int(0...1) },
            nodes: rows.map { .init(plane: $0.0, pool: $0.1, block: $0.2, count: int(0...9)) },
            replicas: rows.map { .init(workload: workloads[0], plane: $0.0, pool: $0.1, block: $0.2, count: int(0...9)) },
            fleetGeneration: maybe { UInt64($0.int(0...9_999)) })
    }

    private mutating func limits(isPriced: Bool) -> Tenant.Limits {
        Tenant.Limits(
            requestsPerMinute: maybe { $0.int(1...9_999) }, tokensPerMinute: maybe { $0.int(1...9_999_999) },
            concurrentRequests: maybe { $0.int(1...99) },
            budgetPerDay: isPriced ? maybe { USD(billionths: Int64($0.int(1...9_999_999_999))) } : nil,
            budgetPerMonth: isPriced ? maybe { USD(billionths: Int64($0.int(1...999)) * USD.billionthsPerDollar) } : nil)
    }

    private mutating func tenant(_ name: String, workloads: [WorkloadName]) -> Tenant {
        let price: Tenant.Price? = maybe { generator in
            Tenant.Price(
                input: USDPerMillionTokens(billionthsPerToken: Int64(generator.int(0...9_999))),
                output: USDPerMillionTokens(billionthsPerToken: Int64(generator.int(0...9_999_999))))
        }
        let keys = (0..<int(0...2)).map { position in
            Tenant.APIKey(
                name: "key-\(position)", sha256: String((0..<64).map { _ in pick(Array("0123456789abcdef")) }))
        }
        let certificates: [Tenant.CertificateName] = [
            .uri("spiffe://example.org/\(name)"), .dnsName("\(name).example.com"), .commonName("\(name) of ours"),
        ]
        return Tenant(
            metadata: metadata(name), country: maybe { $0.pick(["CA", "DE", "NO"]) }, models: pick([[], ["a", "b/c"]]),
            priority: pick(Tenant.Priority.allCases), apiKeys: keys,
            clientCertificates: Array(certificates.prefix(int(0...3))), limits: limits(isPriced: price != nil), price: price,
            workloads: flag() ? [] : [Tenant.WorkloadTerms(workload: workloads[0], limits: limits(isPriced: price != nil))])
    }

    private mutating func policy(_ name: String) -> CompliancePolicy {
        CompliancePolicy(
            metadata: metadata(name),
            appliesTo: .init(
                classifications: pick([[], [.pii], [.phi, .pci]]), jurisdictions: pick([[], ["EU"], ["EU", "UK"]])),
            requires: .init(
                jurisdictions: ["EU", "US-GOV"], attestedJurisdictions: flag() ? ["US": "EU-US-DPF", "CA": "SOC2"] : [:],
                attestations: flag() ? ["PCI-DSS"] : [], encryptionInTransit: flag(),
                encryptionAtRest: flag(), audit: pick(DataProtection.Audit.allCases)))
    }

    private mutating func balancing() -> BalancingRules {
        let policy = pick(BalancingRules.Policy.allCases)
        let affinity = policy.isHash ? pick([.none, .cookie]) : pick(BalancingRules.Affinity.allCases)
        let source: BalancingRules.HashSource? = policy.isHash ? pick([nil, .clientAddress, .header]) : nil
        let cookie = BalancingRules.Cookie(
            name: pick(["tradewind-session", "s"]), path: pick(["/", "/v1/"]), ttlSeconds: maybe { $0.int(1...31_536_000) })
        let planes =
            flag() ? planeNames.map { BalancingRules.PlaneShare(plane: $0, weight: int(1...1_000), priority: int(0...15)) } : []
        return BalancingRules(
            policy: policy, affinity: affinity, hashOn: source,
            header: affinity == .header || source == .header ? "x-session-id" : nil,
            cookie: affinity == .cookie ? maybe { _ in cookie } : nil,
            planes: planes, overprovisioningFactor: Double(int(8...80)) / 8, panicThreshold: share().fraction,
            adaptiveWeights: planes.isEmpty ? nil : maybe { Double($0.int(0...90)) / 100 })
    }

    private mutating func route(_ name: String, workload: WorkloadName) -> Route {
        Route(
            metadata: metadata(name), hosts: flag() ? ["api.example.com"] : [], paths: ["/\(name)/", "/\(name)-2"],
            target: flag() ? .workloadByModel : .workload(workload), api: flag() ? .openAI : .predict,
            balancing: maybe { $0.balancing() },
            timeouts: .init(connect: duration(), firstByte: duration(), idle: duration()), maxAttempts: int(1...16),
            maxRequestBytes: maybe { $0.int(1...9_999) << 10 },
            maxResponseBytes: maybe { $0.int(1...9_999_999) << 10 }, buffersResponses: flag(),
            resilience: flag() ? .standard : patience(otherThan: workload))
    }

    private mutating func resilience() -> WorkloadResilience {
        let base = int(1...5_000)
        let interval = int(1_000...60_000)
        return WorkloadResilience(
            outlierDetection: OutlierDetection(
                consecutive5xx: int(1...255), consecutiveGatewayFailure: int(1...255),
                consecutiveLocalOriginFailure: int(1...255), intervalMilliseconds: interval, baseEjectionMilliseconds: base,
                maxEjectionMilliseconds: base + int(0...5_000), maxEjectionShare: share().fraction,
                successRate: maybe { .init(stdevFactor: Double($0.int(1...40)) / 4, minimumHosts: $0.int(1...9)) },
                failurePercentage: maybe { .init(threshold: $0.share().fraction, requestVolume: $0.int(1...9)) },
                latency: maybe { .init(factor: 1 + Double($0.int(1...40)) / 4) }),
            healthChecks: HealthChecks(
                shallow: .init(
                    path: maybe { _ in "/health" }, intervalMilliseconds: interval, timeoutMilliseconds: int(1...interval),
                    healthyThreshold: int(1...100), unhealthyThreshold: int(1...100)),
                deep: maybe { generator in
                    .init(
                        path: "/v1/completions", body: generator.maybe { _ in "{\"model\":\"x\",\"max_tokens\":1}" },
                        intervalMilliseconds: interval, timeoutMilliseconds: interval, healthyThreshold: 1,
                        unhealthyThreshold: generator.int(1...100))
                }),
            slowStart: SlowStart(
                windowMilliseconds: int(0...100_000), aggression: Double(int(1...40)) / 4, minWeight: share().fraction),
            circuitBreakers: CircuitBreakers(
                maxConnections: maybe { $0.int(1...99) }, maxPendingRequests: maybe { $0.int(0...99) },
                maxRequests: maybe { $0.int(1...99) }, maxRetries: maybe { $0.int(0...99) }))
    }

    private mutating func patience(otherThan workload: WorkloadName) -> RouteResilience {
        let base = int(1...5_000)
        return RouteResilience(
            totalTimeoutMilliseconds: maybe { $0.int(1...100_000) },
            retries: RetryPolicy(
                retryOn: flag() ? [] : [.rateLimited, .gatewayError], perTryTimeoutMilliseconds: maybe { $0.int(1...100_000) },
                baseBackOffMilliseconds: base, maxBackOffMilliseconds: base + int(0...5_000),
                budget: maybe { .init(share: $0.share().fraction, minRetryConcurrency: $0.int(0...9)) }),
            hedging: maybe { Hedging(delayMilliseconds: $0.int(1...900), percentile: $0.flag() ? 0.95 : nil) },
            keepAliveMilliseconds: maybe { $0.int(1_000...300_000) })
    }
}
