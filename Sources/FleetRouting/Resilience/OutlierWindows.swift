import FleetModel

/// What requests showed of each replica since its workload was judged last. One loop's own sight; by slot.
struct OutlierWindows: Sendable {
    struct Window: Sendable {
        var birth: UInt32 = 0
        var successes: UInt32 = 0
        var failures: UInt32 = 0
        /// Sum over ``successes``.
        var firstByteMilliseconds = 0.0

        var volume: UInt32 { successes &+ failures }
        var successShare: Double { volume == 0 ? 1 : Double(successes) / Double(volume) }
        var meanFirstByte: Double { successes == 0 ? 0 : firstByteMilliseconds / Double(successes) }
    }

    private var windows: [Window] = []
    /// By workload: when it is judged next, nanoseconds; 0 before its first request.
    private var due: [Int64] = []
    /// The values of one judgement; kept so that judging allocates nothing once it has its size.
    var sample: [Double] = []

    mutating func reserve(slots: Int, workloads: Int) {
        while windows.count < slots { windows.append(Window()) }
        while due.count < workloads { due.append(0) }
    }

    mutating func succeeded(_ handle: ReplicaHandle, after firstByte: Duration) {
        change(handle) { window in
            window.successes &+= 1
            window.firstByteMilliseconds += firstByte.milliseconds
        }
    }

    mutating func failed(_ handle: ReplicaHandle) { change(handle) { $0.failures &+= 1 } }

    func window(slot: Int32, birth: UInt32) -> Window {
        let window = windows[Int(slot)]
        return window.birth == birth ? window : Window()
    }

    mutating func clear(slot: Int32) { windows[Int(slot)] = Window() }

    /// Whether the interval is over; the first request of a workload begins one.
    mutating func isDue(_ workload: Int, interval: Duration, now: Moment) -> Bool {
        if due[workload] == 0 { due[workload] = now.advanced(by: interval).nanoseconds }
        guard now.nanoseconds >= due[workload] else { return false }
        due[workload] = now.advanced(by: interval).nanoseconds
        return true
    }

    private mutating func change(_ handle: ReplicaHandle, _ body: (inout Window) -> Void) {
        let slot = Int(handle.slot)
        guard windows.indices.contains(slot) else { return }
        if windows[slot].birth != handle.birth { windows[slot] = Window(birth: handle.birth) }
        body(&windows[slot])
    }
}
