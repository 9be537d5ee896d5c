/// The newest records of one event loop, so many at most. They are packed one behind the other, some on a page, so that keeping
/// one writes a few neighbouring cache lines and touches none that earlier requests left; a page that comes up again is written
/// over.
struct RecordRing {
    /// Records of a page.
    private static let pageSize = 64

    private let capacity: Int
    private var pages: [RecordPage] = []
    /// The page that is written to.
    private var current = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Keeps a copy of what the record says.
    mutating func keep(_ record: inout RequestRecord) {
        guard capacity > 0 else { return }
        if pages.isEmpty { pages.append(RecordPage()) }
        if pages[current].count == Self.pageSize { turnPage() }
        pages[current].keep(&record)
    }

    /// One page more than the capacity fills, for the one that is begun holds few at first.
    private mutating func turnPage() {
        let most = (capacity + Self.pageSize - 1) / Self.pageSize + 1
        current = current + 1 == most ? 0 : current + 1
        if current == pages.count { pages.append(RecordPage()) } else { pages[current].clear() }
    }

    /// The newest record of a request id.
    func newest(id: [UInt8]) -> RequestRecord? {
        var left = capacity
        for offset in pages.indices {
            let page = (current - offset + pages.count) % pages.count
            if let found = pages[page].newest(id: id, among: left) { return found }
            left -= pages[page].count
            guard left > 0 else { break }
        }
        return nil
    }
}
