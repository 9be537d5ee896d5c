import FleetModel

/// One rollout under way: decides how many replicas of each version there are and what share of the requests each
/// gets, and when a step
/// is over.
struct RolloutRun: Equatable, Sendable {
    /// What a pool's plane was told last.
    struct Told: Equatable, Sendable {
        var stable: Int
        var target: Int
        var wanted: Int
    }

    /// A replica of the new version counts once it has served this long: gateways check it twice before they trust it.
    static let settling = Handover.settling

    let target: UInt64
    /// Every plane had been heard, or was given up on, when it was taken up.
    let isSettled: Bool
    var told: [PoolKey: Told] = [:]
    /// Stable replicas when it began; see ``VersionShift/Goal/healthyBase``.
    var beganWith = 0
    /// Since when the step's replicas serve; nil while they do not, and while it is paused.
    var stepSince: Moment?
    /// Share of the requests that the new version gets.
    var weight = 0.0
    /// What had been counted when the step began.
    var baseline: (new: RevisionOutcome, old: RevisionOutcome)
    private var lastJudged: Moment?
    private var verdict = RolloutVerdict.tooFew
    private var progressedAt: Moment
    private var progressMark: [Int] = []
    private var isLateSaid = false
    private var wasAdvancing: Bool
    /// It was paused when it was last looked at, and does not go back by itself.
    private var awaitsOperator = false
    private var waitsFor = ""

    static func == (left: Self, right: Self) -> Bool {
        left.target == right.target && left.isSettled == right.isSettled && left.told == right.told
            && left.stepSince == right.stepSince && left.weight == right.weight
            && left.baseline.new == right.baseline.new && left.baseline.old == right.baseline.old
            && left.beganWith == right.beganWith && left.lastJudged == right.lastJudged && left.verdict == right.verdict
            && left.progressedAt == right.progressedAt && left.progressMark == right.progressMark
            && left.isLateSaid == right.isLateSaid && left.wasAdvancing == right.wasAdvancing && left.waitsFor == right.waitsFor
            && left.awaitsOperator == right.awaitsOperator
    }

    init(_ progress: RolloutRecord.Progress, policy: RolloutPolicy, outcomes: Outcomes, isSettled: Bool, now: Moment) {
        target = progress.target
        self.isSettled = isSettled
        baseline = (outcomes.new, outcomes.old)
        progressedAt = now
        wasAdvancing = progress.phase == .advancing
        // What the step before gave it, until this one's replicas are seen to serve.
        switch policy.strategy {
        case .canary where progress.step > 0 && progress.step <= policy.steps.count:
            weight = policy.steps[progress.step - 1].weight.fraction
        case .blueGreen where progress.step > 0: weight = 1
        case .rolling, .canary, .blueGreen: break
        }
    }

    /// Requests of both versions counted so far.
    struct Outcomes: Equatable, Sendable {
        var new: RevisionOutcome
        var old: RevisionOutcome
    }

    /// What is seen of the fleet.
    struct Scene {
        let stable: Workload
        let target: Workload
        let policy: RolloutPolicy
        let pools: [VersionPool]
        let outcomes: Outcomes
        /// Reports of some planes are still awaited: nothing is changed.
        let isUnsettled: Bool
        let now: Moment
    }

    // MARK: Deciding

    mutating func decide(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, room ledger: inout PoolLedger, events: inout [FleetEvent]
    ) -> RolloutDecision.Versions {
        waitsFor = ""
        if wasAdvancing, progress.phase == .rollingBack { announceRollback(progress, scene, &events) }
        if scene.isUnsettled {
            waitsFor = "reports of planes"
        } else {
            switch progress.phase {
            case .advancing: advance(&progress, scene, room: &ledger, events: &events)
            case .rollingBack: goBack(&progress, scene, room: &ledger, events: &events)
            case .rolledBack: break
            }
        }
        wasAdvancing = progress.phase == .advancing
        return versions(progress, scene)
    }

