/// Users in one place and how much they ask for.
package struct Demand: Equatable, Sendable {
    /// How much is asked for at the busiest hour.
    package enum Volume: Equatable, Sendable {
        case rate(RequestsPerSecond)
        /// So many users who each always have one request in the works, which takes this long: by Little's law (Little 1961)
        /// users divided by that time arrive in a second.
        case concurrent(users: Double, requestDuration: Duration)
    }

    /// How demand changes over the hours of the users' place.
    package enum Profile: Equatable, Sendable {
        case constant
        /// ``officeHours``.
        case officeHours
        /// Shares of the peak by local hour: 24 of a day, or 168 of a week from Monday 00:00.
        case hourly([Share])
    }

    /// Shares of the peak by local hour of the day from 00:00, every day alike: a tenth at night, the peak from 10 to 12 and from
    /// 14 to 16, and some use in the evening. Half of the peak on average.
    package static let officeHours: [Share] = [
        10, 10, 10, 10, 10, 10, 20, 40, 70, 95, 100, 100, 85, 95, 100, 100, 95, 70, 45, 35, 30, 25, 20, 15,
    ].map { Share(Double($0) / 100) }

    /// A display name: the metropolis.
    package var from: String
    package var location: Location
    package var volume: Volume
    package var profile: Profile
    /// How far the users' clocks are ahead of UTC; nil follows the sun by longitude.
    package var utcOffset: UTCOffset?
    /// Network round trip for these users; goes before the workload's.
    package var latencyBudget: Duration?

    package init(
        from: String, location: Location, volume: Volume, profile: Profile = .constant, utcOffset: UTCOffset? = nil,
        latencyBudget: Duration? = nil
    ) {
        self.from = from
        self.location = location
        self.volume = volume
        self.profile = profile
        self.utcOffset = utcOffset
        self.latencyBudget = latencyBudget
    }

    package init(
        from: String, location: Location, peak: RequestsPerSecond, profile: Profile = .constant, utcOffset: UTCOffset? = nil,
        latencyBudget: Duration? = nil
    ) {
        self.init(
            from: from, location: location, volume: .rate(peak), profile: profile, utcOffset: utcOffset,
            latencyBudget: latencyBudget)
    }

    /// Arrivals at the busiest hour.
    package var peak: RequestsPerSecond {
        switch volume {
        case .rate(let rate): rate
        case .concurrent(let users, let requestDuration): RequestsPerSecond(users / requestDuration.seconds)
        }
    }

    /// Arrivals in an hour of the week in UTC (0 is Monday 00:00; other hours wrap).
    ///
    /// Where the offset is no whole number of hours, a UTC hour holds parts of two local ones and gets their weighted mean.
    package func rate(hourOfWeekUTC hour: Int) -> RequestsPerSecond {
        let shares: [Share]
        switch profile {
        case .constant: return peak
        case .officeHours: shares = Self.officeHours
        case .hourly(let given): shares = given
        }
        guard !shares.isEmpty else { return peak }
        let offset = (utcOffset ?? UTCOffset(longitude: location.coordinates.longitude)).minutes
        let start = HourOfWeek.wrapped(hour) * 60 + offset + HourOfWeek.count * 60
        let (local, minutes) = (start / 60, start % 60)
        let (first, second) = (shares[local % shares.count].fraction, shares[(local + 1) % shares.count].fraction)
        let share = minutes == 0 ? first : (first * Double(60 - minutes) + second * Double(minutes)) / 60
        return RequestsPerSecond(peak.value * share)
    }
}
