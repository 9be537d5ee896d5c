/// Orders the documents the control plane sends: by epoch first, by generation within it. Receivers never go back.
///
/// The epoch grows whenever the store was created anew or restored; the generation with every change.
package struct SnapshotVersion: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    package var epoch: UInt64
    package var generation: UInt64

    package init(epoch: UInt64, generation: UInt64) { (self.epoch, self.generation) = (epoch, generation) }

    package static let zero = SnapshotVersion(epoch: 0, generation: 0)
    package var description: String { "\(epoch).\(generation)" }
    package static func < (left: Self, right: Self) -> Bool {
        (left.epoch, left.generation) < (right.epoch, right.generation)
    }
}
