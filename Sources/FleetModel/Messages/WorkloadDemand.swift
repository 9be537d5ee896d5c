/// What one gateway sees of the demand for one workload: two gauges, and counts since the gateway's start.
///
/// Counts only grow while a gateway lives; after a restart they begin again, which their falling tells.
package struct WorkloadDemand: Equatable, Sendable, Codable {
    /// Requests sent to replicas and not yet answered in full.
    package var inFlight: Int
    /// Requests that wait in the gateway for a replica to take them.
    package var queued: Int
    /// How long the oldest of those has waited; 0 where none does.
    package var oldestQueuedMilliseconds: Double
    /// Requests that were admitted: those of tenants within their limits. One that goes on to another workload arrives there,
    /// too.
    package var arrived: UInt64
    package var succeeded: UInt64
    /// Answered with a replica's status of 500 or above, or broken off.
    package var failed: UInt64
    /// Refused by the gateway for want of room.
    package var refused: UInt64
    /// Found no replica anywhere and did not wait for one: another workload answered, or they were refused.
    package var missed: UInt64
    /// As answers told, where they are read for it.
    package var promptTokens: UInt64
    package var completionTokens: UInt64
    /// Sum and number of times from arrival to the first byte of the answer.
    package var firstByteMillisecondsSum: Double
    package var firstBytes: UInt64

    package init(
        inFlight: Int = 0, queued: Int = 0, oldestQueuedMilliseconds: Double = 0, arrived: UInt64 = 0, succeeded: UInt64 = 0,
        failed: UInt64 = 0, refused: UInt64 = 0, missed: UInt64 = 0, promptTokens: UInt64 = 0, completionTokens: UInt64 = 0,
        firstByteMillisecondsSum: Double = 0, firstBytes: UInt64 = 0
    ) {
        self.inFlight = inFlight
        self.queued = queued
        self.oldestQueuedMilliseconds = oldestQueuedMilliseconds
        self.arrived = arrived
        self.succeeded = succeeded
        self.failed = failed
        self.refused = refused
        self.missed = missed
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.firstByteMillisecondsSum = firstByteMillisecondsSum
        self.firstBytes = firstBytes
    }
}
