import FleetModel

/// What became of one workload's replicas in each pool, from what planes report: ready, starting, taken back, refused.
///
/// What was taken back or refused since the last look is the difference of what a plane counts since its start
/// (``PoolHistory``); a plane that started anew begins to count anew, and nothing is concluded from that. A node that is announced
/// to be taken counts from the announcement, once. Where a plane does not start and stop nodes itself, a replica that is gone
/// without having been told to go counts as taken back. What is asked for and not answered for ``patience`` counts as refused.
///
/// An endpoint plane opens one forwarder however many replicas are counted on there: once it is ready all of them are. It refuses
/// nothing and nothing is taken from it.
struct PoolWatch: Equatable, Sendable {
    typealias Key = PoolKey

    /// How long what was asked for may stay unanswered before it counts as refused: cloud APIs answer in seconds.
    static let patience = Duration.seconds(30)

    struct Sight: Equatable, Sendable {
        var ready = 0
        /// Since when those are starting that are not ready, oldest first.
        var starting: [Moment] = []
        var reclaimed = 0
        var refused = 0
        /// Asked for and neither started nor refused.
        var asked = 0

        var held: Int { ready + starting.count }
    }

    private struct Mark: Equatable, Sendable {
        var planeStart: UInt64
        var history: PoolHistory?
        var reclaiming: Set<Int> = []
        var held = 0
    }

    private struct Ask: Equatable, Sendable {
        var count: Int
        /// When more were last asked for than there were.
        var raisedAt: Moment
    }

    private var marks: [Key: Mark] = [:]
    private var asks: [Key: Ask] = [:]
    private(set) var sights: [Key: Sight] = [:]
    /// Pools of endpoint planes.
    private var endpoints: Set<Key> = []

    /// Whether more was asked for than is there: an answer or its lack is still to come.
    var isWaiting: Bool {
        asks.contains { key, ask in !endpoints.contains(key) && ask.count > sights[key]?.held ?? 0 }
    }

    /// Looks at what planes said last.
    mutating func look(_ workload: Workload, _ fleet: Fleet, _ reports: [PlaneName: PlaneHeard], now: Moment) {
        var declared: Set<Key> = []
        (sights, endpoints) = ([:], [])
        for plane in fleet.planes {
            let heard = reports[plane.name]
            for pool in plane.pools {
                guard case .runs(let profile) = workload.replica.match(pool) else { continue }
                let key = Key(plane: plane.name, pool: pool.name)
                declared.insert(key)
                guard plane.driver == .local else {
                    endpoints.insert(key)
                    sights[key] = forwarded(key, workload.name, heard, now: now)
                    continue
                }
                let perNode = max(1, pool.acceleratorsPerNode / max(1, profile.accelerators))
                var sight = heard.map { read(key, workload.name, perNode: perNode, $0, now: now) } ?? Sight()
                settleAsks(key, &sight, heard, perNode: perNode, now: now)
                sights[key] = sight
            }
        }
        marks = marks.filter { declared.contains($0.key) }
        asks = asks.filter { declared.contains($0.key) }
    }

    /// Remembers what is asked for from now on.
    mutating func note(_ counts: [Key: Int], now: Moment) {
        for (key, count) in counts {
            let before = asks[key]?.count ?? 0
            asks[key] = Ask(count: count, raisedAt: count > before ? now : asks[key]?.raisedAt ?? now)
        }
        for key in asks.keys where counts[key] == nil { asks[key]?.count = 0 }
    }

    /// Replicas asked for at the last decision; nil before the first.
    func asked(_ key: Key) -> Int? { asks[key]?.count }

    /// What a forwarder makes of the replicas that are counted on: all are as it is. It is of the first pool that is wanted, and
    /// speaks for every pool of its plane.
    private func forwarded(_ key: Key, _ workload: WorkloadName, _ heard: PlaneHeard?, now: Moment) -> Sight {
        let forwarders = (heard?.report.replicas ?? []).filter { $0.id.workload == workload }
        let count = asks[key]?.count ?? (forwarders.contains { $0.pool == key.pool } ? 1 : 0)
        if forwarders.contains(where: { $0.state == .ready }) { return Sight(ready: count) }
        let starting = forwarders.filter { $0.state == .starting || $0.state == .unready || $0.state == .backingOff }
        let since = starting.map { Self.moment(agedMilliseconds: $0.stateAgeMilliseconds, heard: heard?.age ?? .zero, now: now) }
        guard let first = since.min() else { return Sight() }
        return Sight(starting: Array(repeating: first, count: count))
    }

    /// Reads what a plane says of one pool.
    private mutating func read(
        _ key: Key, _ workload: WorkloadName, perNode: Int, _ heard: PlaneHeard, now: Moment
    ) -> Sight {
        var sight = Sight()
        var draining = 0
        for replica in heard.replicas(of: workload, in: key.pool) {
            switch replica.state {
            case .ready: sight.ready += 1
            case .starting, .unready, .backingOff:
                sight.starting.append(
                    Self.moment(agedMilliseconds: replica.stateAgeMilliseconds, heard: heard.age, now: now))
            case .draining: draining += 1
            case .gone: break
            }
        }
        sight.starting.sort()
        let history = heard.report.history?.first { $0.pool == key.pool }
        let reclaiming = Set(heard.nodes(in: key.pool).filter { $0.state == .reclaiming }.map(\.index))
        judge(key, &sight, heard.report.planeStart, history, reclaiming, perNode: perNode, draining: draining)
        if let mark = marks[key], mark.planeStart != heard.report.planeStart || sight.held < mark.held {
            // What is missing now is asked for anew.
            asks[key]?.raisedAt = now
        }
        marks[key] = Mark(
            planeStart: heard.report.planeStart, history: history, reclaiming: reclaiming, held: sight.held)
        return sight
    }

