import FleetRouting
import NIOCore

/// Some records in two pieces of memory: what each has a fixed size for, and behind one another the bytes and lists of all.
struct RecordPage {
    private struct Entry {
        /// Without its lists.
        var record: RequestRecord
        var attempt: AttemptRecord?
        /// Behind the first attempt: seldom any.
        var repetitions: [AttemptRecord]
        /// Where its bytes begin, and how many of them are whose.
        var start: Int
        var requestLineCount: UInt16
        var identity: UInt16
        var continuesTrace: Bool
        var method: UInt8
        var path: UInt16
        var model: UInt8
        var firstPlanes: UInt8
        var firstReplicas: UInt8
        var lastPlanes: UInt8
        var lastReplicas: UInt8
    }

    private var entries: [Entry] = []
    private var bytes = ByteBuffer()

    var count: Int { entries.count }

    mutating func clear() {
        entries.removeAll(keepingCapacity: true)
        bytes.clear()
    }

    // MARK: Keeping

    mutating func keep(_ record: inout RequestRecord) {
        // Apart while the rest is copied: so no list is shared, and none is copied later.
        var lists = RecordLists()
        lists.exchange(with: &record)
        defer { lists.exchange(with: &record) }
        let hasLast = record.decisionCount > 1
        let start = bytes.writerIndex
        let size = lists.byteCount(hasLast: hasLast)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var cursor = ByteCursor(memory)
            cursor.write(lists.identity.lines)
            cursor.write(lists.method)
            cursor.write(lists.path)
            cursor.write(lists.model)
            lists.firstPlanes.withUnsafeBytes { cursor.write($0) }
            lists.firstReplicas.withUnsafeBytes { cursor.write($0) }
            if hasLast {
                lists.lastPlanes.withUnsafeBytes { cursor.write($0) }
                lists.lastReplicas.withUnsafeBytes { cursor.write($0) }
            }
            return cursor.count
        }
        entries.append(
            Entry(
                record: record, attempt: lists.attempts.first,
                repetitions: lists.attempts.count > 1 ? Array(lists.attempts.dropFirst()) : [], start: start,
                requestLineCount: UInt16(lists.identity.requestLineCount), identity: UInt16(lists.identity.lines.count),
                continuesTrace: lists.identity.continuesTrace, method: UInt8(lists.method.count), path: UInt16(lists.path.count),
                model: UInt8(lists.model.count), firstPlanes: UInt8(lists.firstPlanes.count),
                firstReplicas: UInt8(lists.firstReplicas.count), lastPlanes: hasLast ? UInt8(lists.lastPlanes.count) : 0,
                lastReplicas: hasLast ? UInt8(lists.lastReplicas.count) : 0))
    }

    // MARK: Finding

    /// The newest record of a request id among so many of the newest.
    func newest(id: [UInt8], among limit: Int) -> RequestRecord? {
        for entry in entries.reversed().prefix(limit) where holds(entry, id) { return record(of: entry) }
        return nil
    }

    private func holds(_ entry: Entry, _ id: [UInt8]) -> Bool {
        let range = RequestIdentity.idRange(requestLineCount: Int(entry.requestLineCount))
        guard range.count == id.count else { return false }
        return bytes.withUnsafeReadableBytes {
            $0[entry.start + range.lowerBound..<entry.start + range.upperBound].elementsEqual(id)
        }
    }

    private func record(of entry: Entry) -> RequestRecord {
        var record = entry.record
        var lists = RecordLists()
        bytes.withUnsafeReadableBytes { bytes in
            var position = entry.start
            func take(_ count: Int) -> UnsafeRawBufferPointer {
                defer { position += count }
                return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
            }
            /// What was kept byte for byte, none of which is a reference.
            func values<Value>(_ count: UInt8, _: Value.Type) -> [Value] {
                precondition(_isPOD(Value.self))
                let taken = take(Int(count) * MemoryLayout<Value>.stride)
                return Array(unsafeUninitializedCapacity: Int(count)) { memory, initialized in
                    UnsafeMutableRawBufferPointer(memory).copyMemory(from: taken)
                    initialized = Int(count)
                }
            }
            lists.identity = RequestIdentity(
                lines: Array(take(Int(entry.identity))), requestLineCount: Int(entry.requestLineCount),
                continuesTrace: entry.continuesTrace)
            lists.method = Array(take(Int(entry.method)))
            lists.path = Array(take(Int(entry.path)))
            lists.model = Array(take(Int(entry.model)))
            lists.firstPlanes = values(entry.firstPlanes, DecisionDetail.Plane.self)
            lists.firstReplicas = values(entry.firstReplicas, DecisionDetail.Replica.self)
            lists.lastPlanes = values(entry.lastPlanes, DecisionDetail.Plane.self)
            lists.lastReplicas = values(entry.lastReplicas, DecisionDetail.Replica.self)
        }
        if let attempt = entry.attempt { lists.attempts = [attempt] + entry.repetitions }
        lists.exchange(with: &record)
        return record
    }
}

/// What a record holds that has no fixed size.
private struct RecordLists {
    var identity = RequestIdentity.none
    var method: [UInt8] = []
    var path: [UInt8] = []
    var model: [UInt8] = []
    var attempts: [AttemptRecord] = []
    var firstPlanes: [DecisionDetail.Plane] = []
    var firstReplicas: [DecisionDetail.Replica] = []
    var lastPlanes: [DecisionDetail.Plane] = []
    var lastReplicas: [DecisionDetail.Replica] = []

    /// Trades places: nothing is copied or counted.
    mutating func exchange(with record: inout RequestRecord) {
        swap(&identity, &record.identity)
        swap(&method, &record.method)
        swap(&path, &record.path)
        swap(&model, &record.model)
        swap(&attempts, &record.attempts)
        swap(&firstPlanes, &record.first.planes)
        swap(&firstReplicas, &record.first.replicas)
        swap(&lastPlanes, &record.last.planes)
        swap(&lastReplicas, &record.last.replicas)
    }

    func byteCount(hasLast: Bool) -> Int {
        var count = identity.lines.count + method.count + path.count + model.count
        count += firstPlanes.count * MemoryLayout<DecisionDetail.Plane>.stride
        count += firstReplicas.count * MemoryLayout<DecisionDetail.Replica>.stride
        guard hasLast else { return count }
        count += lastPlanes.count * MemoryLayout<DecisionDetail.Plane>.stride
        return count + lastReplicas.count * MemoryLayout<DecisionDetail.Replica>.stride
    }
}
