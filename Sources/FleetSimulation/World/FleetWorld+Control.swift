import FleetControl
import FleetModel
import FleetRouting

/// Messages between the control plane and the others.
extension FleetWorld {
    func passControl() {
        guard !control.isDown else { return }
        let pass = control.pass(fleet, now: moment, secondsSince1970: secondsSince1970)
        for event in pass.events { note(event) }
        for assignment in pass.assignments {
            guard let plane = planes.firstIndex(where: { $0.name == assignment.plane }) else { continue }
            post(.assignment(assignment, plane: plane), after: pace.controlDelay.nanoseconds)
        }
        for snapshot in pass.snapshots {
            guard let gateway = gateways.firstIndex(where: { $0.name == snapshot.gateway }) else { continue }
            post(.snapshot(snapshot, gateway: gateway), after: pace.controlDelay.nanoseconds)
        }
        if let placement = control.decision?.placement {
            for workload in placement.workloads { digest.fold(UInt64(workload.replicas)) }
        }
    }

    /// Sends something on its way; what takes no time is read at once.
    func post(_ item: Mail, after delay: Int64) {
        guard delay > 0 else { return read(item) }
        let slot = freeMail.popLast() ?? mail.count
        if slot == mail.count { mail.append(item) } else { mail[slot] = item }
        queue.add(WorldEvent(.mail, slot), at: now + delay)
    }

    func open(_ slot: Int) {
        guard let item = mail[slot] else { return }
        mail[slot] = nil
        freeMail.append(slot)
        read(item)
    }

    private func read(_ item: Mail) {
        switch item {
        case .assignment(let assignment, let plane):
            guard !planes[plane].isDown else { return }
            planes[plane].assignment = assignment
            tell(plane, .assigned(assignment))
        case .snapshot(let snapshot, let gateway): take(snapshot, at: gateway)
        case .planeToControl(let report):
            guard !control.isDown else { return }
            for event in control.receive(report, now: moment) { note(event) }
        case .gatewayToControl(let report):
            guard !control.isDown else { return }
            for event in control.receive(report, now: moment) { note(event) }
        case .planeToGateway(let report, let gateway): take(report, at: gateway)
        }
    }

    // MARK: Gateways

    func reportGateway(_ index: Int) {
        guard !gateways[index].isDown else { return }
        for desk in gateways[index].desks.indices { countWaiting(gateway: index, desk: desk) }
        if !control.isDown {
            _ = gateways[index].router.apply(.controlPlaneContact(moment), now: moment)
            post(.gatewayToControl(gateways[index].report(workloads)), after: pace.controlDelay.nanoseconds)
        }
    }

    private func countWaiting(gateway: Int, desk: Int) {
        guard !isFluid else { return }
        let waiting = gateways[gateway].desks[desk].waiting
        gateways[gateway].desks[desk].demand.queued = waiting.count
        gateways[gateway].desks[desk].demand.oldestQueuedMilliseconds =
            waiting.first.map { Double(now - $0.time) / 1e6 } ?? 0
    }

    func take(_ snapshot: RoutingSnapshot, at gateway: Int) {
        guard !gateways[gateway].isDown else { return }
        if case .accepted(let table) = gateways[gateway].view.accept(snapshot) {
            gateways[gateway].snapshot = snapshot.version
            gateways[gateway].savedSnapshot = snapshot
            adopt(table, at: gateway)
            // What planes told before it knew them is told again at their next report.
        }
    }

    private func take(_ report: PlaneReport, at gateway: Int) {
        guard !gateways[gateway].isDown else { return }
        if case .accepted(let table, let loads, _) = gateways[gateway].view.accept(report, now: moment) {
            if let table { adopt(table, at: gateway) }
            _ = gateways[gateway].router.apply(.loads(loads), now: moment)
        }
    }

    private func adopt(_ table: RoutingTable, at gateway: Int) {
        let actions = gateways[gateway].router.apply(.table(table), now: moment)
        gateways[gateway].table = table
        gateways[gateway].planeOf = table.directory.planes.map { entry in
            planes.firstIndex { $0.name == entry.name } ?? -1
        }
        for (index, plane) in gateways[gateway].planeOf.enumerated() where plane >= 0 {
            let roundTrip = Duration.nanoseconds(network.inside[gateway][plane])
            _ = gateways[gateway].router.apply(.event(.planeRoundTrip(PlaneIndex(index), roundTrip)), now: moment)
        }
        gateways[gateway].replicaOfSlot = table.replicas.map { entry in
            guard let entry, let plane = planes.firstIndex(where: { $0.name == entry.id.plane }),
                let replica = planes[plane].replicas[entry.id.incarnation]
            else { return -1 }
            return Int32(replica)
        }
        for desk in gateways[gateway].desks.indices {
            let index = table.directory.workloads.firstIndex { $0.isPresent && $0.name == workloads[desk] }.map(
                WorkloadIndex.init)
            gateways[gateway].desks[desk].index = index
            gateways[gateway].desks[desk].facts = index.map { index in
                let balancing = table.directory.balancing(of: index)
                return RequestFacts(workload: index, balancing: balancing.policy, planes: balancing.planes)
            }
        }
        for case .closeConnections(let handle) in actions { cut(handle, at: gateway) }
        if !isFluid { wake(gateway) }
    }
}
