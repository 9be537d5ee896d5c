package import FleetModel

/// Says what decisions compared, from the very scores they were made by.
extension Router {
    /// What the last decision looked at.
    struct Compared: Sendable {
        /// Empty where a session's replica was taken without a comparison, or nothing may be sent at all.
        var choices = 0..<0
        var availability = Availability.healthyUntried
        /// Of the planes that competed; `Int.max` where none could.
        var rank = Int.max
    }

    /// The decision that ``decide(_:attempts:now:)`` would make now, and what it would compare. Changes nothing.
    package func explain(_ request: RequestFacts, attempts: AttemptHistory, now: Moment) -> DecisionDetail {
        var trial = self
        var detail = DecisionDetail()
        let decision = trial.decide(request, attempts: attempts, now: now)
        trial.explainLast(decision, request, attempts: attempts, now: now, into: &detail)
        return detail
    }

    /// What the decision just made compared. Call before anything else is told to the router. Allocates only where `detail` has
    /// not held as many planes and replicas before. It changes nothing: `mutating` keeps callers from copying the router for it.
    package mutating func explainLast(
        _ decision: RoutingDecision, _ request: RequestFacts, attempts: AttemptHistory, now: Moment,
        into detail: inout DecisionDetail
    ) {
        detail.clear()
        detail.decision = decision
        detail.planeCount = compared.choices.count
        guard workloads.indices.contains(request.workload.value) else { return }
        let policy = workloads[request.workload.value]
        for position in 0..<min(compared.choices.count, DecisionDetail.planeLimit) {
            detail.planes.append(plane(scores[position], request, policy, attempts, now: now))
        }
        guard case .send(_, let plane, _) = decision,
            let chosen = policy.choices.first(where: { choices[$0].plane == Int32(plane.value) })
        else { return }
        let choice = choices[chosen]
        for position in Int(choice.first)..<Int(choice.first + min(choice.count, Int32(DecisionDetail.replicaLimit))) {
            detail.replicas.append(replica(members[position], attempts, now: now))
        }
    }

    private func plane(
        _ score: PlaneScore, _ request: RequestFacts, _ policy: WorkloadPolicy, _ attempts: AttemptHistory, now: Moment
    ) -> DecisionDetail.Plane {
        let choice = choices[score.choice]
        let state = planes[Int(choice.plane)]
        let index = PlaneIndex(Int(choice.plane))
        let standing: DecisionDetail.Standing =
            if !state.isTrusted(at: now) {
                .unheard
            } else if score.available == 0 {
                .unavailable
            } else if state.isDrained {
                .drained
            } else if !score.isPreferred {
                .suspect
            } else if score.roundTrip <= policy.budgetMilliseconds {
                .inBudget
            } else {
                score.roundTrip <= policy.failoverBudgetMilliseconds ? .inFailoverBudget : .overBudget
            }
        var load = 0
        if score.available > 0 {
            for position in Int(choice.first)..<Int(choice.first + choice.count) {
                let slot = members[position]
                guard isAvailable(slot, attempts, now: now) else { continue }
                load += Int(replicas[Int(slot)].load(at: now))
            }
        }
        return DecisionDetail.Plane(
            plane: index, replicas: Int(choice.count), available: score.available, load: load, roundTrip: score.roundTrip,
            predicted: score.available > 0 ? score.predicted : score.roundTrip, standing: standing,
            competed: score.available > 0 && score.rank == compared.rank)
    }

    private func isAvailable(_ slot: Int32, _ attempts: AttemptHistory, now: Moment) -> Bool {
        let state = replicas[Int(slot)]
        guard !state.isVacant, state.inFlight < RoutingLimits.inFlightPerReplica else { return false }
        let isTried = !attempts.isEmpty && attempts.contains(ReplicaHandle(slot: slot, birth: state.birth))
        return Availability(isEjected: state.health.isEjected(at: now), isTried: isTried) == compared.availability
    }

    private func replica(_ slot: Int32, _ attempts: AttemptHistory, now: Moment) -> DecisionDetail.Replica {
        let state = replicas[Int(slot)]
        let handle = ReplicaHandle(slot: slot, birth: state.birth)
        return DecisionDetail.Replica(
            handle: handle, load: Int(state.load(at: now)), queue: state.queueMilliseconds(at: now),
            isEjected: state.health.isEjected(at: now), wasTried: attempts.contains(handle))
    }
}
