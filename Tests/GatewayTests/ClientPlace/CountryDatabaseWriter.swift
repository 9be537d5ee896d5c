import FleetRouting

/// Writes databases in MaxMind's format: networks with a country each, in any record size and IP version. Records look like
/// GeoLite2-City's, with what stands before and behind the country, and repeated texts as pointers.
struct CountryDatabaseWriter {
    var recordBits = 28
    var version = 6
    /// Metadata written instead of the true one.
    var metadata: [String: UInt64] = [:]
    /// Bytes of the data section instead of the records', which all networks then point to the first of.
    var data: [UInt8]?

    private enum Node {
        case empty
        case inner(Int)
        case country(String)
    }

    private var tree: [(left: Node, right: Node)] = [(.empty, .empty)]

    init(recordBits: Int = 28, version: Int = 6) { (self.recordBits, self.version) = (recordBits, version) }

    /// Later networks lie inside earlier ones or beside them.
    mutating func add(_ network: String, _ country: String) {
        let parts = network.split(separator: "/")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]) else {
            preconditionFailure("a network of a test reads address/length")
        }
        let first = address.isVersion4 && version == 4 ? 96 : 0
        let last = address.isVersion4 ? 96 + length : length
        var node = 0
        for index in first..<last {
            let word = index < 64 ? address.high : address.low
            let isRight = word >> UInt64(63 - index & 63) & 1 == 1
            if index == last - 1 {
                set(node, isRight, .country(country))
            } else if case .inner(let next) = isRight ? tree[node].right : tree[node].left {
                node = next
            } else {
                // A leaf that is split: both halves are what it was.
                let before = isRight ? tree[node].right : tree[node].left
                tree.append((before, before))
                set(node, isRight, .inner(tree.count - 1))
                node = tree.count - 1
            }
        }
    }

    private mutating func set(_ node: Int, _ isRight: Bool, _ value: Node) {
        if isRight { tree[node].right = value } else { tree[node].left = value }
    }

    var bytes: [UInt8] {
        var records: [UInt8] = []
        var places: [String: Int] = [:]
        for node in tree {
            for case .country(let code) in [node.left, node.right] where places[code] == nil {
                places[code] = records.count
                records += Self.record(code, shared: places.count == 1 ? nil : 0)
            }
        }
        if data != nil { places = places.mapValues { _ in 0 } }
        var out: [UInt8] = []
        for node in tree {
            let values = [node.left, node.right].map { value in
                switch value {
                case .empty: tree.count
                case .inner(let next): next
                case .country(let code): tree.count + 16 + (places[code] ?? 0)
                }
            }
            out += Self.node(values[0], values[1], bits: recordBits)
        }
        return out + [UInt8](repeating: 0, count: 16) + (data ?? records) + Self.marker + metadataMap
    }

    static let marker: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)

    private static func node(_ left: Int, _ right: Int, bits: Int) -> [UInt8] {
        func big(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
        }
        guard bits == 28 else { return big(left, bits / 8) + big(right, bits / 8) }
        return big(left, 3) + [UInt8((left >> 24) << 4 | (right >> 24))] + big(right, 3)
    }

    /// - Parameter shared: where a record stands whose first key is the same.
    private static func record(_ code: String, shared: Int?) -> [UInt8] {
        let key = shared.map { pointer($0 + 1) } ?? text("continent")
        let names = map([("en", text(String(repeating: "name ", count: 14))), ("de", text("Name"))])
        return [0xE4] + key + map([("code", text("XX")), ("names", names)])
            + text("location") + map([("latitude", [0x68] + [UInt8](repeating: 7, count: 8)), ("flag", [0x01, 0x07])])
            + text("country") + map([("geoname_id", number(6_251_999)), ("iso_code", text(code)), ("names", names)])
            + text("subdivisions") + [0x01, 0x04] + map([("iso_code", text("ON"))])
    }

    private var metadataMap: [UInt8] {
        var known: [String: UInt64] = [
            "node_count": UInt64(tree.count), "record_size": UInt64(recordBits), "ip_version": UInt64(version),
            "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_795_000_000,
        ]
        for (key, value) in metadata { known[key] = value }
        return Self.map(
            [("database_type", Self.text("Test-Country")), ("languages", [0x01, 0x04] + Self.text("en"))]
                + known.sorted { $0.key < $1.key }.map { ($0.key, Self.number($0.value)) })
    }

    // MARK: Values

    static func text(_ text: String) -> [UInt8] {
        let count = text.utf8.count
        return (count < 29 ? [0x40 | UInt8(count)] : [0x5D, UInt8(count - 29)]) + Array(text.utf8)
    }

    static func number(_ value: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }.drop { $0 == 0 }
        // A 64-bit integer is of an extended kind.
        return (bytes.count <= 4 ? [0xC0 | UInt8(bytes.count)] : [UInt8(bytes.count), 0x02]) + bytes
    }

    static func pointer(_ target: Int) -> [UInt8] {
        if target < 2_048 { return [0x20 | UInt8(target >> 8), UInt8(truncatingIfNeeded: target)] }
        let value = target - 2_048
        return [0x28 | UInt8(value >> 16), UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    }

    static func map(_ entries: [(String, [UInt8])]) -> [UInt8] {
        [0xE0 | UInt8(entries.count)] + entries.flatMap { text($0.0) + $0.1 }
    }
}
