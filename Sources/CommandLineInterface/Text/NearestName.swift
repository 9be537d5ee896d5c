import FleetModel

/// Finds what somebody probably meant.
package enum NearestName {
    /// The candidate with the fewest edits from `text`, the first of equals; nil where even that one is too far to be meant: more
    /// than a third of its letters, and at least two.
    package static func find(_ text: String, among candidates: [String]) -> String? {
        guard let nearest = NearestWord.nearest(to: text, among: candidates) else { return nil }
        let distance = NearestWord.distance(text.lowercased(), nearest.lowercased())
        let length = nearest.utf8.count
        return distance <= max(2, length / 3) && distance < max(text.utf8.count, length) ? nearest : nil
    }
}
