/// One row of a user's file that cannot be meant: `file:line: what is wrong; what would be right`.
package struct ImportProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1.
    package let line: Int
    package let message: String
    package let accepted: String

    package var description: String { "\(file):\(line): \(message); \(accepted)" }
}

/// Everything wrong in one file, in order of its lines. Nothing of the file was taken.
package struct ImportProblems: Error, Equatable, Sendable, CustomStringConvertible {
    /// More than this many are counted, not told.
    package static let limit = 100

    /// The first ``limit``.
    package private(set) var problems: [ImportProblem] = []
    /// How many there are beyond those.
    package private(set) var untold = 0

    /// Words are only found where they will be told: finding the nearest name takes time that a hostile file could ask for a million
    /// times.
    mutating func report(_ problem: () -> ImportProblem) {
        if problems.count < Self.limit { problems.append(problem()) } else { untold += 1 }
    }

    package var isEmpty: Bool { problems.isEmpty }
    package var count: Int { problems.count + untold }

    package var lines: [String] {
        problems.map(\.description) + (untold > 0 ? ["… and \(untold) more like these"] : [])
    }

    package var description: String { lines.joined(separator: "\n") }
}

/// What a file came to.
package struct ImportOutcome: Equatable, Sendable {
    package var quotes: [ImportedQuote]
    /// What was left out or taken on trust, and why: one line each.
    package var remarks: [String]

    package init(quotes: [ImportedQuote], remarks: [String]) { (self.quotes, self.remarks) = (quotes, remarks) }
}
