import EngineTiming
import FleetControl
import FleetModel

/// Mishaps: what begins, and what ends.
extension FleetWorld {
    func toggleFault(_ index: Int, begins: Bool) {
        faults.set(index, begins)
        let fault = faults.faults[index]
        note(
            FleetEvent(
                subject: fault.subject, severity: begins ? .warning : .normal, reason: begins ? "FaultBegan" : "FaultEnded",
                message: fault.text))
        switch fault.kind {
        case .planeLost, .regionLost, .providerLost: for plane in faults.planes[index] { followLoss(of: plane) }
        case .nodesLost:
            for plane in faults.planes[index] {
                for pool in planes[plane].pools {
                    pools[pool].left = faults.left(of: pools[pool].declared, on: plane)
                    for node in pools[pool].surplus { loseNode(pool: pool, node: node) }
                }
            }
        case .spotLost:
            for plane in faults.planes[index] {
                for pool in planes[plane].pools where pools[pool].declared.tier == .spot {
                    pools[pool].left = faults.left(of: pools[pool].declared, on: plane)
                    for node in pools[pool].surplus { noticeReclaim(pool: pool, node: node) }
                }
            }
        case .slow: for plane in faults.planes[index] { slow(plane) }
        case .refused:
            for plane in faults.planes[index] {
                for pool in planes[plane].pools {
                    pools[pool].isRefusing = faults.isRefusing(pools[pool].declared.name, on: plane)
                }
            }
        case .gatewayLost(let name):
            guard let gateway = gateways.firstIndex(where: { $0.name == name }) else { return }
            followLoss(ofGateway: gateway)
        case .controlLost:
            let isLost = faults.isControlLost
            if control.isDown, !isLost { control.restart(now: moment) }
            control.isDown = isLost
        }
    }

    private func followLoss(of plane: Int) {
        let isLost = faults.isLost(plane: plane)
        guard planes[plane].isDown != isLost else { return }
        planes[plane].isDown = isLost
        planes[plane].scheduled = .max
        if isLost {
            for slot in planes[plane].replicas.values.sorted() {
                endReplica(slot, reason: "its plane is lost", isTold: false)
                replicas[slot].state = .none
                replicas[slot].id = nil
                replicas[slot].birth += 1
                freeReplicas.append(slot)
            }
            planes[plane].replicas.removeAll()
            // Its provider bills nothing that is not there, and who comes back has to ask for nodes again.
            for pool in planes[plane].pools {
                for node in pools[pool].nodes.indices { pools[pool].release(node, now: now) }
            }
        } else {
            let old = planes[plane].reconciler
            planes[plane].start += 1
            planes[plane].sequence = 0
            planes[plane].reconciler = PlaneReconciler(
                plane: planes[plane].name, policy: pace.replicaPolicy, nextIncarnation: old.nextIncarnation,
                addresses: AddressBook(records: old.addressRecords(now: moment), now: moment), seed: random.next())
            if let assignment = planes[plane].assignment { tell(plane, .assigned(assignment)) }
        }
    }

    private func slow(_ plane: Int) {
        let factor = faults.slowdown(of: plane)
        planes[plane].slowdown = factor
        guard !isFluid else { return }
        for slot in planes[plane].replicas.values.sorted() where replicas[slot].serves {
            _ = replicas[slot].engine?.handle(.slowed(factor: factor), now: now)
            runEngine(slot, birth: replicas[slot].birth)
        }
    }

    private func followLoss(ofGateway gateway: Int) {
        let isLost = faults.isLost(gateways[gateway].name)
        guard gateways[gateway].isDown != isLost else { return }
        if isLost {
            gateways[gateway].isDown = true
            if !isFluid { loseRequests(atGateway: gateway) }
            for workload in workloads.indices {
                let queued = gateways[gateway].desks[workload].flow.queued
                tallies[workload][.gatewayLost] += queued
                window.lost += queued
                gateways[gateway].desks[workload].flow.queued = 0
            }
            return
        }
        let saved = gateways[gateway].savedSnapshot
        gateways[gateway] = SimulatedGateway(name: gateways[gateway].name, seed: random.next(), workloads: workloads.count)
        if let saved { take(saved, at: gateway) }
        // It follows every feed anew, and hears at once what runs.
        for plane in planes.indices where !planes[plane].isDown { publish(plane) }
    }

    // MARK: Nodes

    /// A node is gone, with everything on it.
    func loseNode(pool: Int, node: Int, blockedUntil: Int64 = .min) {
        let plane = pools[pool].plane
        guard pools[pool].nodes[node].state != .absent else { return }
        pools[pool].lose(node, blockedUntil: blockedUntil, now: now)
        for slot in planes[plane].replicas.values.sorted() where replicas[slot].pool == pool && replicas[slot].node == node {
            endReplica(slot, reason: "its node is gone", leavesNode: false)
        }
        if !planes[plane].isDown { tell(plane, .nodeLost(pool: pools[pool].declared.name, node: node)) }
        note(
            FleetEvent(
                subject: ResourceKey(kind: .workloadPlane, name: planes[plane].name.rawValue), severity: .warning,
                reason: "NodeTaken", message: "pool \(pools[pool].declared.name) lost node \(node)"))
    }
}