    private mutating func advance(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, room ledger: inout PoolLedger, events: inout [FleetEvent]
    ) {
        judge(&progress, scene, &events)
        guard progress.phase == .advancing else { return goBack(&progress, scene, room: &ledger, events: &events) }
        guard !progress.isPaused else {
            stepSince = nil
            progressedAt = scene.now
            waitsFor = "an operator to resume or abort it"
            return
        }
        let policy = scene.policy
        if progress.isPromotedFully { progress.step = Self.lastStep(of: policy) }
        let wanted = scene.pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.wanted) }
        let goal = goal(progress.step, wanted: wanted, scene)
        let lacksRoom = shift(scene, goal, isForward: true, &ledger)
        let ready = scene.pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.settledTarget) }
        let asked = told.values.reduce(0) { $0 + $1.target }
        if progress.step >= Self.lastStep(of: policy) {
            let leaving = scene.pools.reduce(0) { $0 + $1.aliveStable } + told.values.reduce(0) { $0 + $1.stable }
            waitsFor = "\(goal.rising) replicas of generation \(target) to serve and the others to end"
            if ready >= goal.rising, leaving == 0, !scene.pools.contains(where: \.isFrozen) {
                return promote(&progress, scene, &events)
            }
        } else if ready >= goal.rising, asked >= goal.rising {
            wait(&progress, scene, wanted: wanted, ready: ready, &events)
        } else {
            waitsFor = "\(goal.rising) replicas of generation \(target) to serve"
        }
        if lacksRoom, ready < goal.rising { waitsFor += "; no pool has room for one more" }
        watchProgress(&progress, scene, &events)
        if progress.phase == .rollingBack { goBack(&progress, scene, room: &ledger, events: &events) }
    }

    private mutating func goBack(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, room ledger: inout PoolLedger, events: inout [FleetEvent]
    ) {
        weight = 0
        stepSince = nil
        let wanted = scene.pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.wanted) }
        var goal = VersionShift.Goal(
            rising: wanted, falling: 0, fallingAtLeast: 0, surge: 0, unavailable: 0, healthyBase: wanted, mayMakeRoom: true)
        bound(&goal, wanted: wanted, scene)
        // Without a request to serve, the new version's replicas are missed by nobody.
        goal.fallingServes = !isWithheld(progress, scene) || !scene.pools.contains { $0.readyStable > 0 }
        _ = shift(scene, goal, isForward: false, &ledger)
        let leaving = scene.pools.reduce(0) { $0 + $1.aliveTarget } + told.values.reduce(0) { $0 + $1.target }
        waitsFor = "the replicas of generation \(target) to end"
        guard leaving == 0 else { return }
        progress.phase = .rolledBack
        progress.step = 0
        waitsFor = "another version to be declared, or a retry"
        events.append(
            scene.event(
                "RollbackCompleted", "generation \(scene.stable.metadata.generation ?? 0) serves alone again"))
    }

    /// Whether a version that goes back gets no request. One that only was taken back serves until the stable version is whole
    /// again.
    private func isWithheld(_ progress: RolloutRecord.Progress, _ scene: Scene) -> Bool {
        progress.isCondemned && scene.policy.strategy != .rolling
    }

    // MARK: Steps

    static func lastStep(of policy: RolloutPolicy) -> Int {
        switch policy.strategy {
        case .rolling: 0
        case .canary: policy.steps.count
        case .blueGreen: 2
        }
    }

    private func goal(_ step: Int, wanted: Int, _ scene: Scene) -> VersionShift.Goal {
        var goal = VersionShift.Goal(
            rising: wanted, falling: 0, fallingAtLeast: 0, surge: 0, unavailable: 0, healthyBase: wanted, mayMakeRoom: true)
        bound(&goal, wanted: wanted, scene)
        switch scene.policy.strategy {
        case .rolling: break
        case .canary:
            guard step < scene.policy.steps.count else { break }
            let share = scene.policy.steps[step].weight
            guard share < .whole, wanted > 0 else { break }
            goal.rising = max(1, ReplicaAllowance.share(share).rounded(up: true, of: wanted))
            goal.falling = max(1, ReplicaAllowance.share(Share(1 - share.fraction)).rounded(up: true, of: wanted))
            goal.fallingAtLeast = max(1, wanted - goal.rising)
            goal.surge = max(goal.surge, goal.rising + goal.falling - wanted)
        case .blueGreen:
            guard step < 2 else { break }
            goal.falling = wanted
            goal.fallingAtLeast = wanted
            goal.surge = wanted
            goal.mayMakeRoom = false
        }
        return goal
    }

    /// Kubernetes' rule: a surge is rounded up, what may be missing down, and where both come to nothing one may be missing.
    private func bound(_ goal: inout VersionShift.Goal, wanted: Int, _ scene: Scene) {
        let policy = scene.policy
        goal.surge = policy.maxSurge.rounded(up: true, of: wanted)
        goal.unavailable = min(wanted, policy.maxUnavailable?.rounded(up: false, of: wanted) ?? 0)
        if goal.surge == 0, goal.unavailable == 0 { goal.unavailable = 1 }
        goal.mayMakeRoom = policy.maxUnavailable == nil
        let isSameSize = scene.pools.allSatisfy { $0.sizeStable == $0.sizeTarget }
        goal.healthyBase = isSameSize ? wanted : min(wanted, beganWith)
    }

    /// The step's replicas serve: its share of the requests is in force, and its time runs.
    private mutating func wait(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, wanted: Int, ready: Int, _ events: inout [FleetEvent]
    ) {
        let policy = scene.policy
        guard let since = stepSince else {
            return beginStep(progress, scene, wanted: wanted, ready: ready, &events)
        }
        var isOver = progress.isPromoted
        var pause: CanaryStep.Pause?
        switch policy.strategy {
        case .rolling: break
        case .canary: pause = policy.steps[progress.step].pause ?? .time(.zero)
        case .blueGreen where progress.step == 0: pause = policy.autoPromotion ? .time(.zero) : .untilPromoted
        case .blueGreen: pause = .time(policy.scaleDownDelay)
        }
        switch pause {
        case .time(let time)? where scene.now.since(since) >= time:
            // Before a request reaches it there is nothing to judge.
            let isJudged = policy.analysis == nil || weight == 0 || verdict == .passing
            if isJudged { isOver = true } else { waitsFor = "\(policy.analysis?.minRequests ?? 0) requests to judge it by" }
        case .time(let time)?: waitsFor = "its pause of \(time.text)"
        case .untilPromoted?: waitsFor = "an operator to promote it"
        case nil: break
        }
        guard isOver else { return }
        progress.step += 1
        progress.isPromoted = false
        stepSince = nil
        if policy.strategy == .blueGreen, progress.step == 1 { weight = 1 }
    }

    private mutating func beginStep(
        _ progress: RolloutRecord.Progress, _ scene: Scene, wanted: Int, ready: Int, _ events: inout [FleetEvent]
    ) {
        stepSince = scene.now
        judgeAnew(scene)
        lastJudged = nil
        switch scene.policy.strategy {
        case .canary:
            weight = scene.policy.steps[progress.step].weight.fraction
            events.append(
                scene.event(
                    "CanaryStep",
                    "step \(progress.step + 1) of \(scene.policy.steps.count): \(Share(weight).text) of the requests go to "
                        + "generation \(target), with \(ready) replicas beside \(scene.pools.reduce(0) { $0 + $1.readyStable })"))
        case .blueGreen:
            weight = progress.step == 0 ? 0 : 1
            let what = progress.step == 0 ? "serve beside" : "get every request in place of"
            events.append(
                scene.event(
                    progress.step == 0 ? "PreviewReady" : "RequestsMoved",
                    "\(ready) replicas of generation \(target) \(what) generation \(scene.stable.metadata.generation ?? 0)"))
        case .rolling: break
        }
    }

    private func promote(_ progress: inout RolloutRecord.Progress, _ scene: Scene, _ events: inout [FleetEvent]) {
        progress.phase = .advancing
        progress.step = Self.promoted
        let wanted = scene.pools.reduce(0) { $0 + $1.wanted }
        events.append(
            scene.event(
                "RolloutPromoted",
                "generation \(target) serves with \(wanted) replicas in place of generation "
                    + "\(scene.stable.metadata.generation ?? 0)"))
    }

    /// The step of a rollout that is over: its target is the stable version.
    static let promoted = Int(Int32.max)

    // MARK: Judging

    private mutating func judge(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, _ events: inout [FleetEvent]
    ) {
        guard let analysis = scene.policy.analysis else { return }
        if !scene.policy.autoRollback {
            // What led to the pause is not held against what the operator then decides.
            if !progress.isPaused, awaitsOperator { judgeAnew(scene) }
            awaitsOperator = progress.isPaused
            if awaitsOperator { return }
        }
        if let lastJudged, scene.now.since(lastJudged) < analysis.interval { return }
        lastJudged = scene.now
        verdict = RolloutVerdict(
            analysis, new: RevisionMeter.difference(scene.outcomes.new, baseline.new),
            old: RevisionMeter.difference(scene.outcomes.old, baseline.old))
        guard case .failing(let figures) = verdict else { return }
        guard scene.policy.autoRollback else {
            guard !progress.isPaused, !progress.isPromotedFully else { return }
            progress.isPaused = true
            awaitsOperator = true
            progress.reason = figures
            events.append(scene.event("AnalysisFailed", "\(figures); it waits for an operator", .warning))
            return
        }
        progress.phase = .rollingBack
        progress.isPaused = false
        progress.isCondemned = true
        progress.reason = figures
        announceRollback(progress, scene, &events)
    }

    /// What was counted so far counts no more: a step begins, or an operator has it go on.
    private mutating func judgeAnew(_ scene: Scene) {
        baseline.new = scene.outcomes.new
        // Once it has no request, a blue-green rollout's old version is judged by those it had.
        if scene.policy.strategy != .blueGreen { baseline.old = scene.outcomes.old }
        verdict = .tooFew
        lastJudged = scene.now
    }

    private func announceRollback(
        _ progress: RolloutRecord.Progress, _ scene: Scene, _ events: inout [FleetEvent]
    ) {
        events.append(
            scene.event(
                "RolledBack",
                "from generation \(target) to \(scene.stable.metadata.generation ?? 0): \(progress.reason)", .warning))
    }

    /// Notices when replicas have not come closer to what is wanted for too long. Waits that are meant do not count,
    /// nor does the silence of
    /// a plane.
    private mutating func watchProgress(
        _ progress: inout RolloutRecord.Progress, _ scene: Scene, _ events: inout [FleetEvent]
    ) {
        let mark =
            [progress.step] + scene.pools.flatMap { [$0.aliveStable, $0.settledTarget] }
            + told.sorted { ($0.key.plane, $0.key.pool) < ($1.key.plane, $1.key.pool) }.flatMap {
                [$0.value.stable, $0.value.target]
            }
        if mark != progressMark || stepSince != nil || scene.pools.contains(where: \.isFrozen) {
            progressMark = mark
            progressedAt = scene.now
            isLateSaid = false
            return
        }
        guard scene.now.since(progressedAt) >= scene.policy.progressDeadline else { return }
        let late = "no progress for \(scene.policy.progressDeadline.text): waits for \(waitsFor)"
        if scene.policy.autoRollback {
            progress.phase = .rollingBack
            progress.reason = late
            announceRollback(progress, scene, &events)
        } else if !isLateSaid {
            isLateSaid = true
            progress.reason = late
            events.append(scene.event("ProgressDeadlineExceeded", late, .warning))
        }
    }

    // MARK: Replicas

    /// True where the rising version waits for room.
    private mutating func shift(
        _ scene: Scene, _ goal: VersionShift.Goal, isForward: Bool, _ ledger: inout PoolLedger
    ) -> Bool {
        var shift = VersionShift(
            scene.pools.map { pool in
                let known = told[pool.key] ?? Told(stable: 0, target: 0, wanted: 0)
                let stable = VersionShift.Side(told: known.stable, ready: pool.readyStable)
                let target = VersionShift.Side(told: known.target, ready: isForward ? pool.settledTarget : pool.readyTarget)
                return VersionShift.Pool(
                    key: pool.key, wanted: pool.wanted,
                    size: isForward ? (pool.sizeTarget, pool.sizeStable) : (pool.sizeStable, pool.sizeTarget),
                    isFrozen: pool.isFrozen, isUnbounded: pool.isUnbounded, rising: isForward ? target : stable,
                    falling: isForward ? stable : target)
            }, of: scene.target.workloadClass)
        shift.run(goal, room: &ledger)
        for (pool, seen) in zip(shift.pools, scene.pools) where seen.isHeard {
            told[pool.key] = Told(
                stable: isForward ? pool.falling.told : pool.rising.told,
                target: isForward ? pool.rising.told : pool.falling.told, wanted: pool.wanted)
        }
        return shift.lacksRoom
    }

    // MARK: What planes and gateways are told

    private func versions(_ progress: RolloutRecord.Progress, _ scene: Scene) -> RolloutDecision.Versions {
        let stableGeneration = scene.stable.metadata.generation ?? 0
        let isWeighed: Bool
        switch scene.policy.strategy {
        case .rolling: isWeighed = false
        case .canary where progress.phase == .advancing: isWeighed = progress.step < scene.policy.steps.count
        case .blueGreen where progress.phase == .advancing: isWeighed = progress.step < 2
        case .canary, .blueGreen: isWeighed = isWithheld(progress, scene)
        }
        var weights = [
            RevisionWeight(generation: stableGeneration, weight: isWeighed ? 1 - weight : nil),
            RevisionWeight(generation: target, weight: isWeighed ? weight : nil),
        ]
        weights.sort { $0.generation < $1.generation }
        return RolloutDecision.Versions(
            stable: scene.stable, target: scene.target,
            pools: scene.pools.map { pool in
                let told = told[pool.key]
                return RolloutDecision.Pool(
                    plane: pool.key.plane, pool: pool.key.pool, accelerator: pool.accelerator,
                    acceleratorsPerReplica: pool.acceleratorsPerReplica, stable: told?.stable ?? pool.wanted, target: told?.target
                )
            }, weights: weights, status: status(progress, scene, isWeighed: isWeighed))
    }

    private func status(_ progress: RolloutRecord.Progress, _ scene: Scene, isWeighed: Bool) -> RolloutStatus {
        func version(_ generation: UInt64, wanted: Int, ready: Int, weight: Double, _ seen: RevisionOutcome)
            -> RolloutStatus.Version
        {
            var version = RolloutStatus.Version(generation: generation)
            (version.wanted, version.ready) = (wanted, ready)
            version.weight = isWeighed ? weight : nil
            (version.requests, version.failures) = (seen.requests, seen.failures)
            version.meanFirstByteMilliseconds = seen.meanFirstByte
            return version
        }
        let hasSteps = scene.policy.strategy == .canary
        return RolloutStatus(
            strategy: scene.policy.strategy.rawValue, phase: progress.phase,
            step: hasSteps ? min(progress.step + 1, scene.policy.steps.count) : nil,
            steps: hasSteps ? scene.policy.steps.count : nil, isPaused: progress.isPaused, reason: progress.reason,
            waitsFor: waitsFor,
            stable: version(
                scene.stable.metadata.generation ?? 0, wanted: told.values.reduce(0) { $0 + $1.stable },
                ready: scene.pools.reduce(0) { $0 + $1.readyStable }, weight: 1 - weight,
                RevisionMeter.difference(scene.outcomes.old, baseline.old)),
            target: version(
                target, wanted: told.values.reduce(0) { $0 + $1.target }, ready: scene.pools.reduce(0) { $0 + $1.readyTarget },
                weight: weight, RevisionMeter.difference(scene.outcomes.new, baseline.new)))
    }
}

extension RolloutRun.Scene {
    func event(_ reason: String, _ message: String, _ severity: FleetEvent.Severity = .normal) -> FleetEvent {
        FleetEvent(
            subject: ResourceKey(kind: .workload, name: target.name.rawValue), severity: severity, reason: reason,
            message: message)
    }
}
