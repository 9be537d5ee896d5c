package import FleetModel
package import FleetRouting

/// A database in MaxMind's format (MaxMind DB File Format Specification, version 2.0) that knows the countries of addresses, such as
/// GeoLite2-Country, GeoIP2-City or DB-IP's. Immutable.
///
/// The file is data of others: every offset is checked before it is read, every walk is bounded, and what does not hold is an
/// address nobody knows the place of.
package final class CountryDatabase: Sendable {
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case noMetadata, malformedMetadata
        case unsupported(String)
        case truncated

        package var description: String {
            switch self {
            case .noMetadata: "it is no MaxMind database: there is no metadata in it"
            case .malformedMetadata: "its metadata cannot be read"
            case .unsupported(let what): "it has \(what), which is not known here"
            case .truncated: "it is shorter than its metadata says"
            }
        }
    }

    /// Larger files are not read. GeoIP2-City has about 120 MiB.
    package static let maximumBytes = 512 * 1_024 * 1_024
    private static let marker = Array("\u{AB}\u{CD}\u{EF}".unicodeScalars.map { UInt8($0.value) }) + Array("MaxMind.com".utf8)
    /// The specification's bound for metadata with its marker.
    private static let metadataBytes = 128 * 1_024
    /// Zeros between the tree and the data.
    private static let separatorBytes = 16

    private let bytes: [UInt8]
    private let nodeCount: Int
    private let nodeBytes: Int
    private let recordBits: Int
    private let isVersion6: Bool
    /// Where version 4 addresses begin in a tree of version 6.
    private let version4Start: Int
    /// When it was made, seconds since 1970; 0 where it does not say.
    package let buildEpoch: UInt64

    package init(_ bytes: [UInt8]) throws(Problem) {
        guard let start = Self.metadataStart(bytes) else { throw .noMetadata }
        let reader = DataReader(section: start, end: bytes.count)
        let metadata = bytes.withUnsafeBytes { raw in
            Self.keys.map { reader.number(of: $0, inMapAt: start, raw) }
        }
        guard case .some(let nodes) = metadata[0], let bits = metadata[1], let version = metadata[2], let major = metadata[3]
        else { throw .malformedMetadata }
        guard major == 2 else { throw .unsupported("format version \(major)") }
        guard [24, 28, 32].contains(bits) else { throw .unsupported("a record size of \(bits) bits") }
        guard version == 4 || version == 6 else { throw .unsupported("IP version \(version)") }
        guard nodes > 0, nodes < 1 << 32 else { throw .malformedMetadata }
        recordBits = Int(bits)
        nodeBytes = Int(bits) / 4
        nodeCount = Int(nodes)
        isVersion6 = version == 6
        buildEpoch = metadata[4] ?? 0
        let tree = nodeCount * nodeBytes
        guard tree + Self.separatorBytes <= start - Self.marker.count else { throw .truncated }
        self.bytes = bytes
        var node = 0
        if version == 6 {
            for _ in 0..<96 where node < Int(nodes) {
                node = Self.record(node, 0, bits: Int(bits), bytes)
            }
        }
        version4Start = node
    }

    private static let keys = ["node_count", "record_size", "ip_version", "binary_format_major_version", "build_epoch"]

    /// Behind the last marker within the specification's bound from the end.
    private static func metadataStart(_ bytes: [UInt8]) -> Int? {
        let first = max(0, bytes.count - metadataBytes)
        var position = bytes.count - marker.count
        while position >= first {
            if bytes[position] == marker[0], bytes[position..<position + marker.count].elementsEqual(marker) {
                return position + marker.count
            }
            position -= 1
        }
        return nil
    }

    /// The country an address is in; nil where the database does not know one.
    package func country(of address: IPAddress) -> PlaceSet? {
        bytes.withUnsafeBytes { raw in
            guard let offset = dataOffset(of: address) else { return nil }
            let section = nodeCount * nodeBytes + Self.separatorBytes
            let (start, overflowed) = section.addingReportingOverflow(offset)
            guard !overflowed else { return nil }
            let reader = DataReader(section: section, end: bytes.count)
            guard let country = reader.value(of: "country", inMapAt: start, raw),
                let code = reader.value(of: "iso_code", inMapAt: country, raw),
                let text = reader.text(at: code, raw), text.count == 2
            else { return nil }
            return PlaceSet(raw[text.lowerBound], raw[text.lowerBound + 1])
        }
    }

    /// Where the address's data begins in the data section; nil where there is none. At most 128 steps.
    private func dataOffset(of address: IPAddress) -> Int? {
        guard address.isVersion4 || isVersion6 else { return nil }
        var node = address.isVersion4 ? version4Start : 0
        let first = address.isVersion4 ? 96 : 0
        for index in first..<128 {
            guard node < nodeCount else { break }
            let word = index < 64 ? address.high : address.low
            node = Self.record(node, Int(word >> UInt64(63 - index & 63) & 1), bits: recordBits, bytes)
        }
        guard node >= nodeCount + Self.separatorBytes else { return nil }
        return node - nodeCount - Self.separatorBytes
    }

    /// The left (0) or right (1) record of a node, which is inside the tree.
    private static func record(_ node: Int, _ side: Int, bits: Int, _ bytes: [UInt8]) -> Int {
        let start = node * bits / 4
        func byte(_ offset: Int) -> Int { Int(bytes[start + offset]) }
        switch bits {
        case 24: return byte(side * 3) << 16 | byte(side * 3 + 1) << 8 | byte(side * 3 + 2)
        case 28:
            // The middle byte holds the highest four bits of both.
            return side == 0
                ? (byte(3) >> 4) << 24 | byte(0) << 16 | byte(1) << 8 | byte(2)
                : (byte(3) & 15) << 24 | byte(4) << 16 | byte(5) << 8 | byte(6)
        default: return byte(side * 4) << 24 | byte(side * 4 + 1) << 16 | byte(side * 4 + 2) << 8 | byte(side * 4 + 3)
        }
    }
}

