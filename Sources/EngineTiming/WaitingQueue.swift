/// First in, first out, in one array: taking the head is amortized constant time and keeps the order.
struct WaitingQueue: Sendable {
    private var storage: [EngineRequest] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { head == storage.count }
    var first: EngineRequest? { head < storage.count ? storage[head] : nil }

    mutating func append(_ request: EngineRequest) { storage.append(request) }

    mutating func removeFirst() {
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 64, head * 2 >= storage.count {
            storage.removeFirst(head)
            head = 0
        }
    }

    /// Removes the request; linear in the number that wait. False when it does not wait.
    mutating func remove(id: UInt64) -> Bool {
        guard let index = storage[head...].firstIndex(where: { $0.id == id }) else { return false }
        storage.remove(at: index)
        return true
    }
}
