import FleetDocuments
import FleetModel
import Foundation
import SeededCases
import Testing

/// Files broken at random.
@Suite("Document fuzz")
struct DocumentFuzzTests {
    private static let pieces = [
        ":", " ", "\n", "-", "---\n", "{", "}", "[", "]", ",", "\"", "'", "#", "&a", "*a", "!", "!!int", "|", ">", "%", "@", "`",
        "?", "\t", "~",
        "null", "0", "-1", "1e309", "9999999999999999999999", "%", "req/s", "\\u0000", "\u{E000}", "é", "\u{1F980}", "<<: *a",
        "...", "\r\n",
    ]

    @Test("a fleet broken anywhere is read or refused, every problem with a line of the file")
    func mutations() {
        let documents = [sampleFleet, planningSample].flatMap { $0.components(separatedBy: "---\n") }
        let known = [
            ResourceKey(kind: .provider, name: "onprem"), ResourceKey(kind: .provider, name: "aws"),
            ResourceKey(kind: .provider, name: "gcp"), ResourceKey(kind: .workload, name: "chat"),
            ResourceKey(kind: .workload, name: "draw"), ResourceKey(kind: .workloadPlane, name: "tokyo"),
        ]
        var generator = SeededGenerator(seed: 2)
        var refused = 0
        let cases = caseCount()
        for number in 0..<cases {
            var text = Array(documents[Int.random(in: documents.indices, using: &generator)].unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&text, &generator) }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: text)
            let mutated = String(view)
            guard case .failure(let failure) = FleetDecoder.decode([FleetFile(name: "f", text: mutated)], known: known) else {
                continue
            }
            refused += 1
            let lines = mutated.utf8.count { $0 == 0x0A } + 1
            let isPlausible = failure.problems.allSatisfy { problem in
                (1...lines).contains(problem.line) && !problem.path.isEmpty && !problem.message.isEmpty
                    && !problem.accepted.isEmpty
                    && !problem.description.utf8.contains(0x0A)
            }
            #expect(isPlausible && !failure.problems.isEmpty, "seed 2, case \(number): \(failure)\n\(mutated)")
            if !isPlausible { return }
        }
        #expect(refused > Int(cases) / 4)
    }

    private static func mutate(_ text: inout [Unicode.Scalar], _ generator: inout SeededGenerator) {
        let position = Int.random(in: 0...text.count, using: &generator)
        let end = min(text.count, position + Int.random(in: 0...12, using: &generator))
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.removeSubrange(position..<end)
        case 1: text.insert(contentsOf: Array(text[position..<end]), at: Int.random(in: 0...text.count, using: &generator))
        case 2: text.insert(contentsOf: pieces[Int.random(in: pieces.indices, using: &generator)].unicodeScalars, at: position)
        default:
            text.replaceSubrange(position..<end, with: pieces[Int.random(in: pieces.indices, using: &generator)].unicodeScalars)
        }
    }
}
