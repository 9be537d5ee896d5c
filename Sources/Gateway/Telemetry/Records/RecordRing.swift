/// The newest records of one event loop, so many at most. A record that goes in comes back as the one it took the place of,
/// whose storage serves the next request: once the ring is full, nothing is allocated.
struct RecordRing {
    private let capacity: Int
    private var records: [RequestRecord] = []
    private var next = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Puts a record in and hands back the storage of the oldest.
    mutating func exchange(_ record: inout RequestRecord) {
        guard capacity > 0 else { return }
        if records.count < capacity {
            records.append(record)
            record = RequestRecord()
        } else {
            swap(&records[next], &record)
            next = next + 1 == capacity ? 0 : next + 1
        }
    }

    /// The newest record of a request id.
    func newest(id: [UInt8]) -> RequestRecord? {
        for offset in stride(from: records.count - 1, through: 0, by: -1) {
            let record = records[(next + offset) % records.count]
            if record.identity.requestID.elementsEqual(id) { return record }
        }
        return nil
    }
}
