package import NIOCore
import Synchronization

/// The open connections of one listener: so many at most, and all of them closed at the end.
package final class ConnectionSet: Sendable {
    private let limit: Int
    private let open = Mutex<[ObjectIdentifier: any Channel]>([:])

    package init(limit: Int) { self.limit = limit }

    /// False where there are too many; the channel is not kept then.
    package func add(_ channel: any Channel) -> Bool {
        let key = ObjectIdentifier(channel)
        let isAdded = open.withLock { open in
            guard open.count < limit else { return false }
            open[key] = channel
            return true
        }
        if isAdded { channel.closeFuture.whenComplete { _ in _ = self.open.withLock { $0.removeValue(forKey: key) } } }
        return isAdded
    }

    package func closeAll() {
        for channel in open.withLock({ Array($0.values) }) { channel.close(promise: nil) }
    }
}
