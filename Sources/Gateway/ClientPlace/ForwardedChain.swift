import FleetRouting

/// Reads for whom a trusted proxy asks: the chain of addresses in its header, walked from the right, where each hop was written by
/// the one to its right. The first address that is no trusted proxy is the client's: whatever stands to its left is its own word.
/// (Envoy's `xff_trusted_cidrs`, nginx's `real_ip_recursive on`.)
enum ForwardedChain {
    enum Outcome: Equatable {
        /// The proxies name none.
        case nobody
        case address(IPAddress)
        /// What they say cannot be read, or is said not to be told (`unknown`, `_hidden`).
        case hidden
    }

    /// Hops looked at; a longer chain of proxies that are all trusted is nobody's.
    static let mostHops = 32

    /// Allocates nothing.
    static func client(
        _ bytes: UnsafeRawBufferPointer, _ fields: [HeaderField], _ rules: ClientPlaceEntry
    ) -> Outcome {
        var outcome = Outcome.nobody
        var hops = 0
        for field in fields.reversed() where field.isNamed(rules.addressHeader, in: bytes) {
            var rest = field.value
            while let element = lastElement(bytes, &rest) {
                hops += 1
                guard hops <= mostHops else { return .hidden }
                let place = rules.isForwarded ? forwardedFor(bytes, element) : element
                // Elements of `Forwarded` that say nothing of whom are somebody's, too.
                guard let place, let address = address(bytes, place) else { return .hidden }
                outcome = .address(address)
                if !rules.trusts(address) { return outcome }
            }
        }
        return outcome
    }

    /// Takes the last element off a comma-separated list, blanks around it removed; empty elements are none. Commas in quotes are
    /// looked for from the left, as quotes must be.
    private static func lastElement(_ bytes: UnsafeRawBufferPointer, _ rest: inout Range<Int>) -> Range<Int>? {
        while let last = rest.last, isBlank(bytes[last]) || bytes[last] == HTTPByte.comma { rest = rest.lowerBound..<last }
        guard !rest.isEmpty else { return nil }
        var start = rest.lowerBound
        var position = rest.lowerBound
        var isQuoted = false
        while position < rest.upperBound {
            let byte = bytes[position]
            if isQuoted, byte == 92 { position += 1 } else if byte == 34 { isQuoted.toggle() }
            if !isQuoted, byte == HTTPByte.comma { start = position + 1 }
            position += 1
        }
        defer { rest = rest.lowerBound..<max(rest.lowerBound, start - 1) }
        return trimmed(bytes, start..<rest.upperBound)
    }

    /// The value of an element's `for` (RFC 7239 section 4), without quotes; nil where there is none, or two.
    private static func forwardedFor(_ bytes: UnsafeRawBufferPointer, _ element: Range<Int>) -> Range<Int>? {
        var found: Range<Int>?
        var start = element.lowerBound
        while start < element.upperBound {
            var end = start
            var isQuoted = false
            while end < element.upperBound, isQuoted || bytes[end] != 59 {
                if bytes[end] == 34 { isQuoted.toggle() }
                end += 1
            }
            let pair = trimmed(bytes, start..<end)
            if bytes.begins(with: "for=", at: pair.lowerBound, count: pair.count) {
                guard found == nil else { return nil }
                var value = pair.lowerBound + 4..<pair.upperBound
                if value.count >= 2, bytes[value.lowerBound] == 34, bytes[value.upperBound - 1] == 34 {
                    value = value.lowerBound + 1..<value.upperBound - 1
                }
                found = value
            }
            start = end + 1
        }
        return found
    }

    /// An address with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static func address(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> IPAddress? {
        guard let first = range.first else { return nil }
        var host = range
        var port = range.upperBound..<range.upperBound
        if bytes[first] == 91 {
            guard let close = range.first(where: { bytes[$0] == 93 }) else { return nil }
            host = first + 1..<close
            port = close + 1..<range.upperBound
        } else if let colon = range.first(where: { bytes[$0] == HTTPByte.colon }),
            range.last(where: { bytes[$0] == HTTPByte.colon }) == colon
        {
            host = first..<colon
            port = colon..<range.upperBound
        }
        guard isPort(bytes, port) else { return nil }
        return IPAddress(UnsafeRawBufferPointer(rebasing: bytes[host]))
    }

    private static func isPort(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        let digits = range.dropFirst()
        return bytes[first] == HTTPByte.colon && (1...5).contains(digits.count)
            && digits.allSatisfy { HTTPByte.isDigit(bytes[$0]) }
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == HTTPByte.space || byte == HTTPByte.tab }
}

extension HeaderField {
    /// Whether it has this name, given in lower case; an empty one is nobody's.
    func isNamed(_ wanted: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
        Int(nameCount) == wanted.count
            && wanted.indices.allSatisfy { HTTPByte.lowercased(bytes[Int(nameStart) + $0]) == wanted[$0] }
    }
}
