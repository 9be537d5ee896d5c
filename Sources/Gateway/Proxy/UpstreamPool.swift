import FleetModel
import FleetRouting
import NIOCore

/// The upstream connections of one event loop, by replica incarnation.
///
/// How many there are in all is bounded by the router (``RoutingLimits/inFlightPerReplica``) and by the clients; how many of
/// them idle by ``ProxyLimits/idlePerReplica``, the oldest going first, and by time.
final class UpstreamPool {
    private struct Group {
        var handle: ReplicaHandle
        /// `host: …` with CRLF.
        var hostLine: [UInt8]
        var idle: [UpstreamConnection] = []
        /// All established connections, busy ones too.
        var all: [UpstreamConnection] = []
    }

    private unowned let worker: GatewayWorker
    private let dialer: Dialer
    /// By slot. A slot given to another incarnation is empty by then: ``closeAll(of:)`` came first.
    private var groups: [Group?] = []

    init(worker: GatewayWorker, dialer: Dialer) {
        self.worker = worker
        self.dialer = dialer
    }

    /// An idle connection to exactly this incarnation.
    @inline(__always)
    func takeIdle(_ handle: ReplicaHandle) -> UpstreamConnection? {
        let slot = Int(handle.slot)
        guard slot < groups.count, groups[slot]?.handle == handle, let connection = groups[slot]?.idle.popLast() else {
            return nil
        }
        worker.wheel.disarm(connection)
        worker.counters.idleUpstreamConnections -= 1
        return connection
    }

    /// Connects anew. `completion` runs on this loop, with a connection that is in nobody's hands yet, or a failure.
    func dial(
        _ entry: ReplicaEntry, timeout: Duration,
        completion: @escaping (Result<UpstreamConnection, any Error>) -> Void
    ) {
        var seat: SharedCount?
        if let account = worker.router.table?.directory[entry.workload].account, let limit = account.limits.maxConnections {
            let connections = account.planes[entry.plane.value].connections
            guard takeSeat(connections, limit: limit) else { return completion(.failure(ConnectionLimit())) }
            seat = connections
        }
        let connection = UpstreamConnection(worker: worker, handle: entry.handle, hostLine: group(for: entry).hostLine)
        connection.seat = seat
        let bound = NIOLoopBound(connection, eventLoop: worker.eventLoop)
        dialer.connect(
            to: entry.address, plane: entry.id.plane, on: worker.eventLoop, timeout: timeout, tls: entry.tls
        ) { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
        }
        .assumeIsolated()
        .whenComplete { result in
            switch result {
            case .failure(let error):
                Self.leaveSeat(connection)
                completion(.failure(error))
            case .success:
                guard self.adopt(connection) else {
                    connection.close()
                    Self.leaveSeat(connection)
                    completion(.failure(ChannelError.alreadyClosed))
                    return
                }
                completion(.success(connection))
            }
        }
    }

    /// Takes a healthy connection back, its response read to the end.
    func release(_ connection: UpstreamConnection) {
        let slot = Int(connection.handle.slot)
        guard !worker.isDraining, slot < groups.count, groups[slot]?.handle == connection.handle, connection.isOpen else {
            connection.close()
            return
        }
        if groups[slot]?.idle.count ?? 0 >= worker.limits.idlePerReplica {
            groups[slot]?.idle.first?.close()
        }
        groups[slot]?.idle.append(connection)
        worker.counters.idleUpstreamConnections += 1
        worker.arm(connection, after: worker.limits.upstreamIdleTimeout, now: worker.now())
    }

    /// Forgets a connection that closed.
    func remove(_ connection: UpstreamConnection) {
        worker.wheel.remove(connection)
        Self.leaveSeat(connection)
        let slot = Int(connection.handle.slot)
        guard connection.position >= 0, slot < groups.count, var group = groups[slot], group.handle == connection.handle else {
            return
        }
        groups[slot] = nil
        if let index = group.idle.firstIndex(where: { $0 === connection }) {
            group.idle.remove(at: index)
            worker.counters.idleUpstreamConnections -= 1
        }
        let last = group.all.removeLast()
        if last !== connection {
            group.all[connection.position] = last
            last.position = connection.position
        }
        connection.position = -1
        worker.counters.openUpstreamConnections -= 1
        groups[slot] = group
    }

    /// The incarnation is gone: no byte may reach its address any more.
    func closeAll(of handle: ReplicaHandle) {
        let slot = Int(handle.slot)
        guard slot < groups.count, let group = groups[slot], group.handle == handle else { return }
        for connection in group.all { connection.close() }
        if groups[slot]?.handle == handle { groups[slot] = nil }
    }

    /// The replica fell silent: what waits there for a first byte may go elsewhere.
    func moveWaiting(from handle: ReplicaHandle) {
        let slot = Int(handle.slot)
        guard slot < groups.count, let group = groups[slot], group.handle == handle else { return }
        for connection in group.all { connection.replicaFellSilent() }
    }

    func closeAll() {
        for case let group? in groups {
            for connection in group.all { connection.close() }
        }
    }

    /// The workload may have no further connection at the plane (its circuit breaker's `maxConnections`).
    struct ConnectionLimit: Error {}

    /// A place for one more connection; where there is none an idle one of this loop makes way.
    private func takeSeat(_ connections: SharedCount, limit: Int) -> Bool {
        if connections.reserve(limit: limit) { return true }
        for case let group? in groups {
            guard let idle = group.idle.first, idle.seat === connections else { continue }
            idle.close()
            return connections.reserve(limit: limit)
        }
        return false
    }

    private static func leaveSeat(_ connection: UpstreamConnection) {
        connection.seat?.release()
        connection.seat = nil
    }

    private func group(for entry: ReplicaEntry) -> Group {
        let slot = Int(entry.handle.slot)
        while groups.count <= slot { groups.append(nil) }
        if let group = groups[slot], group.handle == entry.handle { return group }
        closeStale(slot: slot)
        let group = Group(
            handle: entry.handle, hostLine: Array("host: \(entry.tls?.serverName ?? entry.address.description)\r\n".utf8))
        groups[slot] = group
        return group
    }

    private func closeStale(slot: Int) {
        guard let group = groups[slot] else { return }
        for connection in group.all { connection.close() }
        groups[slot] = nil
    }

    /// Whether the connection's incarnation is still there; then it belongs to its group.
    private func adopt(_ connection: UpstreamConnection) -> Bool {
        let slot = Int(connection.handle.slot)
        guard slot < groups.count, groups[slot]?.handle == connection.handle, connection.isOpen else { return false }
        connection.position = groups[slot]?.all.count ?? 0
        groups[slot]?.all.append(connection)
        worker.counters.openUpstreamConnections += 1
        return true
    }
}
