import FleetModel

/// What probes and requests taught about one replica: in, or ejected until it proves itself. A plain value of fixed size.
///
/// In: until a connection fails (at once), ``RoutingLimits/serverErrors`` 5xx, ``RoutingLimits/brokenResponses`` broken or silent
/// responses, or ``RoutingLimits/probesDown`` probes in a row fail. Out: for at least the ejection's length, which doubles with
/// each ejection, and until ``RoutingLimits/probesUp`` probes (or requests sent in panic) in a row pass. Back in, its share
/// grows over ``RoutingLimits/slowStart``.
struct ReplicaHealth: Equatable, Sendable {
    private var isOut = false
    private var serverErrors: UInt8 = 0
    private var brokenResponses: UInt8 = 0
    private var failedProbes: UInt8 = 0
    private var passes: UInt8 = 0
    /// Ejections since it was last healthy for ``RoutingLimits/ejectionMemory``.
    private(set) var ejections: UInt8 = 0
    /// When the ejection's length is over, and when the last pass that was needed came.
    private var until = Moment.origin
    private var passed = Moment.origin
    /// When it came in: the slow start counts from here.
    private var cameIn: Moment

    init(since now: Moment) { cameIn = now }

    func isEjected(at now: Moment) -> Bool { isOut && !(isProven && now >= returning) }

    /// The share of its load a replica takes while it comes in slowly, ``RoutingLimits/slowStartFloor`` to 1.
    func weight(at now: Moment) -> Double {
        let start = isOut && isProven ? returning : cameIn
        let elapsed = Double(now.nanoseconds - start.nanoseconds)
        let ramp = Self.slowStartNanoseconds
        return elapsed >= ramp ? 1 : max(RoutingLimits.slowStartFloor, elapsed / ramp)
    }

    /// Each failure returns whether it ejected the replica just now.
    mutating func connectionFailed(at now: Moment) -> Bool { eject(at: now) }

    mutating func responseFailed(_ failure: RouterEvent.ResponseFailure, at now: Moment) -> Bool {
        settle(at: now)
        if isOut { return eject(at: now) }
        switch failure {
        case .serverError:
            serverErrors += 1
            return serverErrors >= RoutingLimits.serverErrors && eject(at: now)
        case .broken, .timeout:
            brokenResponses += 1
            return brokenResponses >= RoutingLimits.brokenResponses && eject(at: now)
        }
    }

    mutating func probeFailed(_ failure: RouterEvent.ProbeFailure, at now: Moment) -> Bool {
        settle(at: now)
        passes = 0
        if failure == .refused { return eject(at: now) }
        failedProbes = min(failedProbes + 1, UInt8(RoutingLimits.probesDown))
        return failedProbes >= RoutingLimits.probesDown && eject(at: now)
    }

    mutating func probePassed(at now: Moment) {
        settle(at: now)
        failedProbes = 0
        countPass(at: now)
    }

    mutating func responded(at now: Moment) {
        settle(at: now)
        serverErrors = 0
        brokenResponses = 0
        countPass(at: now)
    }

    private var isProven: Bool { passes >= RoutingLimits.probesUp }
    private var returning: Moment { max(until, passed) }

    private mutating func countPass(at now: Moment) {
        guard isOut, !isProven else { return }
        passes += 1
        passed = now
    }

    /// Makes a return that time alone completed official.
    private mutating func settle(at now: Moment) {
        guard isOut, !isEjected(at: now) else { return }
        let start = returning
        self = ReplicaHealth(since: start, ejections: ejections)
    }

    private init(since start: Moment, ejections: UInt8) {
        cameIn = start
        self.ejections = ejections
    }

    /// Failures while out only undo what passes had proven; they do not lengthen the ejection.
    private mutating func eject(at now: Moment) -> Bool {
        settle(at: now)
        passes = 0
        guard !isOut else { return false }
        if now.since(cameIn) > RoutingLimits.ejectionMemory { ejections = 0 }
        var length = RoutingLimits.baseEjection
        for _ in 0..<ejections where length < RoutingLimits.maximumEjection { length = length * 2 }
        isOut = true
        until = now.advanced(by: min(length, RoutingLimits.maximumEjection))
        ejections = ejections == .max ? .max : ejections + 1
        (serverErrors, brokenResponses, failedProbes) = (0, 0, 0)
        return true
    }

    private static let slowStartNanoseconds = RoutingLimits.slowStart.seconds * 1e9
}
