/// Other bounds and another size for a while, again and again.
package struct ScalingSchedule: Equatable, Sendable {
    package var name: String
    /// When it begins, by the clocks of ``zone``.
    package var start: CronExpression
    package var zone: TimeZoneOffsets
    /// How long it lasts, in elapsed time.
    package var duration: Duration
    /// In place of the policy's while it lasts; nil leaves it.
    package var minReplicas: Int?
    package var maxReplicas: Int?
    /// One more wish while it lasts.
    package var desiredReplicas: Int?

    package init(
        name: String, start: CronExpression, zone: TimeZoneOffsets = .utc, duration: Duration, minReplicas: Int? = nil,
        maxReplicas: Int? = nil, desiredReplicas: Int? = nil
    ) {
        self.name = name
        self.start = start
        self.zone = zone
        self.duration = duration
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
        self.desiredReplicas = desiredReplicas
    }
}

/// Sizes by what came at the same time of earlier weeks or days.
package struct PredictiveScaling: Equatable, Sendable {
    package enum Mode: String, CaseIterable, Sendable, Codable {
        /// The forecast is one more wish.
        case forecastAndScale
        /// The forecast is told and changes nothing.
        case forecastOnly
    }

    package var mode: Mode
    /// Of what came at the same time before, the share that had no more than is prepared for.
    package var quantile: Share
    /// How long before the forecast time replicas are asked for; never less than a replica's cold start where that is known.
    package var leadTime: Duration
    /// By whose clocks days and weeks repeat.
    package var zone: TimeZoneOffsets

    package init(
        mode: Mode = .forecastAndScale, quantile: Share = Share(0.9), leadTime: Duration = .seconds(900),
        zone: TimeZoneOffsets = .utc
    ) {
        self.mode = mode
        self.quantile = quantile
        self.leadTime = leadTime
        self.zone = zone
    }
}

/// Grows by a short window when demand bursts, and takes nothing away until the burst is over: Knative's panic mode.
package struct PanicMode: Equatable, Sendable {
    /// What is measured is averaged over this.
    package var stableWindow: Duration
    /// The short window, in percent of the stable one.
    package var panicWindowPercentage: Double
    /// Replicas needed by the short window, in percent of those ready, from which on it is a burst.
    package var panicThresholdPercentage: Double

    package init(
        stableWindow: Duration = .seconds(60), panicWindowPercentage: Double = 10, panicThresholdPercentage: Double = 200
    ) {
        self.stableWindow = stableWindow
        self.panicWindowPercentage = panicWindowPercentage
        self.panicThresholdPercentage = panicThresholdPercentage
    }

    package var panicWindow: Duration { stableWindow * (panicWindowPercentage / 100) }
}
