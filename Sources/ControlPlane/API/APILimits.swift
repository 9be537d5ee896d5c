package import NIOCore

/// Bounds on what one client may cost the control plane. Each says what happens at it.
package enum APILimits {
    /// Bytes of an apply or PUT; more is refused with 413.
    package static let documentBytes = 4 << 20
    /// Bytes of a report of a plane or gateway; more is refused with 413.
    package static let reportBytes = 1 << 20
    /// Bytes of any other body; more is refused with 413.
    package static let commandBytes = 4 << 10
    /// Bytes of a gateway's answer about one request; more is refused with 413.
    package static let explanationBytes = 256 << 10
    /// Bytes of a request's id, as gateways take them from clients.
    package static let requestIDBytes = 128
    /// Replicas in one report; more is refused with 422.
    package static let reportedReplicas = 4_096
    /// Bytes of one request's header fields, and their number; more ends the connection.
    package static let headerBytes = 16 << 10
    package static let headerCount = 64
    /// Connections at a time; further ones wait unaccepted.
    package static let connections = 1_024
    /// Silence after which a connection is closed. Streams are never silent: see ``heartbeat``.
    package static let idleTimeout = TimeAmount.seconds(60)
    /// How often a stream writes a comment, so that each side notices the other's end.
    package static let heartbeat = Duration.seconds(5)
    /// Streams of changes at a time; more is refused with 429.
    package static let watchers = 256
    /// Changes a watcher may lie behind; one that lies further behind is ended with a last event that says so.
    package static let watcherBacklog = 512
    /// Changes kept for watchers to resume from; an older start is refused with 410.
    package static let keptChanges = 2_048
    /// Streams of one plane's or gateway's documents at a time (one, and those of connections not yet known dead); more is
    /// refused with 429.
    package static let streamsPerRecipient = 8
    /// Times a declaration is checked again because another was stored meanwhile; then it is refused with 409.
    package static let declarationAttempts = 8
    /// Audit rows or events of one answer.
    package static let listedRecords = 10_000
}
