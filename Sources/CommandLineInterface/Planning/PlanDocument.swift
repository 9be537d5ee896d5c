package import FleetModel
import FleetPlanning
package import FleetTransport

/// A plan for programs: its JSON, and beside it what the command found out.
package enum PlanDocument {
    /// The plan's own keys (`Plan`), with `solver`, `prices` and `remarks`, and where they were asked for `losses` and `changes`.
    package static func value(
        _ planned: PlannedFleet, losses: [ExaminedLoss] = [], changes: PlanChanges? = nil
    ) throws -> JSONValue {
        var members = try json(planned.plan).members
        members["solver"] = .string(planned.solver)
        members["prices"] = .array((planned.origin?.prices ?? []).map(price))
        members["remarks"] = .array(planned.posed.remarks.map(JSONValue.string))
        if !losses.isEmpty { members["losses"] = .array(try losses.map(loss)) }
        if let changes { members["changes"] = try json(changes) }
        return .object(members)
    }

    package static func json(_ value: some Encodable) throws -> JSONValue {
        try JSONValue(bytes: try FleetJSON.encode(value))
    }

    private static func price(_ price: ProblemOrigin.Price) -> JSONValue {
        var members: [String: JSONValue] = [
            "plane": .string(price.plane), "pool": .string(price.pool), "usdPerNodeHour": .number(price.usdPerNodeHour),
        ]
        switch price.source {
        case .owned: members["source"] = "owned"
        case .declared: members["source"] = "declared"
        case .quoted(let quote):
            members["source"] = .string(quote.source)
            members["asOf"] = .string(quote.asOf)
            members["evidence"] = .string(quote.evidence.rawValue)
        }
        return .object(members)
    }

    private static func loss(_ examined: ExaminedLoss) throws -> JSONValue {
        let outcome = examined.outcome
        var members: [String: JSONValue] = [
            "lost": .string(outcome.loss.description), "nodes": try json(outcome.nodes), "services": try json(outcome.services),
            "moves": try json(outcome.moves), "unserved": try json(outcome.unserved),
        ]
        if let block = outcome.worstBlock { members["worstBlock"] = .string(block) }
        if let repair = examined.repair { members["repair"] = .array(try repair.blocks.map(repaired)) }
        return .object(members)
    }

    private static func repaired(_ block: LossRepair.Block) throws -> JSONValue {
        [
            "block": .string(block.name), "hours": .number(block.hours), "nodes": try json(block.nodes),
            "addedUSDPerHour": .number(block.addedUSDPerHour), "atLeastUSDPerHour": .number(block.atLeastUSDPerHour),
            "unserved": try json(block.unserved),
        ]
    }

    /// What `tradewind apply -f` carries out: replicas and nodes by block, and the hours of each block.
    ///
    /// - Throws: where the problem came without its fleet, so that no hour is known.
    package static func placementPlan(_ planned: PlannedFleet) throws(CommandFailure) -> PlacementPlan {
        guard let hours = planned.origin?.hours, !hours.isEmpty else {
            throw CommandFailure(.usage, "a problem file says no hours, so its plan cannot be carried out; plan a fleet: -f FILE")
        }
        let plan = planned.plan
        return PlacementPlan(
            metadata: Metadata(name: PlacementPlan.nameInForce.rawValue), blocks: planned.problem.blocks.map(\.name),
            hours: hours,
            nodes: plan.nodes.filter { $0.count > 0 }.map {
                PlacementPlan.Nodes(plane: PlaneName($0.plane), pool: PoolName($0.pool), block: $0.block, count: $0.count)
            },
            replicas: plan.replicas.filter { $0.count > 0 }.map {
                PlacementPlan.Replicas(
                    workload: WorkloadName($0.workload), plane: PlaneName($0.plane), pool: PoolName($0.pool), block: $0.block,
                    count: $0.count)
            },
            fleetGeneration: plan.generation == 0 ? nil : plan.generation)
    }
}
