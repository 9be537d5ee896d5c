import FleetModel
import Yams

/// One document's text as a tree, or why not.
///
/// Yams composes the tree; three things are kept from it. Aliases: every `*` is swapped for a private character before parsing
/// and back afterwards, so that an alias arrives as a plain word to be refused and nothing is ever expanded. Repeated keys:
/// Yams stops at the first, so each is renamed and the text parsed again, until all are known. Depth: libyaml stops at 1,000,
/// we at ``DocumentLimit/nesting``.
struct DocumentParser {
    private let file: String
    private let lineOffset: Int
    /// Stands for `*` while parsing. Not in the text.
    private let star: Character
    /// Set before a repeated key, once per repetition. Not in the text.
    private let repetition: Character
    private var lines: [String]
    private(set) var problems: [DocumentProblem] = []

    private init(_ document: DocumentText, file: String, star: Character, repetition: Character) {
        self.file = file
        lineOffset = document.lineOffset
        (self.star, self.repetition) = (star, repetition)
        lines = document.text.split(separator: "\n", omittingEmptySubsequences: false).map {
            String($0).replacing("*", with: String(star))
        }
    }

    /// The tree, nil for an empty document or one that cannot be read; and the problems.
    static func parse(_ document: DocumentText, file: String) -> (
        node: DocumentNode?, problems: [DocumentProblem]
    ) {
        let privateUse: [Unicode.Scalar] = (UInt32(0xE000)...0xF8FF).compactMap { Unicode.Scalar($0) }
        let present = Set(document.text.unicodeScalars.filter { (0xE000...0xF8FF).contains($0.value) })
        let free = privateUse.lazy.filter { !present.contains($0) }.prefix(2).map { Character($0) }
        guard free.count == 2, let star = free.first, let repetition = free.last else {
            let problem = DocumentProblem(
                file: file, line: document.lineOffset + 1, path: "document", message: "every private-use character occurs",
                accepted: "text that leaves two of U+E000 to U+F8FF unused")
            return (nil, [problem])
        }
        var parser = DocumentParser(document, file: file, star: star, repetition: repetition)
        let node = parser.parse()
        return (node, parser.problems)
    }

    /// A line of the document, counted from 1, as a line of the file. Some parser errors stand on the line after the last one.
    private func fileLine(_ line: Int) -> Int {
        let last = lines.last?.isEmpty == true ? lines.count - 1 : lines.count
        return lineOffset + max(1, min(line, last))
    }

    private mutating func report(_ line: Int, path: String = "document", _ message: String, accepted: String) {
        problems.append(
            DocumentProblem(
                file: file, line: fileLine(line), path: path, message: message, accepted: accepted))
    }

    private mutating func parse() -> DocumentNode? {
        for attempt in 0...DocumentLimit.repeatedKeys {
            do {
                return try compose()
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard attempt < DocumentLimit.repeatedKeys, rename(at: context.mark, times: attempt + 1) else {
                    let names = keys.map { quoted(restored($0)) }.joined(separator: ", ")
                    report(context.mark.line, "key \(names) is repeated", accepted: "each key once")
                    return nil
                }
            } catch let error as YamlError {
                reportSyntax(error)
                return nil
            } catch {
                report(1, "the text cannot be read", accepted: "YAML 1.1 or JSON")
                return nil
            }
        }
        return nil
    }

    private mutating func compose() throws -> DocumentNode? {
        // The parser holds the anchors, which the tree refers to weakly: it must outlive the walk.
        let parser = try Yams.Parser(yaml: lines.joined(separator: "\n"), resolver: .basic, encoding: .utf8)
        defer { withExtendedLifetime(parser) {} }
        guard let root = try parser.singleRoot() else { return nil }
        return convert(root, path: FieldPath(), keyLine: nil, depth: 1)
    }

