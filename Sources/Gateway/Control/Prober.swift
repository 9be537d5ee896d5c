import FleetModel
import FleetRouting
import NIOCore

/// Probes every replica of the table that takes requests, and keeps the least round trip of each plane. Lives on one loop.
final class Prober {
    private let dialer: Dialer
    private let eventLoop: any EventLoop
    private let publish: (RouterEvent) -> Void
    private var probes: [ReplicaHandle: ReplicaProbe] = [:]
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
        for (handle, probe) in probes where !handles.contains(handle) {
            probe.stop()
            probes[handle] = nil
        }
        for entry in wanted {
            if let probe = probes[entry.handle] {
                if probe.entry.healthPath == entry.healthPath { continue }
                probe.stop()
            }
            let probe = ReplicaProbe(
                entry, plane: table.directory[entry.plane].name, dialer: dialer, eventLoop: eventLoop,
                report: { self.take($0, entry) })
            probes[entry.handle] = probe
            probe.start(after: Self.phase(entry))
        }
    }

    func stop() {
        for probe in probes.values { probe.stop() }
        probes.removeAll()
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

    /// Where in the interval a replica's turn lies, from its identity: spread without chance.
    private static func phase(_ entry: ReplicaEntry) -> TimeAmount {
        .nanoseconds(Int64(entry.identityHash % UInt64(ReplicaProbe.interval.nanoseconds)))
    }
}
