import FleetControl
import FleetModel
import Testing

@Suite("Purchasing")
struct PurchasingTests: PurchaseFleetBuilding {
    @Test("the base and the percentage above it are on demand, rounded up, and the rest on spot")
    func baseAndPercentage() {
        // 2 + ⌈50 % of 5⌉ = 5 on demand, 2 on spot.
        let rules = PurchaseRules(
            onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: Share(0.5), spotPolicy: .staticMix)
        var world = PurchaseWorld(fleet(regions, [bought(rules)]))
        world.run(["chat": 7], for: .seconds(300))
        #expect(world.placed("chat", .onDemand) == 5)
        #expect(world.placed("chat", .spot) == 2)
        #expect(world.ready("chat") == 7)
    }

    @Test("what is owned or reserved comes first and counts towards the base")
    func paidFirst() {
        var planes = regions
        planes[0].pools.append(pool("committed", tier: .reserved, price: 9, nodes: 1, perNode: 1))
        planes[1].pools.append(pool("owned", tier: .reserved, owned: true, nodes: 2, perNode: 1))
        let rules = PurchaseRules(onDemandBaseCapacity: 4, spotPolicy: .staticMix)
        var world = PurchaseWorld(fleet(planes, [bought(rules, demand: [(Self.toronto, 1)])]))
        world.run(["chat": 2], for: .seconds(30))
        #expect(world.placed() == ["b/owned": 2])
        world.run(["chat": 6], for: .seconds(300))
        // Three are paid for, one is on demand to make the base of four, two are spot.
        #expect(world.placed("chat", .reserved) == 3)
        #expect(world.placed("chat", .onDemand) == 1)
        #expect(world.placed("chat", .spot) == 2)
    }

    @Test("spot stays within maxSpotShare, whatever the policy would hold")
    func spotShare() {
        for policy in [PurchaseRules.SpotPolicy.adaptiveHedge, .spotHedge, .roundRobinSpot] {
            var world = PurchaseWorld(fleet(regions, [bought(PurchaseRules(spotPolicy: policy), spotShare: 0.5)]))
            for _ in 0..<120 {
                world.step(["chat": 7])
                let (spot, steady) = (world.placed("chat", .spot), world.placed("chat", .onDemand))
                #expect(spot <= steady, "\(policy)")
                #expect(spot + steady >= 7, "\(policy)")
            }
            #expect(world.placed("chat", .spot) >= 3, "\(policy)")
        }
    }

    @Test("onDemandOnly buys no spot, and replicas go where they would without rules")
    func onDemandOnly() {
        var world = PurchaseWorld(fleet(regions, [bought(PurchaseRules(spotPolicy: .onDemandOnly))]))
        world.run(["chat": 5], for: .seconds(60))
        #expect(world.placed() == ["a/steady": 5])
        #expect(world.reasons().isEmpty)
    }

    @Test("types are taken in the declared order, and the next where one is refused, until it is asked again")
    func fallbacks() {
        var first = pool("first", tier: .onDemand, price: 9, nodes: 8, perNode: 1)
        first.offer = "p5.48xlarge"
        let planes = [
            plane(
                "a", Self.toronto,
                pools: [
                    first, pool("second", tier: .onDemand, price: 5, nodes: 8, perNode: 1),
                ])
        ]
        let rules = PurchaseRules(fallbacks: ["p5.48xlarge", "H100-80GB"])
        var world = PurchaseWorld(fleet(planes, [bought(rules)]))
        world.run(["chat": 4], for: .seconds(60))
        #expect(world.placed() == ["a/first": 4], "it is dearer and comes first")
        world.capacity[PurchaseWorld.Place(plane: "a", pool: "first")] = 3
        world.run(["chat": 4], for: .seconds(30))
        #expect(world.placed() == ["a/first": 3, "a/second": 1])
        world.capacity = [:]
        world.run(["chat": 4], for: .seconds(120))
        #expect(world.placed() == ["a/first": 3, "a/second": 1], "a refusal is remembered for three minutes")
        world.run(["chat": 4], for: .seconds(90))
        #expect(world.placed() == ["a/first": 4])
    }

    @Test("spot of types that are not listed is not bought while listed types have room")
    func unlistedSpot() {
        var planes = regions
        planes[0].pools[0].offer = "p4d.24xlarge"
        let rules = PurchaseRules(fallbacks: ["p4d.24xlarge"], spotPolicy: .roundRobinSpot)
        var world = PurchaseWorld(fleet(planes, [bought(rules)]))
        world.run(["chat": 5], for: .seconds(60))
        #expect(world.placed() == ["a/spot": 5])
    }

