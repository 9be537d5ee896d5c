import Foundation
import Testing

/// One replacement in a sample fleet and everything that must be said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
    var old: [String] = []
    var new: [String] = []
    var told: [String] = []

    var testDescription: String { new.joined(separator: "⏎") }

    /// Mistakes in ``sampleFleet``.
    static let all = read("mistakes.diff")
    /// Mistakes in ``planningSample``.
    static let planning = read("planning-mistakes.diff")

    private static func read(_ name: String) -> [Mistake] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\n\n").dropFirst().map { block in
            var mistake = Mistake()
            for line in block.split(separator: "\n") {
                let content = String(line.dropFirst(2))
                switch line.first {
                case "-": mistake.old.append(content)
                case "+": mistake.new.append(content)
                default: mistake.told.append(content)
                }
            }
            return mistake
        }
    }

    /// What is said once it is made.
    func told(in sample: String) -> [String] {
        let old = old.joined(separator: "\n")
        #expect(sample.components(separatedBy: old).count == 2, "the mistake must apply once")
        return problems(in: sample.replacingOccurrences(of: old, with: new.joined(separator: "\n")))
    }
}