/// Reads the values of a data section, pointers within it included. Every read is inside `section..<end`.
private struct DataReader {
    private enum Kind: Int {
        case pointer = 1
        case text, double, bytes, uint16, uint32, map, int32, uint64, uint128, array, container, end, boolean, float
    }
    /// One value's head: its kind, its size (of a map: its entries), where its payload begins.
    private struct Head {
        var kind: Kind
        var size: Int
        var payload: Int
    }

    /// Values one look-up may pass over: a country's record has fewer than a hundred.
    private static let mostValues = 4_096
    /// Values in values, of which real databases have five.
    private static let deepest = 32

    let section: Int
    let end: Int

    /// Where the value of a map's key stands.
    func value(of key: StaticString, inMapAt start: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        key.withUTF8Buffer { value(of: UnsafeRawBufferPointer($0), inMapAt: start, raw) }
    }

    func number(of key: String, inMapAt start: Int, _ raw: UnsafeRawBufferPointer) -> UInt64? {
        let found = Array(key.utf8).withUnsafeBytes { value(of: $0, inMapAt: start, raw) }
        guard let found, let head = resolved(found, raw), [.uint16, .uint32, .uint64].contains(head.kind), head.size <= 8
        else { return nil }
        return raw[head.payload..<head.payload + head.size].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The bytes of a text.
    func text(at start: Int, _ raw: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let head = resolved(start, raw), head.kind == .text else { return nil }
        return head.payload..<head.payload + head.size
    }

    private func value(of key: UnsafeRawBufferPointer, inMapAt start: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        guard let map = resolved(start, raw), map.kind == .map else { return nil }
        var position = map.payload
        var values = Self.mostValues
        for _ in 0..<map.size {
            guard values > 0, let name = text(at: position, raw) else { return nil }
            guard let after = skip(position, raw, depth: 0, &values) else { return nil }
            if name.count == key.count, raw[name].elementsEqual(key) { return after }
            guard let next = skip(after, raw, depth: 0, &values) else { return nil }
            position = next
        }
        return nil
    }

    /// A value's head, behind its pointer where it is one. Pointers to pointers are not allowed.
    private func resolved(_ start: Int, _ raw: UnsafeRawBufferPointer) -> Head? {
        guard let head = head(at: start, raw) else { return nil }
        guard head.kind == .pointer else { return head }
        guard let other = self.head(at: head.size, raw), other.kind != .pointer else { return nil }
        return other
    }

    /// Where the next value begins.
    private func skip(_ start: Int, _ raw: UnsafeRawBufferPointer, depth: Int, _ values: inout Int) -> Int? {
        values -= 1
        guard values > 0, depth < Self.deepest, let head = head(at: start, raw) else { return nil }
        switch head.kind {
        case .pointer, .boolean, .end: return head.payload
        case .map, .array, .container:
            var position = head.payload
            for _ in 0..<(head.kind == .map ? head.size * 2 : head.size) {
                guard let next = skip(position, raw, depth: depth + 1, &values) else { return nil }
                position = next
            }
            return position
        case .text, .double, .bytes, .uint16, .uint32, .int32, .uint64, .uint128, .float: return head.payload + head.size
        }
    }

    /// Reads the control byte and what belongs to it. Of a pointer `size` is where it points, `payload` what comes behind it; of
    /// anything with bytes those are known to be there.
    private func head(at start: Int, _ raw: UnsafeRawBufferPointer) -> Head? {
        guard start >= section, start < end else { return nil }
        let control = Int(raw[start])
        var position = start + 1
        var number = control >> 5
        if number == 0 {
            guard position < end else { return nil }
            number = Int(raw[position]) + 7
            position += 1
        }
        guard let kind = Kind(rawValue: number) else { return nil }
        if kind == .pointer { return pointer(control, at: position, raw) }
        var size = control & 31
        if size > 28 {
            let count = size - 28
            guard let more = big(position, count, raw) else { return nil }
            size = more + [29, 285, 65_821][count - 1]
            position += count
        }
        switch kind {
        case .text, .double, .bytes, .uint16, .uint32, .int32, .uint64, .uint128, .float:
            guard size <= end - position else { return nil }
        case .pointer, .map, .array, .container, .end, .boolean: break
        }
        return Head(kind: kind, size: size, payload: position)
    }

    private func pointer(_ control: Int, at position: Int, _ raw: UnsafeRawBufferPointer) -> Head? {
        let count = (control >> 3 & 3) + 1
        guard let value = big(position, count, raw) else { return nil }
        let target = count == 4 ? value : ((control & 7) << (8 * count) | value) + [0, 2_048, 526_336][count - 1]
        return Head(kind: .pointer, size: section + target, payload: position + count)
    }

    private func big(_ start: Int, _ count: Int, _ raw: UnsafeRawBufferPointer) -> Int? {
        guard count <= end - start else { return nil }
        return raw[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
    }
}
