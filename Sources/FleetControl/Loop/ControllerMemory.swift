package import FleetModel

/// What a loop learnt that no report tells again: kept for the process that comes after it.
///
/// Times are ages, for moments mean nothing in another process. The time between two processes counts towards what goes on
/// without a control plane (how long capacity has lasted, how long ago a plane was lost), and not towards what has to be watched
/// (how long a failed plane has been seen, how long a burst is over).
package struct ControllerMemory: Equatable, Sendable, Codable {
    /// Kept values of another version are not read.
    package static let version = 1
    /// Time between two processes beyond which it says nothing more, and any age with it.
    package static let longestAge = Duration.seconds(30 * 86_400)

    package struct Plane: Equatable, Sendable, Codable {
        package enum Phase: String, Sendable, Codable { case serving, failed, returning }

        package var plane: PlaneName
        package var phase: Phase
        /// Since it was lost; where it is failed.
        package var lostSeconds: Double?
        /// For how long it has been seen again; where it is failed and seen.
        package var seenSeconds: Double?
        /// Where it is returning.
        package var returningSeconds: Double?
        package var failures: Int
        package var failedSecondsAgo: Double?
        /// The observers' words; where it is failed.
        package var because: String?

        package init(
            plane: PlaneName, phase: Phase, lostSeconds: Double? = nil, seenSeconds: Double? = nil,
            returningSeconds: Double? = nil, failures: Int, failedSecondsAgo: Double? = nil, because: String? = nil
        ) {
            (self.plane, self.phase, self.failures) = (plane, phase, failures)
            (self.lostSeconds, self.seenSeconds) = (lostSeconds, seenSeconds)
            (self.returningSeconds, self.failedSecondsAgo) = (returningSeconds, failedSecondsAgo)
            self.because = because
        }
    }

    package struct Failover: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        package var secondsAgo: Double
        package var planes: [PlaneName]
        /// Replicas that could not be placed before the loss either.
        package var lacking: Double
        package var isOverdue: Bool

        package init(workload: WorkloadName, secondsAgo: Double, planes: [PlaneName], lacking: Double, isOverdue: Bool) {
            (self.workload, self.secondsAgo, self.planes, self.lacking, self.isOverdue) =
                (workload, secondsAgo, planes, lacking, isOverdue)
        }
    }

    package struct Panic: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        /// Since the threshold was last exceeded.
        package var seconds: Double
        /// The most there was in it.
        package var held: Int

        package init(workload: WorkloadName, seconds: Double, held: Int) {
            (self.workload, self.seconds, self.held) = (workload, seconds, held)
        }
    }

    /// What one workload learnt of the pools it buys from.
    package struct Buying: Equatable, Sendable, Codable {
        package struct Refusal: Equatable, Sendable, Codable {
            package var plane: PlaneName
            package var pool: PoolName
            package var limit: Int
            package var secondsAgo: Double
            package var memorySeconds: Double

            package init(plane: PlaneName, pool: PoolName, limit: Int, secondsAgo: Double, memorySeconds: Double) {
                (self.plane, self.pool, self.limit) = (plane, pool, limit)
                (self.secondsAgo, self.memorySeconds) = (secondsAgo, memorySeconds)
            }
        }

        package struct Market: Equatable, Sendable, Codable {
            /// Its first origin; empty where nothing is known of who asks.
            package var anchor: String
            package var planes: [PlaneName]
            /// By position in ``planes``.
            package var pools: [PoolName]
            package var hazard: ReclaimHazard.Kept
        }

        package var workload: WorkloadName
        package var refusals: [Refusal]
        package var markets: [Market]

        package init(workload: WorkloadName, refusals: [Refusal], markets: [Market]) {
            (self.workload, self.refusals, self.markets) = (workload, refusals, markets)
        }
    }

    package var version = ControllerMemory.version
    /// When it was taken.
    package var secondsSince1970: UInt64
    /// Sorted by name, as all lists here.
    package var planes: [Plane] = []
    package var failovers: [Failover] = []
    package var panics: [Panic] = []
    package var buying: [Buying] = []

    package init(secondsSince1970: UInt64) { self.secondsSince1970 = secondsSince1970 }

    package var isEmpty: Bool { planes.isEmpty && failovers.isEmpty && panics.isEmpty && buying.isEmpty }

    /// Whether another loop would begin elsewhere with this than with an older one: what must be kept at once.
    package func differs(from old: ControllerMemory) -> Bool {
        planes.map(\.standing) != old.planes.map(\.standing) || failovers.map(\.workload) != old.failovers.map(\.workload)
            || panics.map(\.workload) != old.panics.map(\.workload) || isEmpty != old.isEmpty
    }

    /// Between its being taken and now.
    func away(_ secondsSince1970: UInt64) -> Duration {
        guard secondsSince1970 > self.secondsSince1970 else { return .zero }
        return .seconds(Int64(min(secondsSince1970 - self.secondsSince1970, UInt64(Self.longestAge.components.seconds))))
    }
}

extension ControllerMemory.Plane {
    fileprivate var standing: String { "\(plane) \(phase.rawValue) \(failures)" }
}

extension Moment {
    /// So many seconds ago: a wrong age counts as none, a long one as the longest.
    func ago(_ seconds: Double, and more: Duration = .zero) -> Moment {
        let longest = ControllerMemory.longestAge.inSeconds
        let age = seconds.isFinite ? min(max(0, seconds), longest) : 0
        return advanced(by: .zero - .seconds(age) - more)
    }
}
