import FleetModel
import FleetRouting
import NIOCore

/// Probes every replica of the table that takes requests as its workload says, shallow and deep, and keeps the least round
/// trip of each plane. Lives on one loop.
final class Prober {
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let publish: (RouterEvent) -> Void
    private var shallow: [ReplicaHandle: ReplicaProbe] = [:]
    private var deep: [ReplicaHandle: ReplicaProbe] = [:]
    private var streaks: [ReplicaHandle: ProbeStreak] = [:]
    private var windows: [Int: RoundTripWindow] = [:]

    init(dialer: Dialer, eventLoop: any EventLoop, publish: @escaping (RouterEvent) -> Void) {
        self.dialer = dialer
        self.eventLoop = eventLoop
        self.publish = publish
    }

    /// The least of the last round trips, by plane index.
    func roundTrip(to plane: PlaneIndex) -> Duration? { windows[plane.value]?.least }

    /// Probes exactly the table's replicas: starts those that came, stops those that went.
    func follow(_ table: RoutingTable) {
        let wanted = table.replicas.compactMap { $0 }.filter { $0.takesRequests && table.directory[$0.plane].isPresent }
        let handles = Set(wanted.map(\.handle))
        for handle in Set(shallow.keys).union(deep.keys) where !handles.contains(handle) {
            shallow.removeValue(forKey: handle)?.stop()
            stopDeep(handle)
        }
        for entry in wanted {
            let checks = table.directory[entry.workload].resilience.healthChecks
            let plane = table.directory[entry.plane].name
            follow(entry, checks.shallow, plane: plane)
            follow(entry, deep: checks.deep, plane: plane)
        }
    }

    func stop() {
        for probe in shallow.values { probe.stop() }
        for probe in deep.values { probe.stop() }
        shallow.removeAll()
        deep.removeAll()
        streaks.removeAll()
    }

    private func follow(_ entry: ReplicaEntry, _ check: HealthChecks.Check, plane: PlaneName) {
        if let probe = shallow[entry.handle] {
            if probe.entry.healthPath == entry.healthPath, probe.check == check { return }
            probe.stop()
        }
        let probe = ReplicaProbe(
            entry, check: check, isTripwire: true, plane: plane, dialer: dialer, eventLoop: eventLoop,
            report: { self.take($0, entry) })
        shallow[entry.handle] = probe
        probe.start()
    }

    private func follow(_ entry: ReplicaEntry, deep check: HealthChecks.Check?, plane: PlaneName) {
        if let probe = deep[entry.handle] {
            if probe.check == check { return }
            stopDeep(entry.handle)
            // What the former check found does not stand for another one, or for none.
            publish(.deepProbed(entry.handle, isHealthy: true))
        }
        guard let check else { return }
        let probe = ReplicaProbe(
            entry, check: check, isTripwire: false, plane: plane, dialer: dialer, eventLoop: eventLoop,
            report: { self.takeDeep($0, entry.handle) })
        deep[entry.handle] = probe
        streaks[entry.handle] = ProbeStreak(
            healthyThreshold: check.healthyThreshold, unhealthyThreshold: check.unhealthyThreshold)
        probe.start()
    }

    private func stopDeep(_ handle: ReplicaHandle) {
        deep.removeValue(forKey: handle)?.stop()
        streaks[handle] = nil
    }

    private func takeDeep(_ outcome: ReplicaProbe.Outcome, _ handle: ReplicaHandle) {
        var isPassed = false
        if case .passed = outcome { isPassed = true }
        streaks[handle]?.take(passed: isPassed)
        publish(.deepProbed(handle, isHealthy: streaks[handle]?.isHealthy ?? true))
    }

    private func take(_ outcome: ReplicaProbe.Outcome, _ entry: ReplicaEntry) {
        switch outcome {
        case .passed(let roundTrip):
            publish(.probePassed(entry.handle))
            if let least = windows[entry.plane.value, default: RoundTripWindow()].take(roundTrip) {
                publish(.planeRoundTrip(entry.plane, least))
            }
        case .failed(let failure):
            publish(.probeFailed(entry.handle, failure))
        }
    }
}
