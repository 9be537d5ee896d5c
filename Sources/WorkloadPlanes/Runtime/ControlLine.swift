import FleetTransport
import Synchronization

/// The connection to the control plane that is open right now, for whoever has something to send.
final class ControlLine: Sendable {
    private struct Open {
        let client: ControlClient
        let hangUp: @Sendable () -> Void
    }

    private let current = Mutex<Open?>(nil)

    /// Nil while there is no connection.
    var client: ControlClient? { current.withLock { $0?.client } }

    /// - Parameter hangUp: ends the connection.
    func open(_ client: ControlClient, hangUp: @escaping @Sendable () -> Void) {
        current.withLock { $0 = Open(client: client, hangUp: hangUp) }
    }

    func close() { current.withLock { $0 = nil } }

    /// Ends the connection, so that it is made anew with what the files say then.
    func hangUp() { current.withLock { $0 }?.hangUp() }
}
