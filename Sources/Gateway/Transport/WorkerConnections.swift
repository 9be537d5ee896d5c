import NIOCore

/// A connection of a worker beside its ``ClientConnection``s: one whose handshake is under way, or one that carries streams.
protocol WorkerConnection: Deadlined {
    /// Where it stands among the worker's; -1 while it is not there.
    var registration: Int { get set }
    /// No further request is wanted.
    func drain()
    /// Ends at once.
    func cut()
}

/// The worker's connections, so that none is forgotten when it ends.
struct WorkerConnections {
    private var all: [any WorkerConnection] = []

    var isEmpty: Bool { all.isEmpty }
    var count: Int { all.count }

    /// False where there are too many.
    mutating func add(_ connection: any WorkerConnection, limit: Int) -> Bool {
        guard all.count < limit else { return false }
        connection.registration = all.count
        all.append(connection)
        return true
    }

    mutating func remove(_ connection: any WorkerConnection) {
        guard connection.registration >= 0, let last = all.popLast() else { return }
        if last !== connection {
            all[connection.registration] = last
            last.registration = connection.registration
        }
        connection.registration = -1
    }

    /// Those of this moment: ending one changes the list.
    var present: [any WorkerConnection] { all }
}

extension GatewayWorker {
    func remove(_ connection: any WorkerConnection) {
        wheel.remove(connection)
        connections.remove(connection)
        finishDrainingIfIdle()
    }

    /// Serves what was agreed on in the handshake.
    func serve(_ channel: any Channel, _ peer: ClientPeer, agreed: String?) throws {
        if agreed == "h2" { try serveStreams(channel, peer, scheme: .https) } else { try serve(channel, peer, scheme: .https) }
    }
}
