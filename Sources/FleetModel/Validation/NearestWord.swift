/// The spelling a writer most likely meant.
package enum NearestWord {
    /// Only so much of a word is compared, and only so many candidates, so that a hostile file cannot buy time with typing errors.
    static let lengthLimit = 40
    static let candidateLimit = 256

    /// Candidates by closeness, the nearest first; equally near ones in their given order.
    package static func ranked(_ candidates: [String], to word: String) -> [String] {
        let compared = candidates.prefix(candidateLimit)
        return compared.enumerated()
            .map { (distance: distance(word.lowercased(), $0.element.lowercased()), offset: $0.offset, word: $0.element) }
            .sorted { ($0.distance, $0.offset) < ($1.distance, $1.offset) }
            .map(\.word) + candidates.dropFirst(candidateLimit)
    }

    package static func nearest(to word: String, among candidates: [String]) -> String? {
        ranked(candidates, to: word).first
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, each at cost 1.
    package static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.utf8.prefix(lengthLimit))
        let b = Array(right.utf8.prefix(lengthLimit))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }

    /// "a, b or c": choices for a message.
    package static func choices(_ words: [String], limit: Int = 40) -> String {
        let shown = Array(words.prefix(limit))
        if words.count > limit { return shown.joined(separator: ", ") + " or \(words.count - limit) more" }
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "none" }
        return shown.dropLast().joined(separator: ", ") + " or " + last
    }
}
