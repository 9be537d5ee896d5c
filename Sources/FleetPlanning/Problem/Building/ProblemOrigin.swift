package import FleetModel

/// Where the parts of a problem come from in its fleet, for reports: what the problem itself, being names and numbers, cannot say.
package struct ProblemOrigin: Equatable, Sendable {
    /// For each UTC hour of the day (24 entries) or of the week (168, from Monday 00:00) its block, as a position in the problem's
    /// `blocks`: what a `PlacementPlan` needs.
    package var hours: [Int] = []
    /// By the problem's name for them.
    package var users: [Users] = []
    package var prices: [Price] = []
    package var leftOut: [LeftOutPool] = []
    /// Pools of the problem that cannot run a workload, and why.
    package var mismatches: [Mismatch] = []
    package var roundTrips: [Path] = []
    package var unknowns: [Unknown] = []
    package var notes: [Note] = []

    package init() {}

    /// An origin of the problem.
    package struct Users: Equatable, Sendable {
        /// In the problem.
        package var name: String
        /// In the fleet: `from`.
        package var place: String
        /// Nil for users whose place nobody declared.
        package var location: Location?
        /// The workloads they ask for.
        package var workloads: [WorkloadName]

        package init(name: String, place: String, location: Location?, workloads: [WorkloadName]) {
            (self.name, self.place, self.location, self.workloads) = (name, place, location, workloads)
        }
    }

    /// What a node-hour of a pool was taken to cost.
    package struct Price: Equatable, Sendable {
        package enum Source: Equatable, Sendable {
            /// Paid for already.
            case owned
            /// The fleet says so.
            case declared
            /// The catalogue's list price, with its date.
            case quoted(Quote)
        }

        package var plane: String
        package var pool: String
        package var usdPerNodeHour: Double
        package var source: Source

        package init(plane: String, pool: String, usdPerNodeHour: Double, source: Source) {
            (self.plane, self.pool, self.usdPerNodeHour, self.source) = (plane, pool, usdPerNodeHour, source)
        }
    }

    package struct Mismatch: Equatable, Sendable {
        package var workload: String
        package var plane: String
        package var pool: String
        package var because: String

        package init(workload: String, plane: String, pool: String, because: String) {
            (self.workload, self.plane, self.pool, self.because) = (workload, plane, pool, because)
        }
    }

    /// The way requests were taken to go from an origin to a plane.
    package struct Path: Equatable, Sendable {
        package enum Basis: String, Sendable {
            case measured
            /// One leg measured, one estimated.
            case partlyMeasured = "partly measured"
            /// From great-circle distance.
            case estimated
        }

        package var origin: String
        package var plane: String
        /// Nil where the fleet declares no gateway.
        package var gateway: GatewayName?
        package var milliseconds: Double
        package var basis: Basis

        package init(origin: String, plane: String, gateway: GatewayName?, milliseconds: Double, basis: Basis) {
            (self.origin, self.plane, self.gateway) = (origin, plane, gateway)
            (self.milliseconds, self.basis) = (milliseconds, basis)
        }
    }

    /// What the problem says otherwise than the fleet: reports must say so.
    package enum Note: Equatable, Sendable, CustomStringConvertible {
        /// Active-passive: `primary` is the kind of place that serves alone, region or provider.
        case standsBy(workload: String, share: Share, primary: String)

        package var description: String {
            switch self {
            case .standsBy(let workload, let share, let primary):
                "workload \(workload) is active-passive: \(share.text) of its demand is planned to be left by the loss of any "
                    + "\(primary); that one \(primary) serves alone is for the control plane, and the plan may spread it"
            }
        }
    }

    /// A figure nobody gave. The problem counts it as 0, so a plan's cost leaves it out: reports must say so.
    package enum Unknown: Equatable, Sendable, CustomStringConvertible {
        case egressPrice(plane: String)
        case egressPerRequest(workload: String)
        case interruptions(plane: String, pool: String)
        /// Reclaims are known, the time until a node is replaced is not.
        case replacementTime(plane: String, pool: String)

        package var description: String {
            switch self {
            case .egressPrice(let plane):
                "plane \(plane): the price of data leaving it is unknown and not counted; add egress: … USD/GiB"
            case .egressPerRequest(let workload):
                "workload \(workload): the size of an answer is unknown, so data leaving for users is not counted; add "
                    + "egressPerRequest: … KiB"
            case .interruptions(let plane, let pool):
                "pool \(plane)/\(pool): how often spot nodes are reclaimed is unknown and not counted; add interruptions: … %/h"
            case .replacementTime(let plane, let pool):
                "pool \(plane)/\(pool): how long a reclaimed node takes to be replaced is unknown, so reclaims cost no throughput; "
                    + "add replacementTime: … m"
            }
        }
    }
}
