/// How often spot machines of one type were reclaimed in a month, in the bands AWS publishes (Spot Advisor, "frequency of
/// interruption").
package enum InterruptionBand: String, CaseIterable, Sendable, Codable, Comparable {
    case below5 = "<5"
    case from5to10 = "5-10"
    case from10to15 = "10-15"
    case from15to20 = "15-20"
    case above20 = ">20"

    /// Share of machines reclaimed in a month: the middle of the band. The last band has no upper end; 25% stands for it, which a
    /// scarce type may well exceed.
    package var monthlyShare: Share {
        switch self {
        case .below5: Share(0.025)
        case .from5to10: Share(0.075)
        case .from10to15: Share(0.125)
        case .from15to20: Share(0.175)
        case .above20: Share(0.25)
        }
    }

    /// Expected reclaims of one machine in an hour: the monthly share spread evenly over a month's 730 hours. A share is at most the
    /// number of reclaims, so this errs low, by less than a seventh at 25% (−ln(1 − p) against p).
    package var rate: InterruptionRate { InterruptionRate(perNodeHour: monthlyShare.fraction / hoursPerMonth) }

    package static func < (left: Self, right: Self) -> Bool { left.monthlyShare < right.monthlyShare }
}
