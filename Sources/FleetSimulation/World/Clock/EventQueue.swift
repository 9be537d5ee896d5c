/// Something that will happen in a world: what, and to which of its dense arrays' entries.
struct WorldEvent: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// A request of stream `a`.
        case arrival
        /// Request `a` is at its replica's door.
        case reached
        /// Replica `a` has something to notify.
        case engine
        /// The attempt of request `a` is known to have failed.
        case attemptFailed
        /// Gateway `a` looks for requests that waited too long.
        case sweep
        /// Plane `a`'s reconciler has something due.
        case planeDeadline
        /// Entry `a` of what drivers answer late.
        case driver
        /// Plane `a` reports.
        case planeReport
        /// Gateway `a` reports.
        case gatewayReport
        case controlPass
        /// Entry `a` of the mail: a document reaches its reader.
        case mail
        /// Fault `a` begins (`b` 1) or ends (`b` 0).
        case fault
        /// Pool `a`'s capacity may have changed.
        case market
        /// Node `b` of pool `a` is taken back, if it is still the same.
        case reclaim
        case sample
        /// One step of the fluid.
        case flow
    }

    var kind: Kind
    var a: Int32
    var b: UInt32

    init(_ kind: Kind, _ a: Int = 0, _ b: Int = 0) {
        self.kind = kind
        self.a = Int32(truncatingIfNeeded: a)
        self.b = UInt32(truncatingIfNeeded: b)
    }
}

/// Events by time, those of one time by the order they were added in: a binary heap in one array.
struct EventQueue: Sendable {
    struct Entry: Sendable {
        var time: Int64
        var sequence: UInt64
        var event: WorldEvent

        @inline(__always)
        func precedes(_ other: Entry) -> Bool {
            time < other.time || (time == other.time && sequence < other.sequence)
        }
    }

    private var heap: ContiguousArray<Entry> = []
    private var sequence: UInt64 = 0

    var count: Int { heap.count }
    var nextTime: Int64? { heap.first?.time }

    mutating func add(_ event: WorldEvent, at time: Int64) {
        let entry = Entry(time: time, sequence: sequence, event: event)
        sequence += 1
        heap.append(entry)
        heap.withUnsafeMutableBufferPointer { heap in
            var child = heap.count - 1
            while child > 0 {
                let parent = (child - 1) / 2
                guard entry.precedes(heap[parent]) else { break }
                heap[child] = heap[parent]
                child = parent
            }
            heap[child] = entry
        }
    }

    mutating func removeFirst() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap.withUnsafeMutableBufferPointer { heap in
            var parent = 0
            while true {
                var child = 2 * parent + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
                guard heap[child].precedes(last) else { break }
                heap[parent] = heap[child]
                parent = child
            }
            heap[parent] = last
        }
        return first
    }
}
