import FleetModel

/// One slot of a router: what it knows of the replica there. Plain numbers only, so that a scan over replicas reads one array. What scans ask is inlined: called, it would copy the whole state each time.
struct ReplicaState: Sendable {
    /// The holder's birth, 1 or more; 0 while the slot is free.
    var birth: UInt32
    /// Requests this loop has on it.
    var inFlight: Int32 = 0
    /// ``inFlight`` when the last report came: the difference is what the report cannot know yet.
    var inFlightAtReport: Int32 = 0
    /// As the engine said last; -1 while it tells nothing.
    var running: Int32 = -1
    var waiting: Int32 = -1
    /// When it said so.
    private var reported = Moment.origin
    var health: ReplicaHealth
    var plane: Int32
    var workload: Int32
    var rate: Double
    var onwardMilliseconds: Double
    var identityHash: UInt64
    /// 0 where its plane does not say.
    var generation: UInt64

    init(_ entry: ReplicaEntry, ramp: SlowStartRamp, now: Moment) {
        birth = entry.handle.birth
        health = ReplicaHealth(since: entry.readySince ?? now, ramp: ramp)
        plane = Int32(entry.plane.value)
        workload = Int32(entry.workload.value)
        rate = entry.rate
        onwardMilliseconds = entry.onwardRoundTripMilliseconds
        identityHash = entry.identityHash
        generation = entry.generation
    }

    /// A free slot.
    static let vacant = ReplicaState()

    private init() {
        birth = 0
        health = ReplicaHealth(since: .origin)
        plane = 0
        workload = 0
        rate = RoutingLimits.defaultRate
        onwardMilliseconds = 0
        identityHash = 0
        generation = 0
    }

    var isVacant: Bool { birth == 0 }

    mutating func take(_ load: LoadUpdate.Load, at moment: Moment) {
        reported = moment
        running = load.running ?? -1
        waiting = load.waiting ?? -1
        inFlightAtReport = inFlight
    }

    /// Requests on the replica, of everyone as far as known. What a silent plane said last is not held against it for ever.
    @inline(__always)
    func load(at now: Moment) -> Int32 {
        guard running >= 0 || waiting >= 0, isReportFresh(at: now) else { return inFlight }
        let reported = max(running, 0) &+ max(waiting, 0)
        return max(inFlight, reported &+ inFlight &- inFlightAtReport)
    }

    /// Load relative to what the replica can take now; lower is better.
    @inline(__always)
    func pressure(at now: Moment) -> Double { (Double(load(at: now)) + 1) / (rate * health.weight(at: now)) }

    /// How long a new request is expected to queue, milliseconds.
    ///
    /// A continuous-batching engine admits requests until its batch is full: only what it reports as waiting, and what this
    /// loop sent since, stands in line. Where nothing waited at the last report, a second's worth of the replica's rate (and at
    /// least four) is taken to be admitted at once. An engine that tells nothing is taken to serve
    /// ``RoutingLimits/unreportedConcurrency`` requests together.
    @inline(__always)
    func queueMilliseconds(at now: Moment) -> Double {
        let rate = rate * health.weight(at: now)
        let queued: Double
        if waiting >= 0, isReportFresh(at: now) {
            let sinceReport = Double(max(0, inFlight - inFlightAtReport))
            queued = waiting > 0 ? Double(waiting) + sinceReport : max(0, sinceReport - max(4, rate))
        } else {
            queued = max(0, Double(inFlight) - RoutingLimits.unreportedConcurrency)
        }
        return queued / rate * 1_000
    }

    @inline(__always)
    private func isReportFresh(at now: Moment) -> Bool {
        now.nanoseconds - reported.nanoseconds <= Self.loadTrustNanoseconds
    }

    private static let loadTrustNanoseconds = Int64(RoutingLimits.loadTrust.seconds * 1e9)
}
