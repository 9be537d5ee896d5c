/// One region of one provider. Region names collide between providers, so neither half stands alone.
package struct RegionKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var provider: ProviderName
    package var region: String

    package init(_ provider: ProviderName, _ region: String) { (self.provider, self.region) = (provider, region) }

    /// Reads `provider/region`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(ProviderName(String(parts[0])), String(parts[1]))
    }

    package var description: String { "\(provider)/\(region)" }
    package static func < (left: Self, right: Self) -> Bool { (left.provider, left.region) < (right.provider, right.region) }
}

extension WorkloadPlane {
    /// Where the plane stands, as catalogues name it.
    package var regionKey: RegionKey { RegionKey(provider, region) }
}