    @Test("over-provisioning holds so much more spot")
    func overProvision() {
        let rules = PurchaseRules(spotPolicy: .roundRobinSpot, overProvision: Share(0.25))
        var world = PurchaseWorld(fleet(regions, [bought(rules)]))
        // ⌈25 % of 6⌉ = 2 more.
        world.run(["chat": 6], for: .seconds(60))
        #expect(world.placed("chat", .spot) == 8)
        #expect(world.placed("chat", .onDemand) == 0)
    }

    @Test("a workload that is placed by its declared demand is bought by the rules once it declares a policy")
    func declaredDemand() {
        // 40 req/s at 10 req/s a replica and 80 % utilisation: 5.
        var workload = bought(PurchaseRules(onDemandBaseCapacity: 1, spotPolicy: .staticMix), demand: [(Self.toronto, 40)])
        workload.scaling.target[.queuedRequestsPerReplica] = nil
        var world = PurchaseWorld(fleet(regions, [workload]))
        world.run([:], for: .seconds(60))
        #expect(world.placed("chat", .onDemand) == 1)
        #expect(world.placed("chat", .spot) == 4)
    }

    @Test("each origin's spot is bought where it is near, and a far pool is no stand-in for a near one")
    func origins() {
        let planes = [("toronto", Self.toronto), ("frankfurt", Self.frankfurt), ("singapore", Self.singapore)].map {
            plane(
                $0.0, $0.1,
                pools: [
                    pool("spot", tier: .spot, price: $0.0 == "singapore" ? 0.1 : 1, nodes: 32, perNode: 1),
                    pool("steady", tier: .onDemand, price: 3, nodes: 32, perNode: 1),
                ])
        }
        let demand = [(Self.toronto, 20.0), (Self.frankfurt, 20.0)]
        var world = PurchaseWorld(fleet(planes, [bought(PurchaseRules(spotPolicy: .roundRobinSpot), demand: demand)]))
        world.run(["chat": 6], for: .seconds(60))
        #expect(world.placed() == ["toronto/spot": 3, "frankfurt/spot": 3])
    }

    // MARK: Spot comes and goes

    @Test("spot that is reclaimed in one pool is replaced elsewhere at the next decision")
    func reclaim() throws {
        for policy in [PurchaseRules.SpotPolicy.adaptiveHedge, .spotHedge, .roundRobinSpot] {
            var world = PurchaseWorld(fleet(regions, [bought(PurchaseRules(spotPolicy: policy))]))
            world.run(["chat": 4], for: .seconds(600))
            let held = world.places.filter { world.placed()["\($0.plane)/\($0.pool)"] ?? 0 > 0 && world.tier($0) == .spot }
            let lost = try #require(held.first, "\(policy)")
            world.capacity[lost] = 0
            let before = world.placed()["\(lost.plane)/\(lost.pool)"] ?? 0
            let after = world.step(["chat": 4]).placement(of: "chat")?.chosen ?? []
            let elsewhere = after.filter { PurchaseWorld.Place(plane: $0.plane, pool: $0.placement.pool) != lost }
            #expect(elsewhere.reduce(0) { $0 + $1.placement.count } >= min(4, before), "\(policy)")
            world.run(["chat": 4], for: .seconds(120))
            #expect(world.ready("chat") >= 4, "\(policy)")
        }
    }

    @Test("spot that is announced to be taken is replaced before it is, and its end is no second loss")
    func announced() throws {
        var world = PurchaseWorld(fleet(regions, [bought(PurchaseRules(spotPolicy: .spotHedge))]))
        world.run(["chat": 3], for: .seconds(600))
        let place = try #require(world.places.first { world.tier($0) == .spot && world.placed()["\($0.plane)/spot"] != nil })
        world.announced = [place]
        world.step(["chat": 3])
        let elsewhere = world.placed().filter { $0.key != "\(place.plane)/spot" && $0.key.hasSuffix("/spot") }
        #expect(elsewhere.values.reduce(0, +) == 4, "three and one more, none of them where it is taken")
        world.run(["chat": 3], for: .seconds(100))
        #expect(world.held("chat", .spot) >= 4)
        // Taken at last; the pool gives again, and serves as any other.
        let before = world.placed()
        (world.capacity[place], world.announced) = (0, [])
        world.step(["chat": 3])
        #expect(world.placed() == before)
    }

