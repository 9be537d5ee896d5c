/// What one relay process holds at most.
package struct RelayLimits: Equatable, Sendable {
    /// Bytes of a CONNECT head; a longer one is answered 431.
    package var headBytes = 8 << 10
    /// Bytes on their way in one direction of one connection. Reading stops before they would be exceeded; besides them at most
    /// ``socketBytes`` and the batch that became due together wait for the socket.
    package var inFlightBytes = 1 << 20
    /// Bytes that wait for a slow reader's socket before its direction stops.
    package var socketBytes = 64 << 10
    /// Connections at a time; one more is closed at once.
    package var connections = 8_192
    /// How long a client may take to send its head.
    package var headMilliseconds: Int64 = 10_000
    /// How long connecting to the target may take.
    package var connectMilliseconds: Int64 = 5_000

    package init() {}
}
