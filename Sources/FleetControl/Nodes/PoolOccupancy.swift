import FleetModel

/// Which accelerators of one pool are held right now, by whom, and where one more replica finds room.
struct PoolOccupancy {
    private struct Held {
        var devices: Set<Int> = []
        var workloadClass: WorkloadClass?
    }

    private let pool: CapacityPool
    private let nodes: PoolNodes
    private var held: [Int: Held] = [:]

    init(nodes: PoolNodes, replicas: [Replica]) {
        pool = nodes.pool
        self.nodes = nodes
        for replica in replicas where replica.specification.pool == pool.name {
            for device in replica.devices where pool.acceleratorsPerNode > 0 {
                let node = device / pool.acceleratorsPerNode
                held[node, default: Held()].devices.insert(device)
                if held[node]?.workloadClass == nil { held[node]?.workloadClass = replica.specification.workloadClass }
            }
        }
    }

    /// Nodes that hold a replica.
    var heldNodes: Set<Int> { Set(held.keys) }

    /// Takes accelerators of one node: of the fullest open node that has them and holds no other class, so that large replicas
    /// find whole nodes later; else of an empty one, the warm ones last.
    func room(for specification: ReplicaSpecification) -> [Int]? {
        let count = specification.acceleratorsPerReplica
        let perNode = pool.acceleratorsPerNode
        guard count > 0, count <= perNode else { return nil }
        var best: (node: Int, free: Int)?
        for (node, taken) in held.sorted(by: { $0.key < $1.key }) {
            let free = perNode - taken.devices.count
            guard free >= count, nodes.isOpen(node), pool.mayShare(taken.workloadClass, specification.workloadClass),
                best.map({ free < $0.free }) ?? true
            else { continue }
            best = (node, free)
        }
        guard let node = best?.node ?? nodes.empty(besides: heldNodes) else { return nil }
        let taken = held[node]?.devices ?? []
        return Array((node * perNode..<(node + 1) * perNode).filter { !taken.contains($0) }.prefix(count))
    }

    /// How many nodes are needed beyond the open ones for what finds no room there.
    ///
    /// - Parameter waiting: the replicas that are to be started, the largest first.
    func lacking(for waiting: [ReplicaSpecification]) -> Int {
        guard !waiting.isEmpty else { return 0 }
        let perNode = pool.acceleratorsPerNode
        var bins: [(free: Int, workloadClass: WorkloadClass?)] = nodes.indices.filter { nodes.isOpen($0) }.map {
            (perNode - (held[$0]?.devices.count ?? 0), held[$0]?.workloadClass)
        }
        let open = bins.count
        for specification in waiting {
            let count = specification.acceleratorsPerReplica
            guard count > 0, count <= perNode else { continue }
            let fitting = bins.indices.filter {
                bins[$0].free >= count && pool.mayShare(bins[$0].workloadClass, specification.workloadClass)
            }
            if let best = fitting.min(by: { bins[$0].free < bins[$1].free }) {
                bins[best].free -= count
                bins[best].workloadClass = bins[best].workloadClass ?? specification.workloadClass
            } else {
                bins.append((perNode - count, specification.workloadClass))
            }
        }
        return bins.count - open
    }
}
