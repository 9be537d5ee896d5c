import FleetCatalogue
import FleetModel

/// Demand as written: the catalogue knows the places of large cities.
private struct DemandDraft: Sendable {
    var demand: Demand
    var country: String?
    var coordinates: Coordinates?
    var peak: RequestsPerSecond?
    var concurrentUsers: Double?
    var requestDuration: Duration?
}

extension ValueRule where Value == Demand {
    static var demand: ValueRule {
        let blank = Demand(from: "", location: .blank, volume: blankVolume)
        return Shape<DemandDraft>(
            blank: DemandDraft(demand: blank),
            [
                .required("from", \.demand.from, .text("the name of a city such as Toronto")),
                .optional("country", \.country, .text("an ISO 3166-1 alpha-2 code such as CA, DE or SG")),
                .optional("location", \.coordinates, .coordinates),
                .optional("peak", \.peak, .quantity),
                .optional("concurrentUsers", \.concurrentUsers, .number("a number of users above 0 such as 5000")),
                .optional("requestDuration", \.requestDuration, .quantity),
                .optional("profile", \.demand.profile, default: .constant, .demandProfile),
                .optional("utcOffset", \.demand.utcOffset, .quantity),
                .optional("latencyBudget", \.demand.latencyBudget, .quantity),
            ]
        ).rule.resolved(
            { draft, node, reading in
                var demand = draft.demand
                demand.location = locate(draft, node, &reading)
                demand.volume = volume(of: draft, node, &reading)
                return demand
            },
            back: { demand in
                var draft = DemandDraft(
                    demand: demand, country: demand.location.country, coordinates: demand.location.coordinates)
                switch demand.volume {
                case .rate(let rate): draft.peak = rate
                case .concurrent(let users, let requestDuration):
                    (draft.concurrentUsers, draft.requestDuration) = (users, requestDuration)
                }
                return draft
            })
    }

    /// One of the two ways to say how much is asked for.
    private static func volume(of draft: DemandDraft, _ node: DocumentNode, _ reading: inout Reading) -> Demand.Volume {
        let choices = "either peak: 14 req/s, or concurrentUsers: 5000 and requestDuration: 20s"
        let isRate = node["peak"] != nil
        let given = ["concurrentUsers", "requestDuration"].filter { node[$0] != nil }
        if isRate == given.isEmpty, given.count != 1 {
            // A value that could not be read has its message already.
            if let peak = draft.peak { return .rate(peak) }
            if let users = draft.concurrentUsers, let duration = draft.requestDuration {
                return .concurrent(users: users, requestDuration: duration)
            }
        } else if isRate {
            reading.report(line: node.line, at: reading.path.key("peak"), "two volumes are given", accepted: choices)
        } else if let only = given.first {
            let missing = only == "concurrentUsers" ? "requestDuration" : "concurrentUsers"
            reading.report(line: node.line, at: reading.path.key(missing), "the field is missing", accepted: choices)
        } else {
            reading.report(line: node.line, at: reading.path.key("peak"), "the field is missing", accepted: choices)
        }
        for field in ["peak", "concurrentUsers", "requestDuration"] { reading.markFailed(reading.path.key(field)) }
        return blankVolume
    }

    private static var blankVolume: Demand.Volume { .rate(RequestsPerSecond(1)) }

    private static func locate(_ draft: DemandDraft, _ node: DocumentNode, _ reading: inout Reading) -> Location {
        let metro = Catalogue.embedded.metro(draft.demand.from)
        if let coordinates = draft.coordinates {
            if let country = draft.country { return Location(coordinates: coordinates, country: country) }
            if let metro { return Location(coordinates: coordinates, country: metro.location.country) }
            if node["country"] == nil {
                reading.report(
                    line: node.line, at: reading.path.key("country"), "the field is missing",
                    accepted: "the country of the location, such as CA")
            }
            return .blank
        }
        // Whatever is missing has its message already, or gets it here.
        for field in ["location", "country"] { reading.markFailed(reading.path.key(field)) }
        guard node["location"] == nil, let from = node["from"], !draft.demand.from.isEmpty else { return .blank }
        guard let metro else {
            let nearest = NearestWord.nearest(to: draft.demand.from, among: Catalogue.embedded.metros.map(\.name)) ?? "none"
            reading.report(
                line: from.line, at: reading.path.key("from"),
                "\(quoted(draft.demand.from)) is not a city in the catalogue of \(Catalogue.asOf)",
                accepted: "the nearest is \(nearest); or add country and location: { latitude: …, longitude: … }")
            return .blank
        }
        if let country = draft.country, country != metro.location.country {
            reading.report(
                line: node["country"]?.line ?? node.line, at: reading.path.key("country"),
                "\(metro.name) in the catalogue of \(Catalogue.asOf) lies in \(metro.location.country), not \(quoted(country))",
                accepted: "\(metro.location.country), or add location: { latitude: …, longitude: … }")
        }
        return metro.location
    }
}

extension ValueRule where Value == Demand.Profile {
    /// A word, or a list of shares by local hour.
    static var demandProfile: ValueRule {
        let words: [(word: String, profile: Demand.Profile)] = [("constant", .constant), ("office-hours", .officeHours)]
        let accepted = "constant, office-hours, or a list of 24 or 168 shares by local hour such as [5%, 5%, 20%, …]"
        let shares = ValueRule<[Share]>.list(.quantity)
        return ValueRule(
            accepted: accepted,
            read: { node, reading in
                switch node.content {
                case .sequence: return shares.read(node, &reading).map { .hourly($0) }
                case .scalar(let text, _) where !node.isNull:
                    if let known = words.first(where: { $0.word == text }) { return known.profile }
                    reading.report(line: node.line, "\(quoted(text)) is not one of the values", accepted: accepted)
                default: reading.report(line: node.line, "\(node.kindName) is given", accepted: accepted)
                }
                return nil
            },
            write: { profile in
                switch profile {
                case .constant: .text(words[0].word)
                case .officeHours: .text(words[1].word)
                case .hourly(let given): shares.write(given)
                }
            })
    }
}