    @Test("where all spot is gone, on-demand takes its place, and spot returns once it serves")
    func fallbackAndReturn() {
        for policy in [PurchaseRules.SpotPolicy.adaptiveHedge, .spotHedge] {
            var world = PurchaseWorld(fleet(regions, [bought(PurchaseRules(spotPolicy: policy))]))
            world.run(["chat": 4], for: .seconds(900))
            #expect(world.placed("chat", .onDemand) == 0, "\(policy)")
            let quiet = world.events.count
            for name: PlaneName in ["a", "b", "c"] { world.capacity[spot(name)] = 0 }
            world.run(["chat": 4], for: .seconds(600))
            #expect(world.held("chat", .onDemand) == 4, "\(policy)")
            #expect(world.ready("chat") >= 4, "\(policy)")
            #expect(world.events.dropFirst(quiet).map(\.reason) == ["SpotFallback"], "\(policy)")
            #expect(
                world.events[quiet].message
                    == "4 replicas on demand in the place of spot that a/spot, b/spot, c/spot took back or refused", "\(policy)")
            world.capacity = [:]
            // A refusal limits what a pool is believed to hold for ten minutes.
            var least = Int.max
            for _ in 0..<240 {
                world.step(["chat": 4])
                least = min(least, world.ready("chat"))
            }
            #expect(least >= 4, "\(policy): on-demand left before spot served")
            #expect(world.held("chat", .onDemand) == 0, "\(policy)")
            #expect(world.events.dropFirst(quiet).map(\.reason) == ["SpotFallback", "SpotReturned"], "\(policy)")
        }
    }

    @Test("on-demand stays while spot comes and goes within two minutes")
    func hysteresis() {
        var world = PurchaseWorld(fleet([regions[0]], [bought(PurchaseRules(spotPolicy: .spotHedge))]))
        world.run(["chat": 3], for: .seconds(600))
        var changes = 0
        var before = world.placed("chat", .onDemand)
        // Twenty minutes in which spot is there for 90 s (ready for 30 s) and gone for 30 s.
        for tick in 0..<240 {
            world.capacity[spot("a")] = tick % 24 < 18 ? nil : 0
            world.step(["chat": 3])
            if world.placed("chat", .onDemand) != before { changes += 1 }
            before = world.placed("chat", .onDemand)
        }
        #expect(changes <= 2)
        #expect(before == 3)
        #expect(world.reasons().count { $0 == "SpotFallback" } <= 2)
    }

    @Test("where planes report replicas alone, what is gone or never comes is replaced all the same")
    func withoutNodes() {
        var world = PurchaseWorld(fleet(regions, [bought()]))
        world.reportsNodes = false
        world.run(["chat": 4], for: .seconds(600))
        #expect(world.ready("chat") >= 4)
        for name: PlaneName in ["a", "b", "c"] { world.capacity[spot(name)] = 0 }
        world.run(["chat": 4], for: .seconds(300))
        #expect(world.held("chat", .onDemand) == 4)
    }

    @Test("after a restart nothing is given up, and what is bought follows from what runs")
    func restart() {
        var world = PurchaseWorld(fleet(regions, [bought()]))
        world.run(["chat": 4], for: .seconds(600))
        for name: PlaneName in ["a", "b"] { world.capacity[spot(name)] = 0 }
        world.run(["chat": 4], for: .seconds(30))
        let (spotBefore, steadyBefore) = (world.held("chat", .spot), world.held("chat", .onDemand))
        let events = world.events.count
        let resumed = world.restart()
        #expect(resumed["chat"] ?? 0 >= 4, "the loop that starts anew takes none of them away")
        world.decide(["chat": 4])
        #expect(world.placed("chat", .spot) >= min(4, spotBefore))
        #expect(world.placed("chat", .spot) + world.placed("chat", .onDemand) >= 4)
        world.run(["chat": 4], for: .seconds(600))
        #expect(world.ready("chat") >= 4)
        #expect(world.events.dropFirst(events).allSatisfy { $0.reason == "SpotReturned" || steadyBefore == 0 })
    }

    @Test("what must survive a loss still does")
    func survival() {
        var planes = regions
        planes[2].provider = "gcp"
        var surviving = bought(demand: [(Self.toronto, 40)])
        surviving.objective.survive = .provider
        surviving.objective.keptShare = Share(0.5)
        var world = PurchaseWorld(fleet(planes, [surviving]))
        world.run(["chat": 6], for: .seconds(300))
        for provider: ProviderName in ["aws", "gcp"] {
            let kept = (world.placement.placement(of: "chat")?.chosen ?? []).filter { choice in
                world.fleet.planes.first { $0.name == choice.plane }?.provider != provider
            }
            // Half of 6 replicas at 80 %: 24 req/s, three replicas at full use.
            #expect(kept.reduce(0) { $0 + $1.placement.count } >= 3, "\(provider)")
        }
    }

    // MARK: Endpoint planes

    @Test("an endpoint plane's one forwarder stands for all that is counted on there: it refuses nothing, and nothing wanders")
    func endpoint() {
        var api = plane("api", Self.toronto, pools: [pool("h100", tier: .onDemand, price: 1, nodes: 8, perNode: 1)])
        api.driver = .endpoint(EndpointDriver(url: "https://api.example.com", key: nil))
        let dearer = plane("a", Self.toronto, pools: [pool("steady", tier: .onDemand, price: 3, nodes: 8, perNode: 1)])
        var world = PurchaseWorld(fleet([api, dearer], [bought()]))
        for _ in 0..<120 {
            let placed = world.step(["chat": 5]).placement(of: "chat")
            #expect(placed?.replicas == 5)
            #expect(world.placed() == ["api/h100": 5])
        }
        #expect(!world.purchaser.isUnderWay, "all that was asked for is there")
    }

    @Test("it looks again as long as what it asked for may be refused, and as long as a refusal is remembered")
    func underWay() {
        let planes = [
            plane(
                "a", Self.toronto,
                pools: [
                    pool("first", tier: .onDemand, price: 1, nodes: 8, perNode: 1),
                    pool("second", tier: .onDemand, price: 2, nodes: 8, perNode: 1),
                ])
        ]
        var world = PurchaseWorld(fleet(planes, [bought(PurchaseRules(spotPolicy: .onDemandOnly))]))
        world.step(["chat": 4])
        #expect(world.purchaser.isUnderWay, "nothing has come yet")
        world.run(["chat": 4], for: .seconds(60))
        #expect(!world.purchaser.isUnderWay)
        world.capacity[PurchaseWorld.Place(plane: "a", pool: "first")] = 3
        world.run(["chat": 4], for: .seconds(120))
        #expect(world.placed() == ["a/first": 3, "a/second": 1])
        #expect(world.purchaser.isUnderWay, "the first is asked again once the refusal lapses")
    }

    @Test("what stood in for spot is said to be gone when nothing is wanted on spot any more")
    func nothingLeftForSpot() {
        let rules = PurchaseRules(onDemandBaseCapacity: 2, spotPolicy: .adaptiveHedge)
        var world = PurchaseWorld(fleet([regions[0]], [bought(rules)]))
        world.capacity[spot("a")] = 0
        world.run(["chat": 4], for: .seconds(300))
        #expect(world.held("chat", .onDemand) == 4)
        world.run(["chat": 2], for: .seconds(30))
        #expect(world.placed() == ["a/steady": 2])
        world.run(["chat": 4], for: .seconds(300))
        #expect(world.held("chat", .onDemand) == 4)
        #expect(world.reasons() == ["SpotFallback", "SpotReturned", "SpotFallback"])
    }

    @Test("what is paid for is used where only spot that is not bought would be nearer")
    func paidWhereSpotIsNotBought() {
        // Singapore is beyond the latency budget of those in Toronto; spot alone is inside.
        let planes = [
            plane("near", Self.toronto, pools: [pool("spot", tier: .spot, price: 1, nodes: 8, perNode: 1)]),
            plane(
                "far", Self.singapore,
                pools: [
                    pool("committed", tier: .reserved, price: 9, nodes: 8, perNode: 1),
                    pool("steady", tier: .onDemand, price: 3, nodes: 8, perNode: 1),
                ]),
        ]
        let demand = [(Self.toronto, 10.0)]
        var without = PurchaseWorld(fleet(planes, [bought(PurchaseRules(spotPolicy: .onDemandOnly), demand: demand)]))
        without.run(["chat": 2], for: .seconds(30))
        #expect(without.placed() == ["far/committed": 2])
        var full = planes
        full[0].pools[0].maxNodes = 0
        var crowded = PurchaseWorld(fleet(full, [bought(PurchaseRules(spotPolicy: .roundRobinSpot), demand: demand)]))
        crowded.run(["chat": 2], for: .seconds(30))
        #expect(crowded.placed() == ["far/committed": 2])
        var open = PurchaseWorld(fleet(planes, [bought(PurchaseRules(spotPolicy: .roundRobinSpot), demand: demand)]))
        open.run(["chat": 2], for: .seconds(30))
        #expect(open.placed() == ["near/spot": 2])
    }
}
