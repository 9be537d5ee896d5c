import FleetModel

extension RolloutPolicy {
    private static let fields: [Field<RolloutPolicy>] = [
        .optional("strategy", \.strategy, default: standard.strategy, .choice),
        .optional("maxSurge", \.maxSurge, default: standard.maxSurge, ReplicaAllowance.rule),
        .optional("maxUnavailable", \.maxUnavailable, ReplicaAllowance.rule),
        .optional("steps", \.steps, default: [], .list(CanaryStep.rule)),
        .optional("analysis", \.analysis, RolloutAnalysis.rule),
        .optional("autoRollback", \.autoRollback, default: standard.autoRollback, .flag),
        .optional("autoPromotion", \.autoPromotion, default: standard.autoPromotion, .flag),
        .optional("scaleDownDelay", \.scaleDownDelay, default: standard.scaleDownDelay, .quantity),
        .optional("progressDeadline", \.progressDeadline, default: standard.progressDeadline, .quantity),
    ]

    static let rule = Shape<RolloutPolicy>(blank: .standard, fields).rule
}

extension ReplicaAllowance {
    fileprivate static let rule = ValueRule<ReplicaAllowance>.scalar(
        accepted: "a number of replicas such as 1, or a share such as 25%",
        read: { text, isQuoted in
            if text.hasSuffix("%") { return Share(text: text).map(ReplicaAllowance.share) }
            guard !isQuoted, !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
                return nil
            }
            return Int(text).map(ReplicaAllowance.count)
        },
        write: { allowance in
            switch allowance {
            case .count(let count): .integer(Int64(count))
            case .share(let share): .text(share.text)
            }
        })
}

extension CanaryStep {
    fileprivate static let rule = Shape<CanaryStep>(
        blank: CanaryStep(weight: .none),
        [.required("weight", \.weight, .quantity), .optional("pause", \.pause, Pause.rule)]
    ).rule
}

extension CanaryStep.Pause {
    private static let manual = "untilPromoted"

    fileprivate static let rule = ValueRule<CanaryStep.Pause>.scalar(
        accepted: "a time such as 5m, or \(manual)",
        read: { text, _ in text == manual ? .untilPromoted : Duration(text: text).map(CanaryStep.Pause.time) },
        write: { pause in
            switch pause {
            case .time(let time): .text(time.text)
            case .untilPromoted: .text(manual)
            }
        })
}

extension RolloutAnalysis {
    private static let standard = RolloutAnalysis()

    fileprivate static let rule = Shape<RolloutAnalysis>(
        blank: standard,
        [
            .optional("maxErrorRate", \.maxErrorRate, default: standard.maxErrorRate, .quantity),
            .optional("maxLatencyIncrease", \.maxLatencyIncrease, .quantity),
            .optional("minRequests", \.minRequests, default: standard.minRequests, .whole("requests")),
            .optional("interval", \.interval, default: standard.interval, .quantity),
        ]
    ).rule
}
