/// Where something stands: its place, its country and the jurisdictions that follow.
package struct Location: Hashable, Sendable, Codable {
    package var coordinates: Coordinates
    /// ISO 3166-1 alpha-2, upper case.
    package var country: String
    /// Every jurisdiction whose law holds here, sorted: the country, and `EU` and `EEA` where they include it.
    package var jurisdictions: [Jurisdiction]

    package init(coordinates: Coordinates, country: String, jurisdictions: [Jurisdiction]? = nil) {
        self.coordinates = coordinates
        self.country = country
        self.jurisdictions = jurisdictions ?? Jurisdiction.covering(country: country)
    }
}

/// A body of law a place stands under: a country (`CA`, `UK` for GB) or a union of countries (`EU`, `EEA`).
package struct Jurisdiction: Hashable, Sendable, Codable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
    package let code: String

    package init(_ code: String) { self.code = code }
    package init(stringLiteral value: String) { code = value }
    package init(from decoder: any Decoder) throws { code = try decoder.singleValueContainer().decode(String.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }

    package var description: String { code }
    package static func < (left: Self, right: Self) -> Bool { left.code < right.code }

    /// The member states of the European Union since 2020 (Treaty on European Union, article 52).
    package static let europeanUnion: [String] = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
        "NL",
        "PL", "PT", "RO", "SE", "SI", "SK",
    ]
    /// The states of the European Economic Area that are not EU members.
    package static let economicAreaOnly: [String] = ["IS", "LI", "NO"]

    /// Every jurisdiction a country stands under, sorted.
    package static func covering(country: String) -> [Jurisdiction] {
        if europeanUnion.contains(country) { return [Jurisdiction(country), "EEA", "EU"].sorted() }
        if economicAreaOnly.contains(country) { return [Jurisdiction(country), "EEA"].sorted() }
        return country == "GB" ? ["UK"] : [Jurisdiction(country)]
    }

    /// Whether this reads as a jurisdiction at all: two capital letters, or a union's or special zone's code.
    package var isWellFormed: Bool {
        let letters = code.utf8.allSatisfy { (65...90).contains($0) || $0 == 45 }
        return letters && (code.utf8.count == 2 || ["EEA", "US-GOV"].contains(code))
    }
}
