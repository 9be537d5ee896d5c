import FleetModel

/// The state of reading one document: where we are, and what was wrong so far.
struct Reading {
    /// Whether what is read was just written by somebody, or comes from our own store.
    enum Mode: Sendable {
        /// Checked against the catalogue.
        case declared
        /// Written by this or an earlier version, perhaps with another catalogue: taken as it is.
        case stored
    }

    let file: String
    let mode: Mode
    private(set) var problems: [DocumentProblem] = []
    /// Fields whose values could not be understood: findings that rest on them would speak of values nobody wrote.
    private(set) var failedFields: [FieldPath] = []
    private(set) var path = FieldPath()

    init(file: String, mode: Mode) { (self.file, self.mode) = (file, mode) }

    mutating func report(line: Int, _ message: String, accepted: String) {
        report(line: line, at: path, message, accepted: accepted)
    }

    mutating func report(line: Int, at path: FieldPath, _ message: String, accepted: String) {
        failedFields.append(path)
        guard problems.count < DocumentLimit.problems else { return }
        problems.append(
            DocumentProblem(
                file: file, line: line, path: path.steps.isEmpty ? "document" : path.description, message: message,
                accepted: accepted))
    }

    mutating func descend<Result>(key: String, _ body: (inout Reading) -> Result) -> Result {
        descend(to: path.key(key), body)
    }

    mutating func descend<Result>(index: Int, _ body: (inout Reading) -> Result) -> Result {
        descend(to: path.index(index), body)
    }

    private mutating func descend<Result>(to inner: FieldPath, _ body: (inout Reading) -> Result) -> Result {
        let outer = path
        path = inner
        defer { path = outer }
        return body(&self)
    }

    /// Marks a field as not understood without a message of its own.
    mutating func markFailed(_ field: FieldPath) { failedFields.append(field) }
}
