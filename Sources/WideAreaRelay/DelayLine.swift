/// One direction of one connection: what went in comes out in the same order, each piece `delay` after it went in, never
/// before. Times are nanoseconds of a monotonic clock.
package struct DelayLine<Piece> {
    package enum Item {
        case piece(Piece)
        /// The sender will send no more (TCP FIN).
        case end
        /// The connection broke (TCP RST).
        case reset
    }

    fileprivate struct Entry {
        let due: Int64
        let size: Int
        let item: Item
    }

    private let delay: Int64
    private let capacity: Int
    private var entries: [Entry] = []
    private var head = 0
    /// Bytes inside.
    package private(set) var bytes = 0
    private var isClosed = false
    private var isReset = false

    package init(delay: Int64, capacity: Int) {
        precondition(delay >= 0 && capacity > 0, "a delay line has room and does not foresee")
        (self.delay, self.capacity) = (delay, capacity)
    }

    /// When the next item may come out; nil when nothing is inside.
    package var nextDue: Int64? { head < entries.count ? entries[head].due : nil }
    package var isEmpty: Bool { head == entries.count }

    /// Whether `size` more bytes fit. The owner stops reading where they would not.
    package func hasRoom(for size: Int) -> Bool { bytes + size <= capacity }

    /// Puts in a piece. After an end only a reset goes in, after a reset nothing.
    package mutating func push(_ piece: Piece, size: Int, now: Int64) {
        append(.piece(piece), size: size, now: now)
    }

    package mutating func pushEnd(now: Int64) {
        append(.end, size: 0, now: now)
        isClosed = true
    }

    /// A reset takes the place of an end that is still inside: the receiver of both could not tell which one it sees first.
    package mutating func pushReset(now: Int64) {
        if case .end? = entries.last?.item { entries.removeLast() }
        isClosed = isReset
        isReset = true
        append(.reset, size: 0, now: now)
        isClosed = true
    }

    /// Takes out the next item if its time has come.
    package mutating func pop(now: Int64) -> Item? {
        guard head < entries.count, entries[head].due <= now else { return nil }
        let entry = entries[head]
        head += 1
        bytes -= entry.size
        if head == entries.count {
            entries.removeAll(keepingCapacity: head <= 64)
            head = 0
        } else if head >= 1_024, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
        return entry.item
    }

    /// Forgets everything inside: nobody is left to receive it.
    package mutating func drop() {
        entries.removeAll()
        (head, bytes, isClosed, isReset) = (0, 0, true, true)
    }

    private mutating func append(_ item: Item, size: Int, now: Int64) {
        guard !isClosed else { return }
        entries.append(Entry(due: now + delay, size: size, item: item))
        bytes += size
    }
}

extension DelayLine.Entry: Sendable where Piece: Sendable {}
extension DelayLine: Sendable where Piece: Sendable {}
extension DelayLine.Item: Sendable where Piece: Sendable {}
extension DelayLine.Item: Equatable where Piece: Equatable {}
