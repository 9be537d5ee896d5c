package import FleetModel

extension ScalingSchedule {
    /// When the schedule that lasts now began, in seconds since 1970; nil where it does not last, or where its zone is not known.
    ///
    /// It begins at each time its expression names by the zone's clocks, once: at a time shown twice the first time, at a skipped
    /// one when the skipped time has passed (``TimeZoneOffsets/seconds(local:)``). It lasts as long in elapsed time.
    package func opening(at seconds: Int64) -> Int64? {
        guard zone.isKnown else { return nil }
        let length = duration.components.seconds
        let local = zone.local(seconds)
        // While clocks change, later times by them may have come already, and earlier ones may have yet to end.
        let slack = Int64(abs(zone.offset(at: seconds - 86_400) - zone.offset(at: seconds + 86_400)))
        let newest = local + slack
        let first = Self.day(zone.local(seconds - length)) - 1
        for day in stride(from: Self.day(newest), through: first, by: -1) where start.fits(CivilDate(daysSince1970: Int(day))) {
            for minute in start.minutes(upTo: Int(min(1_439, (newest - day * 86_400) / 60))) {
                let opened = zone.seconds(local: day * 86_400 + Int64(minute) * 60)
                guard opened <= seconds else { continue }
                if seconds < opened + length { return opened }
                if seconds >= opened + length + slack { break }
            }
        }
        return nil
    }

    private static func day(_ local: Int64) -> Int64 { (local - (local < 0 ? 86_399 : 0)) / 86_400 }
}

/// What the schedules that last at one time make of a policy's bounds.
///
/// Where several last, the largest minimum, the largest maximum and the largest desired number among them count. A minimum above
/// the maximum raises that. Whether a schedule of an unknown zone lasts is not known: it takes nothing away.
struct ScheduledBounds {
    var minReplicas: Int
    var maxReplicas: Int
    var desired: (replicas: Int, schedule: String)?
    var open: [String]
    /// Schedules of zones this machine does not know.
    var unknown: [String]

    init(_ policy: ScalingPolicy, at seconds: UInt64) {
        let now = Int64(clamping: seconds)
        let lasting = policy.schedules.filter { $0.opening(at: now) != nil }
        let hidden = policy.schedules.filter { !$0.zone.isKnown }
        open = lasting.map(\.name)
        unknown = hidden.map(\.name)
        let known = lasting.compactMap(\.minReplicas).max() ?? policy.minReplicas
        let least = hidden.compactMap(\.minReplicas).reduce(known, max)
        let most = lasting.compactMap(\.maxReplicas).max() ?? policy.maxReplicas
        minReplicas = min(max(0, least), policy.maxReplicas)
        maxReplicas = max(min(most, policy.maxReplicas), minReplicas)
        for schedule in lasting {
            guard let wanted = schedule.desiredReplicas, wanted > desired?.replicas ?? -1 else { continue }
            desired = (wanted, schedule.name)
        }
    }
}
