import FleetModel

/// The nodes of one pool: who holds them, since when, and what they cost.
struct SimulatedPool: Sendable {
    struct Node: Sendable {
        /// `stopped` is kept warm: it holds nothing and costs what the warm pool says.
        enum State: UInt8, Sendable { case absent, launching, ready, stopped }

        var state = State.absent
        /// Tells its holders apart: a late event about an earlier node at this place changes nothing.
        var birth: UInt32 = 0
        var grantedAt: Int64 = 0
        var readyAt: Int64 = 0
        /// Replicas on it.
        var replicas = 0
        /// Its provider said that it takes it.
        var isNoticed = false
        /// Its place stays empty until then.
        var blockedUntil: Int64 = .min
    }

    let plane: Int
    let declared: CapacityPool
    /// Nil where nobody knows.
    let usdPerNodeHour: Double?
    let launchNanoseconds: Int64

    var nodes: [Node]
    private(set) var held = 0
    private(set) var stopped = 0
    /// What the market has, what faults leave, and whether it grants any now.
    var supply = Int.max
    var left = Int.max
    var isRefusing = false
    private(set) var launched: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private(set) var reclaimed: UInt64 = 0
    /// Node time held so far, up to `countedTo`.
    private var nodeSeconds = 0.0
    private var stoppedSeconds = 0.0
    private var countedTo: Int64 = 0
    private var countedFrom: Int64 = 0

    /// Most nodes a pool is played with.
    static let nodeLimit = 20_000

    init(plane: Int, declared: CapacityPool, usdPerNodeHour: Double?, launchNanoseconds: Int64) {
        self.plane = plane
        self.declared = declared
        self.usdPerNodeHour = usdPerNodeHour
        self.launchNanoseconds = launchNanoseconds
        nodes = [Node](repeating: Node(), count: min(max(0, declared.maxNodes), Self.nodeLimit))
    }

    /// Nodes it can hold now.
    var limit: Int { min(nodes.count, supply, left) }

    /// When a node that its plane asked for will be there; nil where it is refused.
    mutating func launch(_ index: Int, takes: Duration, now: Int64) -> Int64? {
        guard nodes.indices.contains(index) else { return nil }
        guard !isRefusing, held < limit, nodes[index].blockedUntil <= now else {
            refused += 1
            return nil
        }
        count(to: now)
        if nodes[index].state == .stopped { stopped -= 1 }
        if nodes[index].state == .absent || nodes[index].state == .stopped {
            held += 1
            launched += 1
            nodes[index].birth += 1
        }
        nodes[index].state = .launching
        nodes[index].isNoticed = false
        nodes[index].grantedAt = now
        nodes[index].readyAt = now + takes.nanoseconds
        nodes[index].replicas = 0
        return nodes[index].readyAt
    }

    /// Its plane shuts it down and keeps it.
    mutating func stop(_ index: Int, now: Int64) {
        guard nodes.indices.contains(index), nodes[index].state != .absent, nodes[index].state != .stopped else { return }
        remove(index, now: now)
        nodes[index].state = .stopped
        stopped += 1
    }

    /// Its plane gives it back.
    mutating func release(_ index: Int, now: Int64) {
        guard nodes.indices.contains(index) else { return }
        if nodes[index].state == .stopped {
            count(to: now)
            stopped -= 1
            nodes[index].state = .absent
        } else if nodes[index].state != .absent {
            remove(index, now: now)
        }
    }

    /// When a node is, or will be, there; nil where it is refused. The bool says whether it was asked for by this call: in a pool
    /// whose nodes nobody launches, a replica brings its own.
    mutating func take(_ index: Int, now: Int64) -> (readyAt: Int64, isNew: Bool)? {
        guard nodes.indices.contains(index) else { return nil }
        if nodes[index].state == .launching || nodes[index].state == .ready {
            nodes[index].replicas += 1
            return (max(now, nodes[index].readyAt), false)
        }
        guard declared.isStanding, !isRefusing, held < limit, nodes[index].blockedUntil <= now else {
            refused += 1
            return nil
        }
        count(to: now)
        held += 1
        launched += 1
        nodes[index].state = .launching
        nodes[index].isNoticed = false
        nodes[index].birth += 1
        nodes[index].grantedAt = now
        nodes[index].readyAt = now + launchNanoseconds
        nodes[index].replicas = 1
        return (nodes[index].readyAt, true)
    }

    /// A replica on it ended; a node without one is given back.
    mutating func leave(_ index: Int, now: Int64) {
        guard nodes.indices.contains(index), nodes[index].state != .absent else { return }
        nodes[index].replicas -= 1
        if nodes[index].replicas <= 0, declared.isStanding { remove(index, now: now) }
    }

    /// Its provider takes it, or it breaks.
    mutating func lose(_ index: Int, blockedUntil: Int64 = .min, now: Int64) {
        guard nodes.indices.contains(index), nodes[index].state != .absent, nodes[index].state != .stopped else { return }
        nodes[index].blockedUntil = blockedUntil
        reclaimed += 1
        remove(index, now: now)
    }

    private mutating func remove(_ index: Int, now: Int64) {
        count(to: now)
        nodes[index].state = .absent
        nodes[index].replicas = 0
        held -= 1
    }

    /// Those beyond what it can hold now and not on their way out, the newest first.
    var surplus: [Int] {
        guard held > limit else { return [] }
        let standing = nodes.indices.filter {
            (nodes[$0].state == .launching || nodes[$0].state == .ready) && !nodes[$0].isNoticed
        }
        let newest = standing.sorted { (nodes[$0].grantedAt, $0) > (nodes[$1].grantedAt, $1) }
        return Array(newest.prefix(max(0, standing.count - max(0, limit))))
    }

    /// Its provider says that it takes it. False where it did before, or there is none.
    mutating func notice(_ index: Int) -> Bool {
        guard nodes.indices.contains(index), nodes[index].state == .launching || nodes[index].state == .ready,
            !nodes[index].isNoticed
        else { return false }
        nodes[index].isNoticed = true
        return true
    }

    /// Forgets what was held before now.
    mutating func beginCounting(now: Int64) {
        (nodeSeconds, stoppedSeconds, countedTo, countedFrom) = (0, 0, now, now)
        (launched, refused, reclaimed) = (0, 0, 0)
    }

    mutating func count(to now: Int64) {
        let span = Double(now - countedTo) / 1e9
        nodeSeconds += Double(held) * span
        stoppedSeconds += Double(stopped) * span
        countedTo = now
    }

    /// Hours of nodes held until `now`.
    mutating func nodeHours(now: Int64) -> Double {
        count(to: now)
        return nodeSeconds / 3_600
    }

    /// Hours that are paid for: reserved nodes all the time, whatever runs on them; owned ones never.
    mutating func paidHours(now: Int64) -> Double {
        if declared.owned { return 0 }
        return declared.tier == .reserved ? Double(nodes.count) * Double(now - countedFrom) / 3.6e12 : nodeHours(now: now)
    }

    /// What its nodes cost until `now`; nil where a price is not known of something that is paid for.
    mutating func usd(now: Int64) -> Double? {
        let (hours, stoppedHours) = (paidHours(now: now), stoppedSeconds / 3_600)
        guard let price = usdPerNodeHour else { return nil }
        guard stoppedHours > 0, !declared.owned else { return price * hours }
        return declared.usdPerHour(of: .stopped).map { price * hours + $0 * stoppedHours }
    }

    /// Nodes paid for at the moment.
    var paidNodes: Int { declared.owned ? 0 : declared.tier == .reserved ? nodes.count : held }
}
