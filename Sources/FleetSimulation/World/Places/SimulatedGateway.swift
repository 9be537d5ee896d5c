import FleetModel
import FleetRouting

/// One gateway of a world: the production view and one router, and what its event loop counts.
struct SimulatedGateway {
    /// What it counted of one workload, and who waits.
    struct Desk {
        var index: WorkloadIndex?
        var facts: RequestFacts?
        var demand = WorkloadDemand()
        /// Where requests are a fluid.
        var flow = DeskFlow()
        var lastServed: Int64 = .min
        /// Requests that wait for a replica, the oldest first.
        var waiting = RequestLine()
        /// Requests sent, in order, until their first byte may be overdue.
        var sent = RequestLine()
    }

    let name: GatewayName
    var view: FleetView
    var router: Router
    var table: RoutingTable?
    var isDown = false
    /// By workload of the world.
    var desks: [Desk]
    /// By slot of its table: the world's replica, -1 where there is none.
    var replicaOfSlot: [Int32] = []
    /// By plane index of its table.
    var planeOf: [Int] = []
    var snapshot: SnapshotVersion?
    /// What its disk holds.
    var savedSnapshot: RoutingSnapshot?

    init(name: GatewayName, seed: UInt64, workloads: Int) {
        self.name = name
        view = FleetView(gateway: name)
        router = Router(seed: seed, prefixBlocks: 1)
        desks = [Desk](repeating: Desk(), count: workloads)
    }

    /// What it tells the control plane: as a live gateway does.
    ///
    /// - Parameter workloads: names by workload of the world.
    func report(_ workloads: [WorkloadName]) -> GatewayReport {
        var demand: [String: WorkloadDemand] = [:]
        for (index, desk) in desks.enumerated() where desk.demand.arrived > 0 { demand[workloads[index].rawValue] = desk.demand }
        return GatewayReport(
            gateway: name, snapshot: snapshot, address: "127.0.0.1:80", isReady: table != nil, roundTripMilliseconds: [:],
            requests: demand.mapValues { $0.succeeded + $0.failed }, pid: 1, demand: demand)
    }
}

/// Requests in the order they came, given up from the front: one array and where it begins.
struct RequestLine {
    struct Entry {
        var request: Int32
        var birth: UInt32
        var time: Int64
    }

    private var entries: ContiguousArray<Entry> = []
    private var head = 0

    var count: Int { entries.count - head }
    var first: Entry? { head < entries.count ? entries[head] : nil }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    mutating func removeFirst() {
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1_024, head * 2 >= entries.count {
            entries.removeFirst(head)
            head = 0
        }
    }

    mutating func removeAll() -> [Entry] {
        let all = Array(entries[head...])
        entries.removeAll(keepingCapacity: true)
        head = 0
        return all
    }
}
