package import LinearOptimization

/// A version as HiGHS tells it, such as `1.10.0`.
package struct HighsVersion: Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let description: String

    /// The first version that can say how wide its integers are.
    package static let oldest = "1.7"

    /// - Throws: where it is no version, or one before `oldest`.
    package init(_ text: String, of library: String) throws(SolverFailure) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).prefix(2).map { UInt16($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else {
            throw SolverFailure("\(library) calls itself version “\(text)”; HiGHS \(Self.oldest) or newer is needed")
        }
        (self.major, self.minor, description) = (Int(major), Int(minor), text)
        guard (self.major, self.minor) >= (1, 7) else {
            throw SolverFailure("\(library) is HiGHS \(text); \(Self.oldest) or newer is needed")
        }
    }
}
