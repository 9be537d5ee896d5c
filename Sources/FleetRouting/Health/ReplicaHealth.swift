import FleetModel

/// What probes and requests taught about one replica: in, or ejected until it proves itself. A plain value of fixed size.
///
/// In: until failed connections, 5xx, gateway failures or shallow probes in a row reach their ``HealthPolicy``'s number, or an
/// interval's figures stand out (``Router/judge(_:now:)``). Out: for at least the ejection's length, which doubles with each
/// ejection, and until enough probes (or requests sent in panic) in a row pass. Back in, its share grows by
/// ``SlowStartRamp``. Apart from that it is out while its deep probes say so.
struct ReplicaHealth: Equatable, Sendable {
    private var isOut = false
    private var isDeepOut = false
    private var serverErrors: UInt8 = 0
    private var gatewayFailures: UInt8 = 0
    private var localOriginFailures: UInt8 = 0
    private var failedProbes: UInt8 = 0
    /// Passes still missing while out.
    private var missing: UInt8 = 0
    /// Ejections since it was last healthy for ``RoutingLimits/ejectionMemory``.
    private(set) var ejections: UInt8 = 0
    /// When the ejection's length is over, and when the last pass that was needed came.
    private var until = Moment.origin
    private var passed = Moment.origin
    /// When it came in: the slow start counts from here.
    private var cameIn: Moment
    /// As its workload says now.
    var ramp: SlowStartRamp

    init(since now: Moment, ramp: SlowStartRamp = .standard) {
        cameIn = now
        self.ramp = ramp
    }

    @inline(__always)
    func isEjected(at now: Moment) -> Bool { isDeepOut || isOut && !(isProven && now >= returning) }

    /// The share of its load a replica takes while it comes in slowly, above 0 and up to 1.
    @inline(__always)
    func weight(at now: Moment) -> Double {
        let start = isOut && isProven ? returning : cameIn
        return ramp.share(elapsedNanoseconds: Double(now.nanoseconds - start.nanoseconds))
    }

    /// Begins its slow start anew.
    mutating func startSlowly(at now: Moment) {
        settle(at: now)
        if !isOut { cameIn = now }
    }

    // MARK: Failures. Each returns whether it ejected the replica just now.

    /// - Parameter mayEject: whether the workload's share of ejected replicas leaves room for one more.
    mutating func connectionFailed(_ policy: HealthPolicy, mayEject: Bool, at now: Moment) -> Bool {
        settle(at: now)
        if isOut { return eject(policy, at: now) }
        localOriginFailures = Self.increased(localOriginFailures)
        return localOriginFailures >= policy.localOriginFailures && mayEject && eject(policy, at: now)
    }

    mutating func responseFailed(
        _ failure: RouterEvent.ResponseFailure, _ policy: HealthPolicy, mayEject: Bool, at now: Moment
    ) -> Bool {
        settle(at: now)
        if isOut { return eject(policy, at: now) }
        switch failure {
        case .serverError: serverErrors = Self.increased(serverErrors)
        case .broken, .timeout: gatewayFailures = Self.increased(gatewayFailures)
        case .gatewayError:
            serverErrors = Self.increased(serverErrors)
            gatewayFailures = Self.increased(gatewayFailures)
        }
        let isOutlier = serverErrors >= policy.serverErrors || gatewayFailures >= policy.gatewayFailures
        return isOutlier && mayEject && eject(policy, at: now)
    }

    mutating func probeFailed(_ failure: RouterEvent.ProbeFailure, _ policy: HealthPolicy, at now: Moment) -> Bool {
        settle(at: now)
        if isOut { missing = policy.probesUp }
        if failure == .refused { return eject(policy, at: now) }
        failedProbes = Self.increased(failedProbes)
        return failedProbes >= policy.probesDown && eject(policy, at: now)
    }

    /// Its figures stood out over an interval.
    mutating func stoodOut(_ policy: HealthPolicy, at now: Moment) -> Bool { eject(policy, at: now) }

    // MARK: Passes

    mutating func probePassed(at now: Moment) {
        settle(at: now)
        failedProbes = 0
        countPass(at: now)
    }

    mutating func responded(at now: Moment) {
        settle(at: now)
        serverErrors = 0
        gatewayFailures = 0
        localOriginFailures = 0
        countPass(at: now)
    }

    /// Deep probes keep a count of their own and only tell where it leads.
    mutating func deepProbed(isHealthy: Bool, at now: Moment) -> Bool {
        settle(at: now)
        let wasOut = isDeepOut
        isDeepOut = !isHealthy
        if wasOut, isHealthy, !isOut { cameIn = now }
        return !wasOut && isDeepOut
    }

    private var isProven: Bool { missing == 0 }
    private var returning: Moment { max(until, passed) }

    private mutating func countPass(at now: Moment) {
        guard isOut, !isProven else { return }
        missing -= 1
        passed = now
    }

    /// Makes a return that time alone completed official.
    private mutating func settle(at now: Moment) {
        guard isOut, isProven, now >= returning else { return }
        var settled = ReplicaHealth(since: returning, ramp: ramp)
        settled.ejections = ejections
        settled.isDeepOut = isDeepOut
        self = settled
    }

    /// Failures while out only undo what passes had proven; they do not lengthen the ejection.
    private mutating func eject(_ policy: HealthPolicy, at now: Moment) -> Bool {
        settle(at: now)
        missing = policy.probesUp
        guard !isOut else { return false }
        if now.since(cameIn) > RoutingLimits.ejectionMemory { ejections = 0 }
        var length = policy.baseEjection
        for _ in 0..<ejections where length < policy.maximumEjection { length = length * 2 }
        isOut = true
        until = now.advanced(by: min(length, policy.maximumEjection))
        ejections = Self.increased(ejections)
        (serverErrors, gatewayFailures, localOriginFailures, failedProbes) = (0, 0, 0, 0)
        return true
    }

    private static func increased(_ count: UInt8) -> UInt8 { count == .max ? .max : count + 1 }
}