    /// Tells what was asked for and is not there: on its way, or not to be had.
    private mutating func settleAsks(_ key: Key, _ sight: inout Sight, _ heard: PlaneHeard?, perNode: Int, now: Moment) {
        guard let ask = asks[key], ask.count > sight.held else { return }
        var missing = ask.count - sight.held
        // A node that is being launched was granted: it is for whoever waits for it.
        if let heard {
            for node in heard.nodes(in: key.pool) where node.state == .launching && missing > 0 {
                let since = Self.moment(agedMilliseconds: node.stateAgeMilliseconds, heard: heard.age, now: now)
                sight.starting += Array(repeating: since, count: min(missing, perNode))
                missing -= min(missing, perNode)
            }
        }
        sight.starting.sort()
        sight.refused = min(sight.refused, max(1, missing))
        // After a loss or refusal it is to be decided anew whether to ask here.
        guard missing > 0, sight.refused == 0, sight.reclaimed == 0 else { return }
        if now.since(ask.raisedAt) < Self.patience {
            sight.asked = missing
        } else {
            sight.refused = missing
            asks[key]?.raisedAt = now
        }
    }

    private static func moment(agedMilliseconds: Double, heard: Duration, now: Moment) -> Moment {
        let age = heard.milliseconds + max(0, agedMilliseconds)
        return now.advanced(by: .nanoseconds(-Int64(min(age, oldest) * 1e6)))
    }

    /// Finds what was lost and refused since the last look.
    private func judge(
        _ key: Key, _ sight: inout Sight, _ planeStart: UInt64, _ history: PoolHistory?, _ reclaiming: Set<Int>, perNode: Int,
        draining: Int
    ) {
        guard let mark = marks[key], mark.planeStart == planeStart else { return }
        let ordered = asks[key]?.count ?? mark.held
        guard let history, let before = mark.history else {
            let expected = min(mark.held, ordered)
            sight.reclaimed = max(0, expected - sight.held - draining)
            return
        }
        func risen(_ counter: KeyPath<PoolHistory, UInt64>) -> Int {
            let (now, then) = (history[keyPath: counter], before[keyPath: counter])
            return now > then ? Int(min(now - then, Self.mostCounted)) : 0
        }
        let announced = reclaiming.subtracting(mark.reclaiming).count
        let gone = mark.reclaiming.subtracting(reclaiming).count
        let lost = announced + max(0, risen(\.reclaimed) - gone)
        if lost > 0 { sight.reclaimed = min(mark.held, lost * perNode) }
        if risen(\.refused) > 0 { sight.refused = max(0, ordered - sight.held) }
    }

    /// More nodes than any pool has: what a plane counts beyond it says nothing more.
    private static let mostCounted: UInt64 = 1_000_000
    /// Milliseconds beyond which an age says nothing more: a year.
    private static let oldest = 3.2e10
}

/// What a plane said last, and how long ago, sorted for those who look at one pool after the other.
struct PlaneHeard: Equatable, Sendable {
    private struct Slot: Hashable, Sendable {
        var workload: WorkloadName
        var pool: PoolName
    }

    let report: PlaneReport
    let age: Duration
    private let replicas: [Slot: [Int]]
    private let nodes: [PoolName: [Int]]

    init(report: PlaneReport, age: Duration) {
        (self.report, self.age) = (report, age)
        replicas = Self.grouped(report.replicas) {
            $0.id.workload == $1.id.workload && $0.pool == $1.pool
        } by: {
            Slot(workload: $0.id.workload, pool: $0.pool)
        }
        nodes = Self.grouped(report.nodes ?? []) {
            $0.pool == $1.pool
        } by: {
            $0.pool
        }
    }

    /// Positions by key, in order. Neighbours mostly have the same, which costs less to see than to look up.
    private static func grouped<Entry, Key: Hashable>(
        _ entries: [Entry], areSame: (Entry, Entry) -> Bool, by key: (Entry) -> Key
    ) -> [Key: [Int]] {
        var groups: [Key: [Int]] = [:]
        var first = 0
        for index in entries.indices.dropFirst() where !areSame(entries[first], entries[index]) {
            groups[key(entries[first]), default: []] += first..<index
            first = index
        }
        if first < entries.count { groups[key(entries[first]), default: []] += first..<entries.count }
        return groups
    }

    func replicas(of workload: WorkloadName, in pool: PoolName) -> some Sequence<ReplicaReport> {
        (replicas[Slot(workload: workload, pool: pool)] ?? []).lazy.map { report.replicas[$0] }
    }

    func nodes(in pool: PoolName) -> some Sequence<NodeReport> {
        let reported = report.nodes ?? []
        return (nodes[pool] ?? []).lazy.map { reported[$0] }
    }
}
