/// One node whose cloud's metadata service is doubled, by its path on the listener: `/SERVICE/PLANE/POOL/INDEX`.
package struct DoubleNode: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Service: String, CaseIterable, Sendable, Codable {
        case ec2, gcp, azure

        /// The name the cloud is known by.
        package var title: String {
            switch self {
            case .ec2: "EC2"
            case .gcp: "GCP"
            case .azure: "Azure"
            }
        }

        /// How long before it takes a node the cloud says so, in milliseconds.
        package var noticeMilliseconds: Int64 { self == .ec2 ? 120_000 : 30_000 }
    }

    package var service: Service
    package var plane: String
    package var pool: String
    package var index: Int

    package init(service: Service, plane: String, pool: String, index: Int) {
        self.service = service
        self.plane = plane
        self.pool = pool
        self.index = index
    }

    /// Splits a request's path into the node and what the cloud's own service would be asked for; nil where it names no node.
    package static func split(_ path: Substring) -> (node: DoubleNode, path: String)? {
        let parts = path.split(separator: "/", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, let service = Service(rawValue: String(parts[1])), isName(parts[2]),
            isName(parts[3]), parts[4].utf8.count <= 6, parts[4].utf8.allSatisfy({ (48...57).contains($0) }),
            let index = Int(parts[4])
        else { return nil }
        let node = DoubleNode(service: service, plane: String(parts[2]), pool: String(parts[3]), index: index)
        return (node, "/" + parts[5])
    }

    private static func isName(_ text: Substring) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    package var path: String { "/\(service.rawValue)/\(plane)/\(pool)/\(index)" }
    package var description: String { "\(plane)/\(pool)/\(index)" }
    package static func < (left: Self, right: Self) -> Bool { left.path < right.path }
}
