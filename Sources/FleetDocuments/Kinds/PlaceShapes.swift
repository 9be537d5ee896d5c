import FleetModel

extension ValueRule where Value == Jurisdiction {
    static var jurisdiction: ValueRule {
        ValueRule<String>.text("a jurisdiction such as CA, DE, EU or UK").mapped({ Jurisdiction($0) }, back: { $0.code })
    }
}

extension ValueRule where Value == Double {
    static var latitude: ValueRule { .number("degrees from -90 to 90, north positive") }
    static var longitude: ValueRule { .number("degrees from -180 to 180, east positive") }
}

extension Location {
    static let blank = Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "")
}

extension ValueRule where Value == Coordinates {
    static var coordinates: ValueRule {
        Shape<Coordinates>(
            blank: Coordinates(latitude: 0, longitude: 0),
            [.required("latitude", \.latitude, .latitude), .required("longitude", \.longitude, .longitude)]
        ).rule
    }
}

/// A location as written: its jurisdictions follow from the country where they are not given.
private struct LocationDraft {
    var coordinates: Coordinates
    var country: String
    var jurisdictions: [Jurisdiction]?
}

extension ValueRule where Value == Location {
    /// Latitude, longitude, country, and the jurisdictions where they are more than the country implies.
    static var location: ValueRule {
        Shape<LocationDraft>(
            blank: LocationDraft(coordinates: Location.blank.coordinates, country: ""),
            [
                .required("latitude", \.coordinates.latitude, .latitude),
                .required("longitude", \.coordinates.longitude, .longitude),
                .required("country", \.country, .text("an ISO 3166-1 alpha-2 code such as CA, DE or SG")),
                .optional("jurisdictions", \.jurisdictions, .list(.jurisdiction)),
            ]
        ).rule.mapped(
            { Location(coordinates: $0.coordinates, country: $0.country, jurisdictions: $0.jurisdictions?.sorted()) },
            back: { location in
                let isImplied = location.jurisdictions == Jurisdiction.covering(country: location.country)
                return LocationDraft(
                    coordinates: location.coordinates, country: location.country,
                    jurisdictions: isImplied ? nil : location.jurisdictions)
            })
    }
}
