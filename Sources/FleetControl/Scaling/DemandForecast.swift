package import FleetModel

/// What is expected to arrive until replicas asked for now would serve.
package struct DemandForecast: Equatable, Sendable, Codable {
    /// What repeats, the one that says most first.
    package enum Season: String, CaseIterable, Sendable, Codable { case weekly, daily }

    package var mode: PredictiveScaling.Mode
    /// The highest rate forecast, in requests per second; nil while too little is known.
    package var rate: Double?
    /// When it is expected, in seconds since 1970.
    package var expectedAt: Int64
    package var season: Season?
    /// Slots it was taken from.
    package var samples: Int
    /// What one replica carries, in requests per second.
    package var ratePerReplica: Double
    package var replicas: Int?
    /// How far ahead was looked, in seconds, where that is longer than declared: nodes have to come first.
    package var launchLeadSeconds: Int64?

    package init(
        mode: PredictiveScaling.Mode, rate: Double?, expectedAt: Int64, season: Season?, samples: Int, ratePerReplica: Double,
        replicas: Int?, launchLeadSeconds: Int64? = nil
    ) {
        self.mode = mode
        self.rate = rate
        self.expectedAt = expectedAt
        self.season = season
        self.samples = samples
        self.ratePerReplica = ratePerReplica
        self.replicas = replicas
        self.launchLeadSeconds = launchLeadSeconds
    }

    var wish: ScalingDecision.Wish {
        let said: String
        if let rate, let season {
            said =
                "\(ScalingText.number(rate)) req/s forecast from \(samples) \(season.rawValue) samples, "
                + "\(ScalingText.number(ratePerReplica)) per replica"
                + (launchLeadSeconds.map { ", \(Duration.seconds($0).text) ahead for nodes to come" } ?? "")
        } else {
            said = "less than \(SeasonalForecast.fewestDays) days are known"
        }
        return ScalingDecision.Wish(
            policy: "predictive", replicas: replicas, because: mode == .forecastOnly ? "\(said); only told" : said,
            counts: mode == .forecastAndScale)
    }
}

/// Forecasts by what came at the same time of earlier weeks, or while fewer than ``fewestWeeks`` are known of earlier days: the
/// seasonal naïve method (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, 5.2) with a quantile of
/// the samples in place of the last one, brought to the level of the last hour.
package struct SeasonalForecast: Sendable {
    package static let fewestWeeks = 2
    package static let fewestDays = 2
    private static let days = 7
    /// Slots of the last hour, by which the season's level is corrected, at most by half or double.
    private static let levelSlots: Int64 = 4
    private static let levelRange = 0.5...2.0

    private let series: DemandSeries
    private let zone: TimeZoneOffsets

    package init(_ series: DemandSeries, zone: TimeZoneOffsets) { (self.series, self.zone) = (series, zone) }

    /// - Parameters:
    ///   - lead: until a replica asked for now would serve; nil: as declared.
    ///   - ratePerReplica: what one replica carries, in requests per second; above 0.
    ///   - secondsSince1970: now.
    package func forecast(
        _ policy: PredictiveScaling, lead: Duration? = nil, ratePerReplica: Double, secondsSince1970: UInt64
    ) -> DemandForecast {
        let lead = lead ?? policy.leadTime
        let now = Int64(clamping: secondsSince1970)
        let slot = now / DemandHistory.slotSeconds
        let last = (now + lead.components.seconds) / DemandHistory.slotSeconds
        var forecast = DemandForecast(
            mode: policy.mode, rate: nil, expectedAt: now, season: nil, samples: 0, ratePerReplica: ratePerReplica, replicas: nil,
            launchLeadSeconds: lead > policy.leadTime ? lead.components.seconds : nil)
        for season in DemandForecast.Season.allCases where forecast.rate == nil {
            let level = level(before: slot, season)
            for ahead in slot...max(slot, last) {
                guard let samples = samples(ahead, before: slot, season) else { continue }
                let rate = Self.quantile(samples, policy.quantile.fraction) * level
                guard rate > forecast.rate ?? -1 else { continue }
                forecast.rate = rate
                forecast.expectedAt = max(now, ahead * DemandHistory.slotSeconds)
                forecast.season = season
                forecast.samples = samples.count
            }
        }
        if let rate = forecast.rate {
            // Not one request is expected: nothing is kept for it.
            let isNone = rate * max(lead.seconds, 1) < 1
            forecast.replicas = isNone ? 0 : TargetTracking.ceiling(rate / ratePerReplica)
        }
        return forecast
    }

    /// Rates at the same time of earlier weeks or days and in the slots beside it, of slots that ended before now; nil where too
    /// few are known.
    private func samples(_ slot: Int64, before end: Int64, _ season: DemandForecast.Season) -> [Double]? {
        let (days, most, fewest) =
            season == .weekly ? (7, Int(DemandHistory.weeks), Self.fewestWeeks) : (1, Self.days, Self.fewestDays)
        var found: [Double] = []
        var seasons = 0
        for back in 1...most {
            let middle = earlier(slot, days: days * back)
            guard middle < end, let rate = series.rate(middle) else { continue }
            seasons += 1
            found.append(rate)
            found += [middle - 1, middle + 1].filter { $0 < end }.compactMap { series.rate($0) }
        }
        return seasons >= fewest ? found : nil
    }

    /// The slot of the same time by the zone's clocks so many days before.
    private func earlier(_ slot: Int64, days: Int) -> Int64 {
        let local = zone.local(slot * DemandHistory.slotSeconds) - Int64(days) * 86_400
        return zone.seconds(local: local) / DemandHistory.slotSeconds
    }

    /// How much more or less came in the last hour than the season says.
    private func level(before slot: Int64, _ season: DemandForecast.Season) -> Double {
        var (actual, expected) = (0.0, 0.0)
        for past in (slot - Self.levelSlots)..<slot {
            guard let rate = series.rate(past), let samples = samples(past, before: past, season) else { continue }
            actual += rate
            expected += Self.quantile(samples, 0.5)
        }
        guard expected > 0 else { return 1 }
        return min(max(actual / expected, Self.levelRange.lowerBound), Self.levelRange.upperBound)
    }

    /// By linear interpolation between order statistics: type 7 of Hyndman and Fan (Sample Quantiles in Statistical Packages,
    /// 1996).
    package static func quantile(_ samples: [Double], _ share: Double) -> Double {
        let sorted = samples.sorted()
        guard let last = sorted.last else { return 0 }
        let position = min(max(share, 0), 1) * Double(sorted.count - 1)
        let index = Int(position)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
    }
}

extension Workload {
    /// What one replica is forecast to carry, in requests per second: the target where one is set, else the declared throughput
    /// of its slowest profile at the targeted utilisation.
    package var forecastRatePerReplica: Double {
        if let target = scaling.target[.requestsPerSecondPerReplica] { return target }
        let slowest = replica.profile.map(\.rate.value).min() ?? 1
        return max(slowest * objective.targetUtilization.fraction, .leastNormalMagnitude)
    }
}
