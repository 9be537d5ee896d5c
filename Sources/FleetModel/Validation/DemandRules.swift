extension ProblemCollector {
    mutating func checkDemand(_ demand: Demand, _ field: FieldPath) {
        require(
            (1...128).contains(demand.from.utf8.count), field.key("from"), "\(quoted(demand.from)) is not a place name",
            accepted: "the name of a city such as Toronto")
        checkLocation(demand.location, field.key("location"), countryField: field.key("country"))
        checkVolume(demand, field)
        checkProfile(demand.profile, field.key("profile"))
        if let offset = demand.utcOffset, !UTCOffset.possible.contains(offset.minutes) {
            report(field.key("utcOffset"), "\(offset.text) is out of range", accepted: UTCOffset.accepted)
        }
    }

    private mutating func checkVolume(_ demand: Demand, _ field: FieldPath) {
        let most = RequestsPerSecond(WorkloadLimits.requestsPerSecond)
        switch demand.volume {
        case .rate(let rate):
            require(
                rate.value > 0 && rate <= most, field.key("peak"), "\(rate.text) is out of range",
                accepted: "a rate above 0 and at most \(most.text)")
        case .concurrent(let users, let requestDuration):
            let usersField = field.key("concurrentUsers")
            guard users > 0, users <= WorkloadLimits.concurrentUsers, requestDuration > .zero else {
                return report(
                    usersField, "\(plainNumber(users)) is out of range", accepted: "a number above 0 and at most 1000000000",
                    basis: [field.key("requestDuration")])
            }
            if demand.peak > most {
                report(
                    usersField, "with \(requestDuration.text) each that is \(demand.peak.text)",
                    accepted: "users and requestDuration that make at most \(most.text)",
                    basis: [field.key("requestDuration")])
            }
        }
    }

    private mutating func checkProfile(_ profile: Demand.Profile, _ field: FieldPath) {
        guard case .hourly(let shares) = profile else { return }
        guard shares.count == 24 || shares.count == HourOfWeek.count else {
            return report(
                field, "\(shares.count) shares are given",
                accepted: "24 shares, one for each local hour from 00:00, or 168 for the week from Monday 00:00")
        }
        require(
            shares.contains { $0 > .none }, field, "every share is 0%",
            accepted: "at least one above 0%; leave the entry out where nothing is asked for")
    }
}
