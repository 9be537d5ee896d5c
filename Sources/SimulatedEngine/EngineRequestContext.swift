import Hummingbird
import NIOCore

/// What a route knows about the connection.
struct EngineRequestContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }

    /// Calls `onLeave` once when the client leaves before the next request begins.
    func watch(_ onLeave: @escaping @Sendable () -> Void) {
        channel.triggerUserOutboundEvent(ConnectionWatch.Interest(onLeave: onLeave), promise: nil)
        // A channel that has lost its pipeline delivers no event.
        if !channel.isActive { onLeave() }
    }

    func cutConnection() { channel.close(mode: .all, promise: nil) }

    /// Whether the peer is this machine (127.0.0.0/8, ::1, or a socket in the file system).
    var isLoopback: Bool {
        switch channel.remoteAddress {
        case .v4: channel.remoteAddress?.ipAddress?.hasPrefix("127.") ?? false
        case .v6: channel.remoteAddress?.ipAddress == "::1"
        case .unixDomainSocket: true
        case nil: false
        }
    }
}
