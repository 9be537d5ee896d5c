/// The only hosts the relay connects to and listens on.
enum LoopbackAddress {
    /// The literal address for `127.0.0.0/8`, `::1` and `localhost`; nil for everything else. Names are never looked up: what
    /// a resolver answers is not ours to trust.
    static func resolve(_ host: String) -> String? {
        if host == "localhost" { return "127.0.0.1" }
        if host == "::1" { return host }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ isOctet($0) }), parts[0] == "127" else { return nil }
        return host
    }

    /// Decimal 0 to 255 without leading zeros, which some systems read as octal.
    private static func isOctet(_ text: Substring) -> Bool {
        let digits = text.utf8.allSatisfy { (48...57).contains($0) }
        return digits && (1...3).contains(text.utf8.count) && (text.utf8.count == 1 || text.utf8.first != 48)
            && (UInt16(text) ?? 256) <= 255
    }
}
