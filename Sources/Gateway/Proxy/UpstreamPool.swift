import FleetModel
import FleetRouting
import NIOCore

/// The upstream connections of one event loop, by replica incarnation.
///
/// How many there are in all is bounded by the router (``RoutingLimits/inFlightPerReplica``) and by the clients; how many of
/// them idle by ``ProxyLimits/idlePerReplica``, the oldest going first, and by time.
final class UpstreamPool {
    private final class Group {
        let handle: ReplicaHandle
        /// `host: …` with CRLF.
        let hostLine: [UInt8]
        var idle: [UpstreamConnection] = []
        /// All established connections, busy ones too.
        var all: [UpstreamConnection] = []

        init(handle: ReplicaHandle, hostLine: [UInt8]) {
            self.handle = handle
            self.hostLine = hostLine
        }
    }

    /// It owns this pool, and is all that does.
    private unowned(unsafe) let worker: GatewayWorker
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
        guard let group = group(of: handle), let connection = group.idle.popLast() else { return nil }
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
        if let account = worker.table?.directory[entry.workload].account, let limit = account.limits.maxConnections {
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
        guard !worker.isDraining, let group = group(of: connection.handle), connection.isOpen else {
            connection.close()
            return
        }
        if group.idle.count >= worker.limits.idlePerReplica { group.idle.first?.close() }
        group.idle.append(connection)
        worker.counters.idleUpstreamConnections += 1
        worker.arm(connection, after: worker.limits.upstreamIdleTimeout, now: worker.now())
    }

    /// Forgets a connection that closed.
    func remove(_ connection: UpstreamConnection) {
        worker.wheel.remove(connection)
        Self.leaveSeat(connection)
        guard connection.position >= 0, let group = group(of: connection.handle) else { return }
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
    }

    /// The incarnation is gone: no byte may reach its address any more.
    func closeAll(of handle: ReplicaHandle) {
        guard let group = group(of: handle) else { return }
        for connection in group.all { connection.close() }
        let slot = Int(handle.slot)
        if groups[slot] === group { groups[slot] = nil }
    }

    /// The replica fell silent: what waits there for a first byte may go elsewhere.
    func moveWaiting(from handle: ReplicaHandle) {
        guard let group = group(of: handle) else { return }
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

    /// The connections of exactly this incarnation.
    @inline(__always)
    private func group(of handle: ReplicaHandle) -> Group? {
        let slot = Int(handle.slot)
        guard slot < groups.count, let group = groups[slot], group.handle == handle else { return nil }
        return group
    }

    private func group(for entry: ReplicaEntry) -> Group {
        if let group = group(of: entry.handle) { return group }
        let slot = Int(entry.handle.slot)
        while groups.count <= slot { groups.append(nil) }
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
        guard let group = group(of: connection.handle), connection.isOpen else { return false }
        connection.position = group.all.count
        group.all.append(connection)
        worker.counters.openUpstreamConnections += 1
        return true
    }
}
