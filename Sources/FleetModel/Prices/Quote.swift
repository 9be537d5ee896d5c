/// How machine time is bought.
package enum PurchaseOption: Hashable, Sendable, Comparable, CaseIterable, CustomStringConvertible {
    case onDemand
    case spot
    case reserved(CapacityPool.Commitment)

    package static let allCases: [PurchaseOption] = [.onDemand, .spot, .reserved(.oneYear), .reserved(.threeYears)]

    /// - Parameter commitment: Of reserved capacity only; one year where it is nil.
    package init(tier: CapacityPool.Tier, commitment: CapacityPool.Commitment? = nil) {
        switch tier {
        case .onDemand: self = .onDemand
        case .spot: self = .spot
        case .reserved: self = .reserved(commitment ?? .oneYear)
        }
    }

    package var tier: CapacityPool.Tier {
        switch self {
        case .onDemand: .onDemand
        case .spot: .spot
        case .reserved: .reserved
        }
    }

    package var commitment: CapacityPool.Commitment? { if case .reserved(let commitment) = self { commitment } else { nil } }

    /// `on-demand`, `spot`, `reserved 1y`.
    package var description: String { commitment.map { "\(tier.rawValue) \($0.rawValue)" } ?? tier.rawValue }

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .onDemand: 0
        case .spot: 1
        case .reserved(.oneYear): 2
        case .reserved(.threeYears): 3
        }
    }
}

/// A list price of one machine, without tax, and where it comes from. A price never goes without its date.
package struct Quote: Equatable, Sendable {
    /// How well price and date are known.
    package enum Evidence: String, CaseIterable, Sendable, Codable {
        /// A price from a source that carries its date.
        case dated
        /// A price from a source without a date; ``Quote/asOf`` is when it was probably gathered.
        case dateInferred = "date-inferred"
        /// No price was quoted: computed from another one.
        case estimated
    }

    /// US dollars per hour for the whole machine; 1- and 3-year commitments as what an hour of the term costs.
    package var usdPerHour: Double
    /// A day, month, quarter, half or year: `2026-07-20`, `2026-07`, `2025-H2`, `2025`.
    package var asOf: String
    package var source: String
    package var evidence: Evidence

    package init(usdPerHour: Double, asOf: String, source: String, evidence: Evidence = .dated) {
        self.usdPerHour = usdPerHour
        self.asOf = asOf
        self.source = source
        self.evidence = evidence
    }
}

/// A list price of moving data out of a region: the first paid tier, without free allowances and tax.
package struct TransferQuote: Equatable, Sendable {
    package var price: USDPerGiB
    package var asOf: String
    package var source: String

    package init(price: USDPerGiB, asOf: String, source: String) {
        self.price = price
        self.asOf = asOf
        self.source = source
    }
}
