/// Decides which nodes to hold where: a state machine of observations, the same live and in virtual time.
///
/// A policy knows what it observed and nothing else; for equal observations (and the seed it was made with) it gives equal
/// orders.
package protocol SpotPolicy: Sendable {
    mutating func decide(_ observation: SpotObservation) -> SpotOrder
}
