package import FleetModel

/// Judges which planes are lost, from what every observer says of each.
///
/// A pure step of the loop: votes (``PlaneBallot``), patience (``PlaneStanding``), then what follows for regions and providers
/// (``FailoverVerdicts``). The last plane that is left is never failed. A drained plane is not judged: nothing is asked of it.
/// After a restart of the control plane every plane stands where it stood (``ControllerMemory``): until everybody was heard or
/// given up, nothing changes but by a majority, and the time that was not watched counts for nothing.
package struct FailoverJudge: Equatable, Sendable {
    private var standings: [PlaneName: PlaneStanding] = [:]
    private var reasons: [PlaneName: String] = [:]
    private var last = FailoverVerdicts()
    /// Some observer has lost a plane, though no majority has: votes lapse with time, so that one may come without a word.
    private var hasDoubt = false
    /// What was kept of planes on which nobody has been heard since.
    private var kept: [PlaneName: ControllerMemory.Plane] = [:]
    private var away = Duration.zero

    package init() {}

    /// What is to be kept for the process after this one.
    func memory(policy: FailoverPolicy, now: Moment) -> [ControllerMemory.Plane] {
        standings.sorted { $0.key < $1.key }.compactMap { plane, standing in
            kept[plane] ?? standing.kept(as: plane, because: reasons[plane], policy: policy, now: now)
        }
    }

    /// Goes on from what was kept, before the first judgement.
    mutating func recall(_ planes: [ControllerMemory.Plane], away: Duration) {
        kept = Dictionary(planes.map { ($0.plane, $0) }, uniquingKeysWith: { first, _ in first })
        self.away = away
        for plane in planes where plane.phase == .failed { reasons[plane.plane] = plane.because ?? "it was before" }
    }

    /// Puts planes where they stood, and says on which of them nothing may be concluded yet.
    private mutating func stand(_ inputs: ControlInputs, _ ballots: [PlaneName: PlaneBallot], now: Moment) -> Set<PlaneName> {
        guard !kept.isEmpty else { return [] }
        let (fleet, observation) = (inputs.fleet, inputs.observation)
        let isFirst = standings.isEmpty
        for (plane, memory) in kept { standings[plane] = PlaneStanding(memory, away: away, now: now) }
        if isFirst {
            last = FailoverVerdicts(
                fleet, failed: reasons, returning: Set(kept.values.filter { $0.phase == .returning }.map(\.plane)))
        }
        let isSettling =
            fleet.planes.contains { observation.connection(of: $0.name, now: now) == .unknown }
            || fleet.gateways.contains { observation.connection(of: $0.name, now: now) == .unknown }
        kept = kept.filter { isSettling && ballots[$0.key]?.outcome == .undecided }
        return Set(kept.keys)
    }

    /// A verdict is being formed or being undone: a judgement is due again within a second or so.
    package var isUnderWay: Bool { hasDoubt || !standings.values.allSatisfy(\.isSettled) }

    /// What was concluded of one plane.
    package func standing(of plane: PlaneName) -> PlaneStanding { standings[plane] ?? PlaneStanding() }

    /// A plane that was failed just now, and since when it is thought to be lost.
    package struct Loss: Equatable, Sendable {
        package var plane: PlaneName
        package var since: Moment
    }

    /// - Parameters:
    ///   - placement: what the fleet decided last: a plane is wholly back when it runs its part of it.
    ///   - losses: the planes failed by this judgement are added.
    package mutating func judge(
        _ inputs: ControlInputs, placement: PlacementDecision?, now: Moment, losses: inout [Loss], events: inout [FleetEvent]
    ) -> FailoverVerdicts {
        let (fleet, observation) = (inputs.fleet, inputs.observation)
        let policy = FailoverPolicy(for: fleet)
        let ballots = PlaneBallot.ballots(fleet, observation, now: now)
        let judged = Set(fleet.planes.map(\.name)).subtracting(inputs.drained)
        let held = stand(inputs, ballots, now: now)
        standings = standings.filter { judged.contains($0.key) }
        hasDoubt = ballots.contains {
            judged.contains($0.key) && !$0.value.losing.isEmpty && $0.value.voters >= PlaneBallot.quorum
        }
        let outcomes = ballots.filter { judged.contains($0.key) }.mapValues(\.outcome)
        // Where nobody else is left, waiting for proof helps nobody.
        let isAnyLeft = outcomes.contains { $0.value != .lost && !standing(of: $0.key).isFailed }
        for plane in fleet.planes where judged.contains(plane.name) && !held.contains(plane.name) {
            let ballot = ballots[plane.name] ?? PlaneBallot()
            let isLast = !judged.contains { $0 != plane.name && !standing(of: $0).isFailed }
            let change = standings[plane.name, default: PlaneStanding()].take(
                isLast && ballot.outcome == .lost ? .undecided : ballot.outcome, isNeeded: !isAnyLeft,
                lastHeard: observation.age(of: plane.name, now: now).map { now.advanced(by: .zero - $0) },
                isComplete: Self.isComplete(plane, placement, observation), policy: policy, now: now)
            guard let change else { continue }
            note(change, plane.name, ballot, policy, now: now, losses: &losses, events: &events)
        }
        let verdicts = FailoverVerdicts(
            fleet, failed: reasons.filter { standings[$0.key]?.isFailed == true },
            returning: Set(standings.filter { $0.value.isAvoided && !$0.value.isFailed }.keys))
        reasons = verdicts.failed
        tellOfDomains(verdicts, fleet, &events)
        last = verdicts
        return verdicts
    }

    private mutating func note(
        _ change: PlaneStanding.Change, _ plane: PlaneName, _ ballot: PlaneBallot, _ policy: FailoverPolicy, now: Moment,
        losses: inout [Loss], events: inout [FleetEvent]
    ) {
        let subject = ResourceKey(kind: .workloadPlane, name: plane.rawValue)
        switch change {
        case .failed(let since):
            reasons[plane] = ballot.words
            losses.append(Loss(plane: plane, since: since))
            let hold = policy.hold(failures: standings[plane]?.failures ?? 1)
            events.append(
                FleetEvent(
                    subject: subject, severity: .warning, reason: "PlaneFailed",
                    message:
                        "\(ballot.words); last heard \(FailoverWords.seconds(now.since(since))) ago. It counts for nothing until "
                        + "it has been seen for \(hold.text)"))
        case .returned(let hold):
            events.append(
                FleetEvent(
                    subject: subject, reason: "FailbackStarted",
                    message: "\(ballot.words), for \(hold.text); it is given work again, and requests once its replicas are ready"
                ))
        case .resumed:
            events.append(
                FleetEvent(subject: subject, reason: "FailbackCompleted", message: "takes its share of requests, slowly at first")
            )
        }
    }

    /// Says which regions and providers were lost by this judgement, and which came back.
    private func tellOfDomains(_ verdicts: FailoverVerdicts, _ fleet: Fleet, _ events: inout [FleetEvent]) {
        func tell(_ provider: ProviderName, _ severity: FleetEvent.Severity, _ reason: String, _ message: String) {
            events.append(
                FleetEvent(
                    subject: ResourceKey(kind: .provider, name: provider.rawValue), severity: severity, reason: reason,
                    message: message))
        }
        for region in verdicts.regions where !last.regions.contains(region) {
            let planes = fleet.planes.filter { $0.regionKey == region }.map(\.name.rawValue)
            tell(
                region.provider, .warning, "RegionFailed",
                "region \(region.region): every plane there is failed (\(planes.joined(separator: ", ")))")
        }
        for region in last.regions where !verdicts.regions.contains(region) {
            tell(region.provider, .normal, "RegionRecovered", "region \(region.region) has a plane again")
        }
        for provider in verdicts.providers where !last.providers.contains(provider) {
            tell(provider, .warning, "ProviderFailed", "every plane in each of its regions is failed")
        }
        for provider in last.providers where !verdicts.providers.contains(provider) {
            tell(provider, .normal, "ProviderRecovered", "it has a plane again")
        }
    }

    /// Whether the plane runs what was placed on it.
    private static func isComplete(
        _ plane: WorkloadPlane, _ placement: PlacementDecision?, _ observation: FleetObservation
    ) -> Bool {
        guard let placement else { return false }
        return placement.workloads.allSatisfy { workload in
            placement.isReady(workload.workload, on: plane, observation)
        }
    }
}

/// Times and counts as events tell them.
enum FailoverWords {
    static func replicas(_ count: Int) -> String { count == 1 ? "1 replica is" : "\(count) replicas are" }

    /// Tenths of a second up to a minute, whole seconds beyond: `4.2 s`, `75 s`.
    static func seconds(_ duration: Duration) -> String {
        let tenths = Int((duration.seconds * 10).rounded())
        return tenths < 600 ? "\(tenths / 10).\(tenths % 10) s" : "\((tenths + 5) / 10) s"
    }
}
