/// How one plane stands in one decision.
struct PlaneScore: Sendable {
    /// Position in the table's choices.
    var choice = 0
    /// Replicas that may be chosen.
    var available = 0
    /// Round trip, what lies behind the plane included, and that plus the predicted queue, milliseconds.
    var roundTrip = 0.0
    var predicted = 0.0
    /// The least pressure of its available replicas, for least-request balancing.
    var pressure = 0.0
    /// Neither drained nor suspect.
    var isPreferred = false
    /// Preference before any time is compared: lower goes first.
    var rank = Int.max
}

/// Which replicas a pass over the candidates considers; passes are made in this order.
enum Availability: UInt8, CaseIterable, Sendable {
    case healthyUntried, ejectedUntried, healthyTried, ejectedTried

    init(isEjected: Bool, isTried: Bool) {
        switch (isEjected, isTried) {
        case (false, false): self = .healthyUntried
        case (true, false): self = .ejectedUntried
        case (false, true): self = .healthyTried
        case (true, true): self = .ejectedTried
        }
    }

    var isEjected: Bool { self == .ejectedUntried || self == .ejectedTried }
}
