/// Where one request was sent already and how that ended. Fixed size: the data path keeps it inline per request.
package struct AttemptHistory: Equatable, Sendable {
    package enum Failure: Equatable, Sendable {
        /// No byte went through: refused, unreachable, reset before a byte, or no connection in time.
        case connection
        /// A 5xx, or a response that broke or never began.
        case response
    }

    /// Most attempts remembered, and so the most a route may ask for.
    package static let capacity = 8

    /// Slots of the replicas tried, -1 where there is none.
    private var slots = SIMD8<Int32>(repeating: -1)
    private var births = SIMD8<UInt32>(repeating: 0)
    private var planes = SIMD8<Int32>(repeating: -1)
    /// 2 for each connection failure and 1 for each response failure, by attempt.
    private var weights = SIMD8<Int32>(repeating: 0)
    /// Attempts that failed.
    package private(set) var count = 0

    package init() {}

    /// Notes a failed attempt. Beyond ``capacity`` the newest takes the last place.
    package mutating func record(_ replica: ReplicaHandle, plane: PlaneIndex, _ failure: Failure) {
        let place = min(count, Self.capacity - 1)
        slots[place] = replica.slot
        births[place] = replica.birth
        planes[place] = Int32(truncatingIfNeeded: plane.value)
        weights[place] = failure == .connection ? 2 : 1
        count += 1
    }

    package var isEmpty: Bool { count == 0 }

    package func contains(_ replica: ReplicaHandle) -> Bool {
        guard count > 0 else { return false }
        return any((slots .== replica.slot) .& (births .== replica.birth))
    }

    /// After one failed connection or two failures of any kind on a plane the request tries another plane first.
    package func suspects(_ plane: PlaneIndex) -> Bool {
        guard count > 0 else { return false }
        let hits = planes .== Int32(truncatingIfNeeded: plane.value)
        return weights.replacing(with: 0, where: .!hits).wrappedSum() >= 2
    }
}