    /// Marks the key at a place as a repetition. False where the place is not where a key's text starts.
    private mutating func rename(at mark: Mark, times: Int) -> Bool {
        guard lines.indices.contains(mark.line - 1) else { return false }
        var scalars = Array(lines[mark.line - 1].unicodeScalars)
        var position = mark.column - 1
        guard scalars.indices.contains(position) else { return false }
        if scalars[position] == "\"" || scalars[position] == "'" { position += 1 }
        scalars.insert(contentsOf: Array(repeating: repetition.unicodeScalars.first ?? " ", count: times), at: position)
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars)
        lines[mark.line - 1] = String(line)
        return true
    }

    private func restored(_ text: String) -> String {
        text.replacing(String(star), with: "*").replacing(String(repetition), with: "")
    }

    private mutating func reportSyntax(_ error: YamlError) {
        let accepted = "YAML 1.1 or JSON"
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let context = context.map { "\($0.text) that starts on line \(fileLine($0.mark.line)), " }
            report(mark.line, (context ?? "") + problem, accepted: accepted)
        case .reader(let problem, _, _, _):
            report(1, problem, accepted: accepted)
        default:
            report(1, "the text cannot be read", accepted: accepted)
        }
    }

    private mutating func convert(_ node: Node, path: FieldPath, keyLine: Int?, depth: Int) -> DocumentNode {
        let line = node.mark?.line ?? keyLine ?? 1
        let refused = DocumentNode(line: lineOffset + (keyLine ?? line), content: .unreadable)
        guard isAcceptable(node, line: line, path: path, depth: depth) else { return refused }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain
            if !isQuoted, scalar.string.first == star {
                report(
                    line, path: name(path), "aliases are not read",
                    accepted: "the value written out, or in quotes if it starts with *")
                return refused
            }
            return DocumentNode(line: lineOffset + line, content: .scalar(restored(scalar.string), isQuoted: isQuoted))
        case .sequence(let sequence):
            var values: [DocumentNode] = []
            for (position, element) in sequence.enumerated() {
                values.append(convert(element, path: path.index(position), keyLine: nil, depth: depth + 1))
            }
            return DocumentNode(line: lineOffset + (keyLine ?? line), content: .sequence(values))
        case .mapping(let mapping):
            return DocumentNode(
                line: lineOffset + (keyLine ?? line),
                content: .mapping(entries(of: mapping, path: path, line: line, depth: depth)))
        case .alias:
            return refused
        }
    }

    private mutating func entries(of mapping: Node.Mapping, path: FieldPath, line: Int, depth: Int) -> [DocumentNode.Entry] {
        var entries: [DocumentNode.Entry] = []
        var firstLines: [String: Int] = [:]
        for (keyNode, valueNode) in mapping {
            let keyLine = keyNode.mark?.line ?? line
            guard case .scalar(let scalar) = keyNode else {
                report(keyLine, path: name(path), "a key is a mapping or a list", accepted: "keys that are plain words")
                continue
            }
            guard scalar.anchor == nil, scalar.style != .plain || scalar.string.first != star else {
                report(keyLine, path: name(path), "anchors and aliases are not read", accepted: "the key written out")
                continue
            }
            let key = restored(scalar.string)
            let keyPath = path.key(key)
            if let first = firstLines[key] {
                report(
                    keyLine, path: name(keyPath), "key \(quoted(key)) is given again, first on line \(lineOffset + first)",
                    accepted: "each key once")
                continue
            }
            firstLines[key] = keyLine
            let value = convert(valueNode, path: keyPath, keyLine: keyLine, depth: depth + 1)
            entries.append(DocumentNode.Entry(key: key, line: lineOffset + keyLine, value: value))
        }
        return entries
    }

    private func name(_ path: FieldPath) -> String { path.steps.isEmpty ? "document" : path.description }

    /// Refuses what no fleet file needs: depth beyond the limit, anchors, explicit tags.
    private mutating func isAcceptable(_ node: Node, line: Int, path: FieldPath, depth: Int) -> Bool {
        guard depth <= DocumentLimit.nesting else {
            report(line, "values are nested too deeply", accepted: "at most \(DocumentLimit.nesting) levels")
            return false
        }
        guard node.anchor == nil else {
            report(
                line, path: name(path), "anchors are not read", accepted: "the value without &, written out wherever it is needed"
            )
            return false
        }
        let tag: String
        var implicitTags = [""]
        switch node {
        case .scalar(let scalar):
            tag = scalar.tag.rawValue
            if scalar.style != .plain { implicitTags.append(Tag.Name.str.rawValue) }
        case .mapping(let mapping): tag = mapping.tag.rawValue
        case .sequence(let sequence): tag = sequence.tag.rawValue
        case .alias: tag = ""
        }
        guard implicitTags.contains(tag) else {
            report(line, path: name(path), "tags are not read", accepted: "the value without its ! tag")
            return false
        }
        return true
    }
}
