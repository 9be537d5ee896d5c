package import FleetModel

/// Carries every workload from one version of its replicas to the next.
///
/// Another ``Workload/template`` is another version. Until the new one has taken over whole, the old one is the stable
/// version: it
/// is kept in the store (``RolloutHistory``), and comes back where the new one fails. At most two versions of a workload run at
/// once: a third that is declared meanwhile waits until the second has gone back.
package struct Rollouts: Equatable, Sendable {
    private var runs: [WorkloadName: RolloutRun] = [:]
    private var meter = RevisionMeter()
    /// Since when every plane was heard or given up on by this process.
    private var heardSince: Moment?

    package init() {}

    package var isUnderWay: Bool { !runs.isEmpty }

    package mutating func receive(_ report: GatewayReport) { meter.receive(report) }

    /// Replicas beyond the placement that a rollout has a pool run.
    func surge(_ workload: WorkloadName, in key: PoolKey) -> Int {
        guard let told = runs[workload]?.told[key] else { return 0 }
        return max(0, told.stable + told.target - told.wanted)
    }

    // MARK: What is declared

    /// The fleet with every workload as it is to run: an older version where the declared one was rolled back, and
    /// generations that
    /// change with the replicas' template alone.
    struct Opening {
        var fleet: Fleet
        var histories: [WorkloadName: RolloutHistory]
        /// Both versions of workloads of which two serve.
        var pairs: [WorkloadName: (stable: Workload, target: Workload)] = [:]
    }

    func open(_ inputs: ControlInputs, events: inout [FleetEvent]) -> Opening {
        var opening = Opening(fleet: inputs.fleet, histories: [:])
        var effective: [Resource] = []
        for declared in inputs.fleet.workloads {
            var history = inputs.rollouts[declared.name] ?? RolloutHistory(of: declared)
            let workload = Self.open(declared, &history, &opening, &events)
            opening.histories[declared.name] = history
            if workload != declared { effective.append(.workload(workload)) }
        }
        if !effective.isEmpty { opening.fleet = Fleet(inputs.fleet.resources + effective) }
        return opening
    }

    /// The workload as it is to run.
    private static func open(
        _ declared: Workload, _ history: inout RolloutHistory, _ opening: inout Opening, _ events: inout [FleetEvent]
    ) -> Workload {
        let generation = declared.metadata.generation ?? 0
        var current = declared
        if declared.template == history.stable.template {
            current.metadata.generation = history.record.stable
            if let target = history.target,
                history.record.retire(because: "generation \(history.record.stable) is declared again")
            {
                opening.pairs[declared.name] = (history.stable, target)
            } else {
                history.settle(declared)
            }
            return current
        }
        if let target = history.target, let progress = history.record.progress {
            if target.template == declared.template {
                if progress.phase != .rolledBack { opening.pairs[declared.name] = (history.stable, target) }
                guard progress.phase == .advancing else { return declared.adopting(templateOf: history.stable) }
                current.metadata.generation = progress.target
                return current
            }
            if history.record.retire(because: "generation \(generation) is declared in its place") {
                opening.pairs[declared.name] = (history.stable, target)
                return declared.adopting(templateOf: history.stable)
            }
        }
        history.begin(declared)
        opening.pairs[declared.name] = (history.stable, declared)
        events.append(
            FleetEvent(
                subject: ResourceKey(kind: .workload, name: declared.name.rawValue), reason: "RolloutStarted",
                message: "\(declared.rollout.strategy.rawValue), from generation \(history.record.stable) to \(generation)"))
        return declared
    }

    // MARK: What is decided

    mutating func advance(
        _ opening: Opening, assigned: PlacementDecision, observation: FleetObservation, now: Moment, events: inout [FleetEvent]
    ) -> [WorkloadName: RolloutDecision] {
        let isUnknown = opening.fleet.planes.contains { observation.connection(of: $0.name, now: now) == .unknown }
        if !isUnknown { heardSince = heardSince ?? now }
        runs = runs.filter { opening.pairs[$0.key] != nil }
        retain(opening)
        var decisions = opening.histories.mapValues { RolloutDecision(history: $0) }
        guard !opening.pairs.isEmpty else { return decisions }
        let names = opening.pairs.keys.sorted()
        var scenes: [WorkloadName: RolloutRun.Scene] = [:]
        for name in names {
            guard let pair = opening.pairs[name], let progress = opening.histories[name]?.record.progress,
                let current = opening.fleet.workloads.first(where: { $0.name == name })
            else { continue }
            let scene = scene(pair, current, opening.fleet, assigned, observation, now: now)
            scenes[name] = scene
            begin(name, progress, scene)
        }
        var ledger = room(opening.fleet, assigned, scenes, NodeShortage(opening.fleet, observation))
        for name in names {
            guard let scene = scenes[name], var history = opening.histories[name], var progress = history.record.progress,
                var run = runs[name]
            else { continue }
            let versions = run.decide(&progress, scene, room: &ledger, events: &events)
            if progress.step == RolloutRun.promoted {
                history.promote()
                runs[name] = nil
            } else {
                history.record.progress = progress
                runs[name] = progress.phase == .rolledBack ? nil : run
            }
            decisions[name] = RolloutDecision(history: history, versions: versions)
        }
        return decisions
    }

    private func scene(
        _ pair: (stable: Workload, target: Workload), _ current: Workload, _ fleet: Fleet, _ assigned: PlacementDecision,
        _ observation: FleetObservation, now: Moment
    ) -> RolloutRun.Scene {
        func total(_ workload: Workload) -> RevisionOutcome {
            meter.total(of: RevisionMeter.Key(workload: workload.name, generation: workload.metadata.generation ?? 0))
        }
        return RolloutRun.Scene(
            stable: pair.stable, target: pair.target, policy: current.rollout,
            pools: VersionPool.pools(
                stable: pair.stable, target: pair.target, fleet: fleet, assigned: assigned, observation: observation, now: now),
            outcomes: RolloutRun.Outcomes(new: total(pair.target), old: total(pair.stable)),
            // What an earlier process told planes last may still be on its way to them.
            isUnsettled: heardSince.map { now.since($0) < RolloutRun.settling } ?? true, now: now)
    }

    /// Takes up a rollout, new or found in the store: what planes run is what they were told.
    private mutating func begin(_ name: WorkloadName, _ progress: RolloutRecord.Progress, _ scene: RolloutRun.Scene) {
        let known = runs[name].flatMap { $0.target == progress.target && $0.isSettled ? $0 : nil }
        var run =
            known
            ?? RolloutRun(progress, policy: scene.policy, outcomes: scene.outcomes, isSettled: !scene.isUnsettled, now: scene.now)
        for pool in scene.pools where pool.isHeard && run.told[pool.key] == nil {
            // When it begins, what is missing in a pool is started as the stable version.
            let stable = known == nil ? max(pool.aliveStable, pool.wanted - pool.aliveTarget) : pool.aliveStable
            run.told[pool.key] = RolloutRun.Told(stable: stable, target: pool.aliveTarget, wanted: pool.wanted)
        }
        run.told = run.told.filter { key, _ in scene.pools.contains { $0.key == key } }
        if known == nil { run.beganWith = run.told.values.reduce(0) { $0 + $1.stable + $1.target } }
        runs[name] = run
    }

    /// What is free beside the placement of other workloads and everything that planes were told of both versions, on nodes that
    /// can be had. A replica that was told of, never came and has no place any more, for its node was refused or is lost, is
    /// told of no longer: it would be waited for where another pool has room, or an old replica could make some.
    private mutating func room(
        _ fleet: Fleet, _ assigned: PlacementDecision, _ scenes: [WorkloadName: RolloutRun.Scene], _ shortage: NodeShortage
    ) -> PoolLedger {
        var others = assigned
        // The room that is kept for a standby stays kept, whoever's it is.
        for index in others.workloads.indices where scenes[others.workloads[index].workload] != nil {
            others.workloads[index].chosen = []
        }
        var ledger = PoolLedger(fleet, holding: others, shortage: shortage)
        for (name, scene) in scenes.sorted(by: { $0.key < $1.key }) {
            for pool in scene.pools where !pool.isUnbounded {
                guard var told = runs[name]?.told[pool.key] else { continue }
                func take(_ count: Int, of size: Int) -> Int {
                    (0..<max(0, count)).count { _ in ledger.take(size, for: scene.target.workloadClass, from: pool.key) }
                }
                _ = take(told.stable, of: pool.sizeStable)
                let alive = min(told.target, pool.aliveTarget)
                _ = take(alive, of: pool.sizeTarget)
                let coming = take(told.target - alive, of: pool.sizeTarget)
                if !pool.isFrozen { told.target = alive + coming }
                runs[name]?.told[pool.key] = told
            }
        }
        return ledger
    }

    private mutating func retain(_ opening: Opening) {
        var keys: Set<RevisionMeter.Key> = []
        for (name, pair) in opening.pairs {
            for workload in [pair.stable, pair.target] {
                keys.insert(RevisionMeter.Key(workload: name, generation: workload.metadata.generation ?? 0))
            }
        }
        meter.retain(keys, gateways: Set(opening.fleet.gateways.map(\.name)))
    }
}

extension RolloutRecord {
    /// Has what is under way go back; false where nothing of it is left.
    fileprivate mutating func retire(because reason: String) -> Bool {
        switch progress?.phase {
        case .advancing?:
            progress?.phase = .rollingBack
            progress?.isPaused = false
            progress?.reason = reason
            return true
        case .rollingBack?: return true
        case .rolledBack?, nil: return false
        }
    }
}
