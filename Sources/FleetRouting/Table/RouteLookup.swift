/// Finds the route of a request: the longest path prefix over all routes whose hosts match; at equal length a route that names
/// the host goes before one for every host, then the smaller name.
///
/// A prefix matches whole path segments: `/v1` matches `/v1`, `/v1/models` and `/v1?x`, not `/v1beta`.
struct RouteLookup: Sendable {
    private struct Rule: Sendable {
        var path: [UInt8]
        var route: Int32
    }

    /// Groups by host; group 0 is for every host.
    private let hosts: ByteKeyIndex
    /// Longest path first in each group.
    private let groups: [[Rule]]

    /// - Parameter routes: hosts and paths of each route, in route index order (sorted by name).
    init(_ routes: [(hosts: [String], paths: [String])]) {
        var names: [(key: String, value: Int)] = []
        var groups: [[Rule]] = [[]]
        for (index, route) in routes.enumerated() {
            let rules = route.paths.map { Rule(path: Array($0.utf8), route: Int32(index)) }
            if route.hosts.isEmpty { groups[0].append(contentsOf: rules) }
            for host in route.hosts {
                let name = String(decoding: host.utf8.map(ByteHash.lowercased), as: UTF8.self)
                if let known = names.first(where: { $0.key == name }) {
                    groups[known.value].append(contentsOf: rules)
                } else {
                    names.append((name, groups.count))
                    groups.append(rules)
                }
            }
        }
        hosts = ByteKeyIndex(names, ignoringCase: true)
        self.groups = groups.map { group in
            group.enumerated().sorted { ($1.element.path.count, $0.offset) < ($0.element.path.count, $1.offset) }.map(\.element)
        }
    }

    func route(host: UnsafeRawBufferPointer, path: UnsafeRawBufferPointer) -> Int? {
        let anywhere = longest(in: 0, path: path)
        guard let group = hosts.value(for: Self.withoutPort(host)), let named = longest(in: group, path: path) else {
            return anywhere.map { Int($0.route) }
        }
        guard let anywhere, anywhere.length > named.length else { return Int(named.route) }
        return Int(anywhere.route)
    }

    private func longest(in group: Int, path: UnsafeRawBufferPointer) -> (route: Int32, length: Int)? {
        for index in groups[group].indices where Self.matches(groups[group][index].path, path) {
            return (groups[group][index].route, groups[group][index].path.count)
        }
        return nil
    }

    private static func matches(_ prefix: [UInt8], _ path: UnsafeRawBufferPointer) -> Bool {
        guard path.count >= prefix.count else { return false }
        for offset in prefix.indices where prefix[offset] != path[offset] { return false }
        guard path.count > prefix.count, let last = prefix.last, last != UInt8(ascii: "/") else { return true }
        return path[prefix.count] == UInt8(ascii: "/") || path[prefix.count] == UInt8(ascii: "?")
    }

    /// `example.com:8080` without `:8080`; `[::1]:8080` without brackets and port.
    private static func withoutPort(_ host: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        if host.first == UInt8(ascii: "["), let end = host.firstIndex(of: UInt8(ascii: "]")) {
            return UnsafeRawBufferPointer(rebasing: host[1..<end])
        }
        guard let colon = host.lastIndex(of: UInt8(ascii: ":")) else { return host }
        return UnsafeRawBufferPointer(rebasing: host[..<colon])
    }
}
