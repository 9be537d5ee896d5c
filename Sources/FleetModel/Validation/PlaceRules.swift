/// What makes a place, a country and a jurisdiction believable.
package enum PlaceRules {
    /// ISO 3166-1 alpha-2: the 249 officially assigned codes.
    package static let countries: [String] = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF \
        CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH \
        GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW \
        KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
        NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN \
        SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT \
        ZA ZM ZW
        """.split(separator: " ").map(String.init)

    private static let knownCountries = Set(countries)
    /// Jurisdictions that are not countries by their ISO code.
    private static let unions: [Jurisdiction] = ["EU", "EEA", "UK", "US-GOV"]

    package static func isCountry(_ code: String) -> Bool { knownCountries.contains(code) }

    /// Whether some place could stand under it. `GB` is not one: places there stand under `UK`.
    package static func isJurisdiction(_ jurisdiction: Jurisdiction) -> Bool {
        unions.contains(jurisdiction) || (jurisdiction.code != "GB" && isCountry(jurisdiction.code))
    }

    static func countryHint(_ code: String) -> String {
        let upper = code.uppercased()
        if upper == "UK" { return "GB (the jurisdiction there is UK)" }
        return isCountry(upper) ? upper : "an ISO 3166-1 alpha-2 code such as CA, DE or SG"
    }

    static func jurisdictionHint(_ code: String) -> String {
        let upper = code.uppercased()
        if upper == "GB" { return "UK" }
        return isJurisdiction(Jurisdiction(upper)) ? upper : "a country code such as CA or DE, or EU, EEA, UK or US-GOV"
    }
}

extension ProblemCollector {
    mutating func checkLocation(_ location: Location, _ field: FieldPath, countryField: FieldPath? = nil) {
        let (latitude, longitude) = (location.coordinates.latitude, location.coordinates.longitude)
        require(
            (-90...90).contains(latitude), field.key("latitude"), "\(plainNumber(latitude)) is out of range",
            accepted: "degrees from -90 to 90, north positive")
        require(
            (-180...180).contains(longitude), field.key("longitude"), "\(plainNumber(longitude)) is out of range",
            accepted: "degrees from -180 to 180, east positive")
        let countryField = countryField ?? field.key("country")
        guard PlaceRules.isCountry(location.country) else {
            return report(
                countryField, "\(quoted(location.country)) is not a country",
                accepted: PlaceRules.countryHint(location.country))
        }
        let implied = Jurisdiction.covering(country: location.country)
        let possible = implied + (location.country == "US" ? ["US-GOV"] : [])
        let jurisdictions = field.key("jurisdictions")
        for missing in implied where !location.jurisdictions.contains(missing) {
            report(
                jurisdictions, "\(missing) is missing, which holds in \(location.country)",
                accepted: implied.map(\.code).joined(separator: ", "), basis: [countryField])
        }
        for foreign in location.jurisdictions where !possible.contains(foreign) {
            report(
                jurisdictions, "\(quoted(foreign.code)) does not hold in \(location.country)",
                accepted: possible.map(\.code).joined(separator: ", "), basis: [countryField])
        }
    }

    mutating func checkJurisdictions(_ jurisdictions: [Jurisdiction]?, _ field: FieldPath) {
        guard let jurisdictions else { return }
        require(
            !jurisdictions.isEmpty, field, "an empty list allows no place at all",
            accepted: "at least one jurisdiction, or leave the field out to allow every one")
        checkJurisdictionCodes(jurisdictions, field)
    }

    mutating func checkJurisdictionCodes(_ jurisdictions: [Jurisdiction], _ field: FieldPath) {
        for (position, jurisdiction) in jurisdictions.enumerated() where !PlaceRules.isJurisdiction(jurisdiction) {
            report(
                field.index(position), "\(quoted(jurisdiction.code)) is not a jurisdiction",
                accepted: PlaceRules.jurisdictionHint(jurisdiction.code))
        }
        requireDistinct(jurisdictions.map(\.code), field, what: "jurisdiction")
    }
}
