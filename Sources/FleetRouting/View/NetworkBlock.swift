/// A block of IP addresses in CIDR notation (RFC 4632; RFC 4291 for version 6), such as `127.0.0.0/8` or `fd00::/8`.
package struct NetworkBlock: Equatable, Sendable {
    private let address: IPAddressBytes
    private let prefixLength: Int

    /// Nil for anything but an address, `/` and a length within the address. Bits beyond the length are ignored.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddressBytes(String(parts[0])), parts[1].utf8.count <= 3,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= address.bytes.count * 8
        else { return nil }
        self.address = address
        prefixLength = length
    }

    /// Whether an address, written as digits, lies in the block. Host names lie in none. An IPv4-mapped IPv6 address
    /// (`::ffff:a.b.c.d`) is judged as the IPv4 address it stands for, because that is where a connection to it goes.
    package func contains(_ text: String) -> Bool {
        guard let other = IPAddressBytes(text), other.bytes.count == address.bytes.count else { return false }
        let whole = prefixLength / 8
        guard address.bytes[..<whole] == other.bytes[..<whole] else { return false }
        let rest = prefixLength % 8
        guard rest > 0 else { return true }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
        return address.bytes[whole] & mask == other.bytes[whole] & mask
    }
}

/// The 4 or 16 bytes of an IP address written as digits.
package struct IPAddressBytes: Equatable, Sendable {
    package let bytes: [UInt8]

    /// Strict: four decimal numbers without leading zeros, or RFC 4291 text without a zone.
    package init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        if let four = Self.version4(Substring(text)) {
            bytes = four
        } else if let sixteen = Self.version6(Substring(text)) {
            let isMapped = sixteen[..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
            bytes = isMapped ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part == "0" || part.first != "0", let byte = UInt8(part)
            else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    private static func version6(_ text: Substring) -> [UInt8]? {
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        switch halves.count {
        case 1:
            guard let all = groups(halves[0], mayEndIn4: true), all.count == 16 else { return nil }
            return all
        case 2:
            let head = halves[0].isEmpty ? [] : groups(halves[0], mayEndIn4: false)
            let tail = halves[1].isEmpty ? [] : groups(halves[1], mayEndIn4: true)
            guard let head, let tail, head.count + tail.count <= 14 else { return nil }
            return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
        default:
            return nil
        }
    }

    private static func groups(_ text: Substring, mayEndIn4: Bool) -> [UInt8]? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var bytes: [UInt8] = []
        for (index, part) in parts.enumerated() {
            if mayEndIn4, index == parts.count - 1, part.contains(".") {
                guard let four = version4(part) else { return nil }
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal), let group = UInt16(part, radix: 16)
            else {
                return nil
            }
            bytes += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
        }
        return bytes
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
