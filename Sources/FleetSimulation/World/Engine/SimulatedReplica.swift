import EngineTiming
import FleetModel

/// One replica that a plane told its driver to start.
struct SimulatedReplica {
    enum State: UInt8 {
        /// Its place in the array is free.
        case none
        /// Its node is being launched.
        case awaitingNode
        case running
        /// It was told to end, and finishes what it has.
        case stopping
        case ended
    }

    var state = State.none
    /// Tells the holders of one place in the array apart.
    var birth: UInt32 = 0
    var id: ReplicaID?
    var plane = 0
    var workload = 0
    var pool = 0
    var node = 0
    /// Where requests are played one by one.
    var engine: EngineTiming?
    /// When the queue holds an event for it; .max: not at all.
    var scheduled: Int64 = .max
    /// Where requests are a fluid.
    var flow = ReplicaFlow()
    var readyToAnswerAt: Int64 = 0

    var serves: Bool { state == .running || state == .stopping }
}

/// The state of one replica's share of a fluid.
struct ReplicaFlow {
    var curve = ServiceCurve()
    /// Requests that wait in its engine.
    var backlog = 0.0
    var running = 0.0
    /// Requests sent to it in this step.
    var arriving = 0.0
    /// Share of the requests in it whose first token is still to come.
    var unanswered = 0.0
    /// Seconds from taking a request up to its last token.
    var answerSeconds = 0.0
    /// Since when it is sent nothing more, and how many nanoseconds it needed then for what it had.
    var leaving: (at: Int64, needs: Int64)?

    /// Share of what it had then that it has answered since.
    func finished(now: Int64) -> Double {
        guard let leaving else { return 0 }
        return leaving.needs > 0 ? min(1, Double(now - leaving.at) / Double(leaving.needs)) : 1
    }
}
