package import FleetModel

/// The tenants of a snapshot and their keys, compiled for the hot path. Immutable.
package struct TenantDirectory: Sendable {
    /// Sorted by name.
    package let entries: [TenantEntry]
    private let keys: KeyIndex
    private let certificateNames: [Tenant.CertificateName: Int]

    /// - Parameter previous: the directory this one follows: what was counted of a tenant that stays goes on.
    init(_ terms: [TenantTerms], workloads: [WorkloadEntry], gateways: Int, previous: TenantDirectory?) {
        let known = Dictionary(
            (previous?.entries ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        entries = terms.map { TenantEntry($0, workloads: workloads, gateways: gateways, previous: known[$0.name]) }
        keys = KeyIndex(
            terms.enumerated().flatMap { index, tenant in
                tenant.keys.compactMap { KeyDigest(hexadecimal: $0) }.map { ($0, index) }
            })
        certificateNames = Dictionary(
            terms.enumerated().flatMap { index, tenant in (tenant.certificateNames ?? []).map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// No tenant is declared: every request is taken.
    package var isEmpty: Bool { entries.isEmpty }

    /// Every account there is, with its tenant and, where it is one on a workload, that.
    package var accounts: [(tenant: TenantName, workload: WorkloadName?, account: QuotaAccount)] {
        entries.flatMap { entry in
            let whole = entry.account.map { [(entry.name, WorkloadName?.none, $0)] } ?? []
            return whole + entry.parts.map { (entry.name, $0.workload, $0.account) }
        }
    }

    /// Whose key it is. Allocates nothing.
    package func tenant(key: KeyDigest) -> TenantEntry? { keys.value(for: key).map { entries[$0] } }

    /// Whose certificate it is: the first of its names that leads to a tenant counts.
    package func tenant(certificate names: [Tenant.CertificateName]) -> TenantEntry? {
        for name in names {
            if let index = certificateNames[name] { return entries[index] }
        }
        return nil
    }
}

/// From digests to small integers: open addressing by the digest's first word, which is as random as a digest is, so that a
/// lookup takes as long for a known key as for an unknown one.
private struct KeyIndex: Sendable {
    private let places: [(key: KeyDigest, value: Int32)?]

    init(_ entries: [(key: KeyDigest, value: Int)]) {
        var capacity = 4
        while capacity < entries.count * 2 { capacity *= 2 }
        var places = [(key: KeyDigest, value: Int32)?](repeating: nil, count: capacity)
        for entry in entries {
            var place = Int(truncatingIfNeeded: entry.key.place) & (capacity - 1)
            var isTaken = false
            while let other = places[place] {
                if other.key == entry.key {
                    isTaken = true
                    break
                }
                place = (place + 1) & (capacity - 1)
            }
            if !isTaken { places[place] = (entry.key, Int32(entry.value)) }
        }
        self.places = places
    }

    func value(for key: KeyDigest) -> Int? {
        let mask = places.count - 1
        var place = Int(truncatingIfNeeded: key.place) & mask
        while let candidate = places[place] {
            if candidate.key.matches(key) { return Int(candidate.value) }
            place = (place + 1) & mask
        }
        return nil
    }
}
