import FleetModel

/// One run of one replica, or the wait for its next run.
struct Replica: Equatable, Sendable {
    /// What happens once the process has ended.
    enum Ending: Equatable, Sendable {
        /// Its place is given up.
        case leave
        /// It is started again as a new incarnation, after a wait.
        case restart
    }

    /// Whether its work was saved before it is stopped.
    enum Checkpoint: Equatable, Sendable {
        case asked, saved, failed
    }

    let id: ReplicaID
    let shared: SharedSpecification
    var specification: ReplicaSpecification { shared.value }
    /// Accelerators held, from the start until the process has ended and its place is given up.
    let devices: [Int]
    /// How long it may finish its requests.
    let drain: Duration
    /// Held while a process may listen on it.
    var port: Int?
    var pid: Int32?
    var state = ReplicaReport.State.starting
    var stateSince: Moment
    var reason = ""
    /// Times its place was started again after a failure, and failures in a row.
    var restarts: Int
    var failures: Int
    let startedAt: Moment
    var isStarted = false
    var firstReadyAt: Moment?

    var passedProbes = 0
    var failedProbes = 0
    /// Nil while one is under way.
    var nextProbe: Moment?
    var nextMeasure: Moment?
    var load: ReplicaLoad?
    var onward = Duration.zero

    var ending: Ending?
    /// While draining: told to stop not before the first and at the latest at the second.
    var noticeUntil: Moment?
    var drainDeadline: Moment?
    var checkpoint: Checkpoint?
    var isStopping = false
    var killAt: Moment?
    /// While backing off.
    var retryAt: Moment?
    /// True once the wait is over and no port was free.
    var awaitsAddress = false

    /// - Parameter shared: the order's specification.
    init(
        order: StartOrder, shared: SharedSpecification, drain: Duration, restarts: Int, failures: Int, now: Moment
    ) {
        id = order.id
        self.shared = shared
        devices = order.devices
        self.drain = drain
        port = order.port
        stateSince = now
        startedAt = now
        self.restarts = restarts
        self.failures = failures
    }

    /// Counts towards the wanted number: everything but what was told to leave.
    var isActive: Bool { ending != .leave }

    mutating func enter(_ state: ReplicaReport.State, reason: String, now: Moment) {
        self.state = state
        self.reason = reason
        stateSince = now
    }

    /// How much would be lost with it: less is given up first.
    var worth: Int {
        switch state {
        case .gone: 0
        case .backingOff: 1
        case .draining: 2
        case .starting: 3
        case .unready: 4
        case .ready: 5
        }
    }
}
