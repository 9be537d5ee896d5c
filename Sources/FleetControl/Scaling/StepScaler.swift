import FleetModel

/// Step policies of one workload, as EC2 Auto Scaling carries them out: while an alarm lasts its policy acts after every period,
/// by how far the metric is beyond the threshold; replicas that still warm up are not counted as capacity to add to, so that a
/// lasting alarm adds only what a larger step adds, and nothing is taken away meanwhile. What is wished and not added does not
/// warm up: ``record(from:to:now:)`` tells what came of it.
struct StepScaler: Equatable {
    fileprivate struct Follower: Equatable {
        let policy: StepScaling
        var watch = AlarmWatch()
        var wish: Int?
        var because = "no alarm"
        /// What was added and when, the newest last.
        var warming: [Addition] = []
    }

    fileprivate struct Addition: Equatable {
        var count: Int
        var at: Moment
    }

    private var followers: [Follower] = []

    mutating func wishes(
        _ policies: [StepScaling], _ signals: WorkloadSignals, replicas: Int, now: Moment
    ) -> [ScalingDecision.Wish] {
        if followers.map(\.policy) != policies { followers = policies.map { Follower(policy: $0) } }
        for index in followers.indices {
            let warmUp = followers[index].policy.warmUp
            followers[index].warming.removeAll { now.since($0.at) >= warmUp }
        }
        let isWarming = followers.contains { !$0.warming.isEmpty }
        for index in followers.indices { followers[index].follow(signals, replicas: replicas, isWarming: isWarming, now: now) }
        return followers.enumerated().map { index, follower in
            ScalingDecision.Wish(policy: "steps[\(index)]", replicas: follower.wish, because: follower.because)
        }
    }

    /// Remembers what was added of what a policy wished, whatever limits, bounds and windows left of it.
    mutating func record(from before: Int, to after: Int, now: Moment) {
        for index in followers.indices {
            guard let wish = followers[index].wish else { continue }
            let added = min(after, wish) - before
            if added > 0 { followers[index].warming.append(Addition(count: added, at: now)) }
        }
    }
}

extension StepScaler.Follower {
    fileprivate mutating func follow(_ signals: WorkloadSignals, replicas: Int, isWarming: Bool, now: Moment) {
        switch watch.observe(policy.alarm, signals, now: now) {
        case .pending: return
        case .fine: (wish, because) = (nil, "no alarm")
        case .breached(let level):
            let breach = level - policy.alarm.threshold
            let said =
                policy.alarm.said(level)
            guard let step = policy.adjustments.first(where: { $0.covers(breach, isUpward: policy.alarm.comparison.isUpward) })
            else {
                (wish, because) = (nil, "\(said): no step is for that")
                return
            }
            let base = max(0, replicas - warming.reduce(0) { $0 + $1.count })
            let next = policy.adjustmentType.applied(step.adjustment, to: base, least: policy.minAdjustmentMagnitude)
            because = "\(said): \(policy.adjustmentType.rawValue) \(step.adjustment)"
            if next > replicas {
                wish = next
            } else if next < base, !isWarming {
                wish = max(0, next)
            } else {
                wish = replicas
                if !warming.isEmpty { because += ", but what was added still warms up" }
            }
        }
    }
}

/// Simple policies of one workload, as EC2 Auto Scaling carries them out: one change at a time, and the next only after the
/// cooldown of the last, whichever policy made it.
struct SimpleScaler: Equatable {
    fileprivate struct Follower: Equatable {
        let policy: SimpleScaling
        var watch = AlarmWatch()
        var wish: Int?
        var isAlarmed = false
        var because = "no alarm"
    }

    private var followers: [Follower] = []
    private var restUntil: Moment?

    mutating func wishes(
        _ policies: [SimpleScaling], _ signals: WorkloadSignals, replicas: Int, now: Moment
    ) -> [ScalingDecision.Wish] {
        if followers.map(\.policy) != policies { followers = policies.map { Follower(policy: $0) } }
        if let end = restUntil, now >= end { restUntil = nil }
        for index in followers.indices {
            let policy = followers[index].policy
            switch followers[index].watch.observe(policy.alarm, signals, now: now) {
            case .pending: break
            case .fine: followers[index].isAlarmed = false
            case .breached(let level):
                followers[index].isAlarmed = true
                guard restUntil == nil else { break }
                let next = policy.adjustmentType.applied(
                    policy.adjustment, to: replicas, least: policy.minAdjustmentMagnitude)
                followers[index].wish = max(0, next)
                followers[index].because =
                    "\(policy.alarm.said(level)): "
                    + "\(policy.adjustmentType.rawValue) \(policy.adjustment)"
                restUntil = now.advanced(by: policy.cooldown)
            }
            if !followers[index].isAlarmed, restUntil == nil {
                (followers[index].wish, followers[index].because) = (nil, "no alarm")
            }
        }
        return followers.enumerated().map { index, follower in
            ScalingDecision.Wish(policy: "simple[\(index)]", replicas: follower.wish, because: follower.because)
        }
    }
}
