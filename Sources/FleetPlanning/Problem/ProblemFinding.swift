package import FleetModel

/// Something in a planning problem: where, what is wrong or odd, and what would be right.
package struct ProblemFinding: Error, Equatable, Sendable, CustomStringConvertible {
    /// Such as `pools[3].usdPerNodeHour`; empty for the problem as a whole.
    package let path: FieldPath
    package let message: String
    /// What would be accepted instead.
    package let accepted: String

    package init(path: FieldPath, message: String, accepted: String) {
        (self.path, self.message, self.accepted) = (path, message, accepted)
    }

    package var description: String {
        let place = path.description
        return "\(place.isEmpty ? "problem" : place): \(message); \(accepted)"
    }
}

/// Gathers findings, up to a number a person can read.
struct FindingCollector {
    private(set) var findings: [ProblemFinding] = []
    private var unlisted = 0

    mutating func report(_ path: @autoclosure () -> FieldPath, _ message: @autoclosure () -> String, accepted: String) {
        guard findings.count < ProblemLimits.findings else {
            unlisted += 1
            return
        }
        findings.append(ProblemFinding(path: path(), message: message(), accepted: accepted))
    }

    /// Whether the number is in the range; NaN is in none.
    @discardableResult
    mutating func require(
        _ value: Double, in range: ClosedRange<Double>, _ path: @autoclosure () -> FieldPath, accepted: String
    ) -> Bool {
        if range.contains(value) { return true }
        report(path(), Self.objection(to: value), accepted: accepted)
        return false
    }

    @discardableResult
    mutating func require(
        _ value: Int, in range: ClosedRange<Int>, _ path: @autoclosure () -> FieldPath, accepted: String
    ) -> Bool {
        if range.contains(value) { return true }
        report(path(), "\(value) is out of range", accepted: accepted)
        return false
    }

    /// Every finding, and last how many more there were.
    consuming func finished() -> [ProblemFinding] {
        guard unlisted > 0 else { return findings }
        return findings + [
            ProblemFinding(
                path: FieldPath(), message: "\(unlisted) more findings are not listed", accepted: "correct these first")
        ]
    }

    private static func objection(to value: Double) -> String {
        value.isFinite ? "\(plainNumber(value)) is out of range" : "\(value) is not a number that can be planned with"
    }
}
