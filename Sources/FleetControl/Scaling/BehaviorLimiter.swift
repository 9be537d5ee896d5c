import FleetModel

/// Slows wishes down as the `behavior` of Kubernetes' Horizontal Pod Autoscaler does: first the smallest change wished within the
/// direction's window (`stabilizeRecommendationWithBehaviors`), then as much as the direction's policies allow within their
/// periods (`calculateScaleUpLimitWithScalingRules` and its like for down).
struct BehaviorLimiter: Equatable {
    private struct Wish: Equatable {
        var replicas: Int
        var at: Moment
    }

    private struct Change: Equatable {
        var count: Int
        var at: Moment
    }

    /// Wishes that may still be the lowest of the window for up, each lower than all before it is removed for; and the highest.
    private var lows: [Wish] = []
    private var highs: [Wish] = []
    private var added: [Change] = []
    private var removed: [Change] = []

    struct Outcome: Equatable {
        var replicas: Int
        var limitedBy: String?
    }

    mutating func limit(_ wish: Int, from current: Int, _ behavior: ScalingBehavior, now: Moment) -> Outcome {
        // What runs counts as the wish before the first one, so that a restart takes nothing away at once.
        if highs.isEmpty { highs = [Wish(replicas: current, at: now)] }
        let upWindow = Duration.seconds(behavior.scaleUp.stabilizationWindowSeconds)
        let downWindow = Duration.seconds(behavior.scaleDown.stabilizationWindowSeconds)
        lows.removeAll { now.since($0.at) >= upWindow || $0.replicas >= wish }
        lows.append(Wish(replicas: wish, at: now))
        highs.removeAll { now.since($0.at) >= downWindow || $0.replicas <= wish }
        highs.append(Wish(replicas: wish, at: now))
        let (lowest, highest) = (lows.map(\.replicas).min() ?? wish, highs.map(\.replicas).max() ?? wish)
        if current < lowest {
            let limit = upLimit(current, behavior.scaleUp, now: now)
            let said =
                lowest > limit
                ? "behavior.scaleUp allows \(limit)" : lowest < wish ? "\(lowest) within behavior.scaleUp's window" : nil
            return Outcome(replicas: min(lowest, limit), limitedBy: said)
        }
        if current > highest {
            let limit = downLimit(current, behavior.scaleDown, now: now)
            let said =
                highest < limit
                ? "behavior.scaleDown allows \(limit)" : highest > wish ? "\(highest) within behavior.scaleDown's window" : nil
            return Outcome(replicas: max(highest, limit), limitedBy: said)
        }
        let window = wish < current ? "scaleDown" : "scaleUp"
        return Outcome(replicas: current, limitedBy: wish == current ? nil : "behavior.\(window)'s window")
    }

    /// Remembers what came of a decision, for the periods to come.
    mutating func record(from before: Int, to after: Int, _ behavior: ScalingBehavior, now: Moment) {
        let periods = (behavior.scaleUp.policies + behavior.scaleDown.policies).map(\.periodSeconds)
        let longest = Duration.seconds(periods.max() ?? 0)
        added.removeAll { now.since($0.at) >= longest }
        removed.removeAll { now.since($0.at) >= longest }
        if after > before { added.append(Change(count: after - before, at: now)) }
        if after < before { removed.append(Change(count: before - after, at: now)) }
    }

    private func start(_ current: Int, _ period: Int, now: Moment) -> Int {
        func sum(_ changes: [Change]) -> Int {
            changes.reduce(0) { now.since($1.at) < .seconds(period) ? $0 + $1.count : $0 }
        }
        return max(0, current - sum(added) + sum(removed))
    }

    private func upLimit(_ current: Int, _ rules: ScalingBehavior.Rules, now: Moment) -> Int {
        let limits = rules.policies.map { limit in
            let start = start(current, limit.periodSeconds, now: now)
            return limit.type == .pods
                ? start + limit.value : Int((Double(start) * (1 + Double(limit.value) / 100) - 1e-9).rounded(.up))
        }
        switch rules.selectPolicy {
        case .disabled: return current
        case .max: return max(current, limits.max() ?? .max)
        case .min: return max(current, limits.min() ?? .max)
        }
    }

    private func downLimit(_ current: Int, _ rules: ScalingBehavior.Rules, now: Moment) -> Int {
        let limits = rules.policies.map { limit in
            let start = start(current, limit.periodSeconds, now: now)
            return limit.type == .pods
                ? start - limit.value : Int((Double(start) * (1 - Double(limit.value) / 100) + 1e-9).rounded(.down))
        }
        switch rules.selectPolicy {
        case .disabled: return current
        case .max: return min(current, max(0, limits.min() ?? 0))
        case .min: return min(current, max(0, limits.max() ?? 0))
        }
    }
}
