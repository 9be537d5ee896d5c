/// A block of IP addresses in CIDR notation (RFC 4632; RFC 4291 for version 6), such as `127.0.0.0/8` or `fd00::/8`.
package struct NetworkBlock: Equatable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64
    private let isVersion4: Bool

    /// Nil for anything but an address, `/` and a length within the address. Bits beyond the length are ignored.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0])), parts[1].utf8.count <= 3,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]),
            length <= (address.isVersion4 ? 32 : 128)
        else { return nil }
        isVersion4 = address.isVersion4
        highMask = address.isVersion4 ? 0 : Self.mask(min(length, 64))
        lowMask = address.isVersion4 ? Self.mask(length) >> 32 : Self.mask(max(length - 64, 0))
        (high, low) = (address.high & highMask, address.low & lowMask)
    }

    /// So many bits from the highest on.
    private static func mask(_ length: Int) -> UInt64 { length == 0 ? 0 : .max << UInt64(64 - length) }

    @inline(__always)
    package func contains(_ address: IPAddress) -> Bool {
        address.isVersion4 == isVersion4 && address.high & highMask == high && address.low & lowMask == low
    }

    /// Whether an address, written as digits, lies in the block. Host names lie in none.
    package func contains(_ text: String) -> Bool { IPAddress(text).map(contains) ?? false }
}
