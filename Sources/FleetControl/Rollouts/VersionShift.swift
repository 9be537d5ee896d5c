import FleetModel

/// Moves replicas of one workload from one version to another, over all its pools, within a surge and a minimum healthy share.
///
/// The steps are those of the Kubernetes Deployment controller (`rolling.go`): the rising version grows while all
/// replicas together stay
/// below wanted + surge; the falling one shrinks by what is ready beyond wanted − unavailable, its replicas that do
/// not serve first.
/// What a plane was told and has not reported yet counts as done to the worst effect, so that two planes never give way for
/// the same replica.
struct VersionShift: Equatable {
    struct Side: Equatable {
        /// Replicas the plane was told to run.
        var told = 0
        /// Replicas that are ready, by its newest report.
        var ready = 0

        /// Ready replicas that stay whatever the plane makes of what it was told: it ends those that do not serve first.
        var serving: Int { min(told, ready) }
    }

    struct Pool: Equatable {
        let key: PoolKey
        /// By the placement.
        let wanted: Int
        /// Accelerators of a replica of the rising and of the falling version.
        let size: (rising: Int, falling: Int)
        /// Its plane cannot be told anything now: it is left as it is and counts for nothing.
        let isFrozen: Bool
        /// Its plane has no accelerators of ours.
        let isUnbounded: Bool
        var rising = Side()
        var falling = Side()

        var told: Int { rising.told + falling.told }

        static func == (left: Self, right: Self) -> Bool {
            left.key == right.key && left.wanted == right.wanted && left.size == right.size && left.isFrozen == right.isFrozen
                && left.isUnbounded == right.isUnbounded && left.rising == right.rising && left.falling == right.falling
        }
    }

    struct Goal: Equatable {
        var rising: Int
        var falling: Int
        /// What may be left of the falling version where the rising one has no room beside it.
        var fallingAtLeast: Int
        var surge: Int
        var unavailable: Int
        /// Replicas that ``unavailable`` is taken from: those wanted, or fewer where the two versions differ in size.
        var healthyBase: Int
        /// Where nothing has room for one more, one may be missing instead.
        var mayMakeRoom: Bool
        /// Whether the falling version's replicas serve: else their end costs nothing.
        var fallingServes = true
    }

    private(set) var pools: [Pool]
    /// The rising version waits for room.
    private(set) var lacksRoom = false

    /// Whose replicas these are: classes share no node.
    private let workloadClass: Workload.Class

    init(_ pools: [Pool], of workloadClass: Workload.Class) {
        self.pools = pools
        self.workloadClass = workloadClass
    }

    /// Replicas wanted in pools whose planes listen.
    static func wanted(_ pools: [Pool]) -> Int { pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.wanted) } }

    /// - Parameter ledger: what is free beside everything that planes were told.
    mutating func run(_ goal: Goal, room ledger: inout PoolLedger) {
        let wanted = Self.wanted(pools)
        let most = wanted + goal.surge
        lacksRoom = !raise(\.rising, size: \.rising, to: goal.rising, most: most, &ledger)
        _ = raise(\.falling, size: \.falling, to: goal.falling, most: most, &ledger)
        var (unavailable, falling) = (goal.unavailable, goal.falling)
        if lacksRoom {
            if goal.mayMakeRoom { unavailable = max(1, unavailable) }
            if unavailable > 0 { falling = min(falling, goal.fallingAtLeast) }
        }
        lower(\.falling, to: falling, floor: goal.fallingServes ? goal.healthyBase - unavailable : nil)
        lower(\.rising, to: goal.rising, floor: goal.healthyBase - unavailable)
    }

    private func sum(_ side: KeyPath<Pool, Side>) -> Int {
        pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1[keyPath: side].told) }
    }

    /// False where room was missing.
    private mutating func raise(
        _ side: WritableKeyPath<Pool, Side>, size: KeyPath<(rising: Int, falling: Int), Int>, to goal: Int, most: Int,
        _ ledger: inout PoolLedger
    ) -> Bool {
        var total = pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.told) }
        while sum(side) < goal, total < most {
            let open = pools.indices.filter { !pools[$0].isFrozen && pools[$0][keyPath: side].told < pools[$0].wanted }
            // Where the most are missing; of equals, where the placement left a place.
            let order = open.sorted { left, right in
                let (first, second) = (pools[left], pools[right])
                let (one, other) = (first.wanted - first[keyPath: side].told, second.wanted - second[keyPath: side].told)
                if one != other { return one > other }
                let (free, otherFree) = (first.wanted - first.told, second.wanted - second.told)
                return free != otherFree ? free > otherFree : left < right
            }
            let found = order.first { index in
                let pool = pools[index]
                return pool.isUnbounded || ledger.take(pool.size[keyPath: size], for: workloadClass, from: pool.key)
            }
            guard let found else { return open.isEmpty }
            pools[found][keyPath: side].told += 1
            total += 1
        }
        return true
    }

    /// - Parameter floor: ready replicas that must stay, of both versions; nil where this one's count for nothing.
    private mutating func lower(_ side: WritableKeyPath<Pool, Side>, to goal: Int, floor: Int?) {
        var spare =
            floor.map { floor in
                pools.reduce(0) { $0 + ($1.isFrozen ? 0 : $1.rising.serving + $1.falling.serving) } - floor
            } ?? .max
        while sum(side) > goal {
            let open = pools.indices.filter { !pools[$0].isFrozen && pools[$0][keyPath: side].told > 0 }
            func rank(_ index: Int) -> (Int, Int, Int) {
                let pool = pools[index]
                let isIdle = pool[keyPath: side].told > pool[keyPath: side].ready
                return (isIdle ? 0 : 1, pool.wanted - pool.told, -pool[keyPath: side].told)
            }
            guard let first = open.min(by: { rank($0) != rank($1) ? rank($0) < rank($1) : $0 < $1 }) else { return }
            let serves = pools[first][keyPath: side].told <= pools[first][keyPath: side].ready
            if serves {
                guard spare > 0 else { return }
                spare -= 1
            }
            pools[first][keyPath: side].told -= 1
        }
    }
}
