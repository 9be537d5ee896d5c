import FleetModel

/// Reads a set of files into resources and problems.
struct FleetReader {
    /// A document that could be told to be a resource.
    private struct Declaration {
        let file: FilePosition
        let node: DocumentNode
        let failedFields: [FieldPath]
        var resource: Resource
    }

    private struct FilePosition {
        let index: Int
        let name: String
    }

    private let mode: Reading.Mode
    private var declarations: [Declaration] = []
    private var problems: [(file: Int, problem: DocumentProblem)] = []
    private var documents = 0
    /// Reading stopped early, since there was enough to tell.
    private var isCut = false

    init(mode: Reading.Mode) { self.mode = mode }

    var result: Result<[Resource], FleetProblems> {
        guard !problems.isEmpty else { return .success(declarations.map(\.resource)) }
        let sorted = problems.enumerated().sorted { left, right in
            (left.element.file, left.element.problem.line, left.offset) < (
                right.element.file, right.element.problem.line, right.offset
            )
        }
        var told = sorted.prefix(DocumentLimit.problems).map(\.element.problem)
        if let last = told.last, isCut || sorted.count > told.count {
            told.append(
                DocumentProblem(
                    file: last.file, line: last.line, path: "document",
                    message: "more problems are not shown",
                    accepted: "at most \(DocumentLimit.problems) at a time"))
        }
        return .failure(FleetProblems(problems: told))
    }

    private mutating func report(_ file: FilePosition, _ line: Int, _ path: String, _ message: String, accepted: String) {
        let problem = DocumentProblem(file: file.name, line: line, path: path, message: message, accepted: accepted)
        problems.append((file: file.index, problem: problem))
    }

    mutating func read(_ file: FleetFile, at index: Int) {
        let position = FilePosition(index: index, name: file.name)
        let bytes = file.text.utf8.count
        // What was declared within the limits may be longer as it is stored: JSON puts everything in quotes.
        let room = mode == .declared ? 1 : DocumentLimit.storedGrowth
        guard bytes <= DocumentLimit.fileBytes * room else {
            return report(
                position, 1, "document", "the file has \(bytes) bytes",
                accepted: "at most \(DocumentLimit.fileBytes) bytes in a file")
        }
        if let forbidden = DocumentText.firstForbiddenCharacter(in: file.text) {
            return report(
                position, forbidden.line, "document", "\(forbidden.name) is not allowed",
                accepted: "printable UTF-8 with lines that end in LF or CRLF; other characters as escapes in double quotes")
        }
        guard DocumentText.structure(of: file.text) <= DocumentLimit.structure * room else {
            return report(
                position, 1, "document", "the file holds too many values",
                accepted: "at most \(DocumentLimit.structure) line breaks, commas, colons and brackets in a file")
        }
        for text in DocumentText.split(file.text) {
            guard problems.count < DocumentLimit.problems else {
                isCut = true
                return
            }
            documents += 1
            guard documents <= DocumentLimit.documents else {
                return report(
                    position, text.lineOffset + 1, "document", "there are too many documents",
                    accepted: "at most \(DocumentLimit.documents) documents at a time")
            }
            let parsed = DocumentParser.parse(text, file: file.name)
            problems += parsed.problems.map { (file: index, problem: $0) }
            guard let node = parsed.node, !node.isNull else { continue }
            for resource in Self.members(of: node) { declare(resource, in: position) }
        }
    }

    /// A `List`, as the API returns it, stands for its items.
    private static func members(of node: DocumentNode) -> [DocumentNode] {
        guard case .scalar("List", _)? = node["kind"]?.value.content, case .sequence(let items)? = node["items"]?.value.content
        else {
            return [node]
        }
        return items
    }

    private mutating func declare(_ node: DocumentNode, in file: FilePosition) {
        if case .unreadable = node.content { return }
        var reading = Reading(file: file.name, mode: mode)
        let read = Envelope.read(node, &reading)
        problems += reading.problems.map { (file: file.index, problem: $0) }
        guard var resource = read else { return }
        // A nameless resource is still judged, under a name that no other can have.
        if resource.metadata.name.isEmpty { resource.metadata.name = "(document \(declarations.count + 1))" }
        declarations.append(
            Declaration(file: file, node: node, failedFields: reading.failedFields, resource: resource))
    }

    /// Judges what was read as a whole: repetitions, rules between fields, references.
    mutating func validate(known: [ResourceKey]) {
        var first: [ResourceKey: Declaration] = [:]
        for declaration in declarations {
            let key = declaration.resource.key
            guard let earlier = first[key] else {
                first[key] = declaration
                continue
            }
            report(
                declaration.file, Self.line(of: "metadata.name", in: declaration.node), "metadata.name",
                "\(key.kind.rawValue) \(quoted(key.name)) is declared already, in \(earlier.file.name) on line \(earlier.node.line)",
                accepted: "each resource once")
        }
        // Only the first of each key is judged: `Fleet` keeps one.
        let fleet = Fleet(declarations.map(\.resource).filter { first[$0.key]?.resource == $0 })
        for problem in fleet.problems(known: known) {
            guard let declaration = first[problem.key] else { continue }
            let isHearsay = problem.basis.contains { field in declaration.failedFields.contains { Self.spoils($0, field) } }
            if isHearsay { continue }
            let field = Self.written(problem.field, in: declaration.node)
            report(
                declaration.file, Self.line(of: field, in: declaration.node), field.description, problem.message,
                accepted: problem.accepted)
        }
    }

    /// Whether a finding on a field rests on one that failed: the field itself or one around it did, or one inside it.
    private static func spoils(_ failed: FieldPath, _ field: FieldPath) -> Bool { failed.overlaps(field) }

    /// The field as the document has it: a list of one may be written as its entry, an accelerator type in another spelling.
    private static func written(_ field: FieldPath, in document: DocumentNode) -> FieldPath {
        var node: DocumentNode? = document
        var steps: [FieldPath.Step] = []
        for step in field.steps {
            switch (step, node?.content) {
            case (.index, .scalar): continue
            case (.key(let name), .mapping(let entries)):
                let entry =
                    entries.first { $0.key == name } ?? entries.first { AcceleratorType.normalised($0.key).type?.name == name }
                steps.append(.key(entry?.key ?? name))
                node = entry?.value
                continue
            case (.index(let position), .sequence(let values)) where values.indices.contains(position): node = values[position]
            default: node = nil
            }
            steps.append(step)
        }
        return FieldPath(steps)
    }

    /// The line of a field, or of the nearest mapping or list around where it would stand.
    static func line(of field: FieldPath, in document: DocumentNode) -> Int {
        var node = document
        var line = document.line
        for step in field.steps {
            switch (step, node.content) {
            case (.key(let name), .mapping):
                guard let entry = node[name] else { return line }
                (node, line) = (entry.value, entry.line)
            case (.index(let position), .sequence(let values)) where values.indices.contains(position):
                node = values[position]
                line = node.line
            default:
                return line
            }
        }
        return line
    }
}
