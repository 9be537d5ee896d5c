/// One thing wrong in one place of one file: `file:line: path: what is wrong; what would be accepted`.
package struct DocumentProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from 1.
    package let line: Int
    /// The field, such as `spec.pools[0].maxNodes`; `document` where the text as a whole cannot be read.
    package let path: String
    package let message: String
    package let accepted: String

    package init(file: String, line: Int, path: String, message: String, accepted: String) {
        self.file = file
        self.line = line
        self.path = path
        self.message = message
        self.accepted = accepted
    }

    package var description: String { "\(file):\(line): \(path): \(message); \(accepted)" }
}

/// Everything wrong in a set of files, by file in the order given, then by line.
package struct FleetProblems: Error, Equatable, Sendable, CustomStringConvertible {
    package let problems: [DocumentProblem]

    package init(problems: [DocumentProblem]) { self.problems = problems }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
