/// A pool of the fleet that is no part of the planning problem, and why.
package struct LeftOutPool: Equatable, Sendable {
    package enum Because: Equatable, Sendable {
        /// Unknown is never taken for zero.
        case priceUnknown
        case other
    }

    package var plane: String
    package var pool: String
    package var accelerator: String
    package var acceleratorsPerNode: Int
    package var because: Because
    /// Plain words: what is missing and what would be right.
    package var detail: String

    package init(
        plane: String, pool: String, accelerator: String, acceleratorsPerNode: Int, because: Because, detail: String
    ) {
        (self.plane, self.pool, self.accelerator) = (plane, pool, accelerator)
        (self.acceleratorsPerNode, self.because, self.detail) = (acceleratorsPerNode, because, detail)
    }
}
