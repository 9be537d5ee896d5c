/// What a router counts of its own.
package struct RouterStatistics: Equatable, Sendable {
    package var inFlight = 0
    package var ejectedReplicas = 0
    package var ejections: UInt64 = 0

    package init() {}
}
