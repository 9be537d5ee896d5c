package import FleetControl
package import FleetModel
import FleetTransport
import Synchronization

/// Rehearses machines that are not there: a node takes the time its pool declares to come up, and that is all it does.
///
/// The local driver runs every replica on the machine the plane runs on; what it is given here is the life of nodes, so that
/// scaling, warm pools and reclaims play as they would in a cloud. Capacity is a file: `node-capacity.json` in the plane's folder,
/// `{"spot": 1}`, is the most nodes of a pool this driver has up at one time; a launch beyond it is refused. The file is read at
/// every launch. A pool without an entry has no limit.
package final class RehearsedNodeDriver: NodeDriver {
    /// A provider that has nothing says so soon.
    static let refusalTime = Duration.milliseconds(200)
    private static let fileLimit = 64 << 10

    private struct Node: Hashable {
        var pool: PoolName
        var index: Int
    }

    private let capacityFile: String
    private let report: ReplicaEvents
    /// Nodes that are up or coming, by the number of their launch.
    private let up = Mutex<(nodes: [Node: UInt64], launches: UInt64)>(([:], 0))

    package init(capacityFile: String, report: @escaping ReplicaEvents) {
        self.capacityFile = capacityFile
        self.report = report
    }

    package func launch(_ order: NodeOrder) {
        let node = Node(pool: order.pool.name, index: order.index)
        let limit = capacity(of: node.pool)
        let launch: UInt64? = up.withLock { up in
            if let limit, up.nodes.keys.count(where: { $0.pool == node.pool && $0 != node }) >= limit { return nil }
            up.launches += 1
            up.nodes[node] = up.launches
            return up.launches
        }
        let report = report
        guard let launch else {
            Task.detached {
                try? await Task.sleep(for: Self.refusalTime)
                let reason = "no capacity: \(limit ?? 0) nodes are to be had at present"
                report(.nodeRefused(pool: node.pool, node: node.index, reason: reason))
            }
            return
        }
        Task.detached { [self] in
            try? await Task.sleep(for: order.expectedTime)
            guard up.withLock({ $0.nodes[node] == launch }) else { return }
            report(.nodeLaunched(pool: node.pool, node: node.index))
        }
    }

    package func stop(pool: PoolName, node: Int) {
        forget(Node(pool: pool, index: node))
        report(.nodeStopped(pool: pool, node: node))
    }

    package func release(pool: PoolName, node: Int) {
        forget(Node(pool: pool, index: node))
        report(.nodeReleased(pool: pool, node: node))
    }

    private func forget(_ node: Node) { _ = up.withLock { $0.nodes.removeValue(forKey: node) } }

    /// Nil where nothing limits the pool; what cannot be read limits nothing.
    private func capacity(of pool: PoolName) -> Int? {
        guard let bytes = try? PrivateFile.read(capacityFile, limit: Self.fileLimit),
            let limits = try? FleetJSON.decode([String: Int].self, from: bytes)
        else { return nil }
        return limits[pool.rawValue].map { max(0, $0) }
    }
}
