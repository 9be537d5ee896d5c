package import FleetModel

/// One node of a pool, as `POOL/INDEX`.
package struct WatchedNode: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var pool: PoolName
    /// Position in the pool, from 0.
    package var index: Int

    package init(pool: PoolName, index: Int) { (self.pool, self.index) = (pool, index) }

    /// Reads `POOL/INDEX`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ResourceNameRule.allows(String(parts[0])), parts[1].utf8.count <= 6,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let index = Int(parts[1])
        else { return nil }
        self.init(pool: PoolName(String(parts[0])), index: index)
    }

    package var description: String { "\(pool)/\(index)" }
    package static func < (left: Self, right: Self) -> Bool { (left.pool, left.index) < (right.pool, right.index) }
}

/// Where a plane hears of reclaims.
package struct NoticeSource: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        /// The machine the plane runs on is this node.
        case ownMachine(WatchedNode)
        /// Every node of the plane's spot pools has an address of its own: `{pool}` and `{node}` in the URL stand for it.
        case everySpotNode
    }

    package struct Mistake: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package let service: NoticeService
    package let scope: Scope
    private let template: String

    /// - Parameters:
    ///   - url: `http://HOST[:PORT][/PREFIX]`; nil is the service's own link-local address.
    ///   - node: which node the plane's machine is; nil where the URL holds `{pool}` and `{node}`.
    package init(service: NoticeService, url: String? = nil, node: WatchedNode? = nil) throws(Mistake) {
        self.service = service
        template = url ?? service.standardURL
        let isTemplate = template.contains("{pool}") && template.contains("{node}")
        switch (isTemplate, node) {
        case (true, nil): scope = .everySpotNode
        case (false, let node?): scope = .ownMachine(node)
        case (true, _?):
            throw Mistake(description: "a metadata URL with {pool} and {node} is for all nodes: leave the node away")
        case (false, nil):
            throw Mistake(
                description: "say which node this machine is, POOL/INDEX such as spot/0, or put {pool} and {node} in the URL")
        }
        guard let example = self.url(of: node ?? WatchedNode(pool: "pool", index: 0)), !example.isTLS else {
            throw Mistake(description: "'\(template)' is no metadata service; accepted: http://HOST[:PORT][/PREFIX]")
        }
    }

    package func url(of node: WatchedNode) -> UpstreamURL? {
        let parts = template.split(separator: "{pool}", omittingEmptySubsequences: false).joined(separator: node.pool.rawValue)
        return UpstreamURL(parts.split(separator: "{node}", omittingEmptySubsequences: false).joined(separator: "\(node.index)"))
    }

    var isElsewhere: Bool { scope == .everySpotNode }

    /// Most nodes followed; a plane with more follows the first.
    package static let nodeLimit = 256

    /// The nodes to follow where the plane has these pools.
    package func nodes(of pools: [CapacityPool]) -> [WatchedNode] {
        switch scope {
        case .ownMachine(let node): return [node]
        case .everySpotNode:
            let spot = pools.filter { $0.tier == .spot }.sorted { $0.name < $1.name }
            let all = spot.lazy.flatMap { pool in
                (0..<max(0, min(pool.maxNodes, Self.nodeLimit))).lazy.map { WatchedNode(pool: pool.name, index: $0) }
            }
            return Array(all.prefix(Self.nodeLimit))
        }
    }
}
