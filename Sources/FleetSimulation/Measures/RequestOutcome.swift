/// Why a request was not answered.
package enum RequestLoss: UInt8, CaseIterable, Sendable {
    /// No replica was ready in time.
    case noReplica
    /// Every replica was full, or too many waited already.
    case overloaded
    case fenced
    case snapshotTooOld
    case unknownModel
    /// Sent as often as it may be; none answered.
    case upstreamFailed
    /// Its replica ended while it answered.
    case brokenOff
    /// No first byte in time.
    case timedOut
    /// Its gateway was lost with it, or none was there.
    case gatewayLost

    /// Refused: turned away by a gateway. Else it failed.
    package var isRefusal: Bool {
        switch self {
        case .noReplica, .overloaded, .fenced, .snapshotTooOld, .unknownModel: true
        case .upstreamFailed, .brokenOff, .timedOut, .gatewayLost: false
        }
    }

    package var code: String {
        switch self {
        case .noReplica: "no-replica"
        case .overloaded: "overloaded"
        case .fenced: "fenced"
        case .snapshotTooOld: "snapshot-too-old"
        case .unknownModel: "unknown-model"
        case .upstreamFailed: "upstream-failed"
        case .brokenOff: "broken-off"
        case .timedOut: "timed-out"
        case .gatewayLost: "gateway-lost"
        }
    }
}

/// What became of the requests of one workload. Amounts, for a fluid has fractions of requests.
package struct RequestTally: Equatable, Sendable {
    package var arrived = 0.0
    package var answered = 0.0
    /// By ``RequestLoss``.
    package var lost = [Double](repeating: 0, count: RequestLoss.allCases.count)
    /// From the client's sending to the first token, and to the last, at the client.
    package var firstToken = LatencyDistribution()
    package var total = LatencyDistribution()

    package init() {}

    package subscript(loss: RequestLoss) -> Double {
        get { lost[Int(loss.rawValue)] }
        set { lost[Int(loss.rawValue)] = newValue }
    }

    package var failed: Double { RequestLoss.allCases.filter { !$0.isRefusal }.reduce(0) { $0 + self[$1] } }
    package var refused: Double { RequestLoss.allCases.filter(\.isRefusal).reduce(0) { $0 + self[$1] } }
    package var ended: Double { lost.reduce(answered, +) }
    /// Share of the requests that ended which were answered; 1 where none did.
    package var availability: Double { ended > 0 ? answered / ended : 1 }

    package mutating func merge(_ other: RequestTally) {
        arrived += other.arrived
        answered += other.answered
        for index in lost.indices { lost[index] += other.lost[index] }
        firstToken.merge(other.firstToken)
        total.merge(other.total)
    }
}
