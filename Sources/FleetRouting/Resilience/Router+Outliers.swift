import FleetModel

/// Outlier detection over an interval. Each loop judges by what it saw itself, when a request tells that the interval is over.
///
/// Success rate and failure percentage follow Envoy's outlier detection: mean and standard deviation (of the whole population)
/// over the replicas of a workload that had enough requests. Latency has no counterpart there: a replica is judged against
/// the median of its own plane, because planes of other hardware answer at other speeds.
extension Router {
    /// A latency this little above the median is no harm whatever its factor, milliseconds.
    private static let leastLatencyGap = 50.0

    mutating func gather(_ event: RouterEvent, from handle: ReplicaHandle, now: Moment) {
        guard let workload = workload(of: handle), policies[workload].gathers else { return }
        switch event {
        case .firstByte(_, let firstByte), .outpaced(_, let firstByte): outliers.succeeded(handle, after: firstByte)
        case .responseFailed, .connectFailed: outliers.failed(handle)
        default: return
        }
        if outliers.isDue(workload, interval: policies[workload].interval, now: now) { judge(workload, now: now) }
    }

    /// Whether requests may eject one more of the workload's replicas: one always, further ones up to its share.
    func mayEject(_ workload: Int, now: Moment) -> Bool {
        let share = policies[workload].maximumEjectedShare
        if share >= 1 { return true }
        var total = 0
        var ejected = 0
        for slot in slots(of: workload) {
            total += 1
            if replicas[Int(slot)].health.isEjected(at: now) { ejected += 1 }
        }
        return ejected == 0 || Double(ejected + 1) <= share * Double(total)
    }

    private func slots(of workload: Int) -> ArraySlice<Int32> {
        let range = workloads[workload].choices
        guard let first = range.first, let last = range.last else { return [] }
        return members[Int(choices[first].first)..<Int(choices[last].first + choices[last].count)]
    }

    private mutating func judge(_ workload: Int, now: Moment) {
        let policy = policies[workload]
        let all = slots(of: workload)
        if let rule = policy.successRate { judge(all, rule, workload, now: now) }
        if let rule = policy.failurePercentage { judge(all, rule, workload, now: now) }
        if let rule = policy.latency {
            for choice in workloads[workload].choices {
                let first = Int(choices[choice].first)
                judge(members[first..<first + Int(choices[choice].count)], rule, workload, now: now)
            }
        }
        for slot in all { outliers.clear(slot: slot) }
    }

    private mutating func judge(
        _ slots: ArraySlice<Int32>, _ rule: OutlierDetection.SuccessRate, _ workload: Int, now: Moment
    ) {
        sample(slots, volume: rule.requestVolume) { $0.successShare }
        guard !outliers.sample.isEmpty, outliers.sample.count >= rule.minimumHosts else { return }
        let count = Double(outliers.sample.count)
        let mean = outliers.sample.reduce(0, +) / count
        let variance = outliers.sample.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let threshold = mean - variance.squareRoot() * rule.stdevFactor
        eject(slots, volume: rule.requestVolume, workload, now: now) { $0.successShare < threshold }
    }

    private mutating func judge(
        _ slots: ArraySlice<Int32>, _ rule: OutlierDetection.FailurePercentage, _ workload: Int, now: Moment
    ) {
        sample(slots, volume: rule.requestVolume) { $0.successShare }
        guard outliers.sample.count >= rule.minimumHosts else { return }
        eject(slots, volume: rule.requestVolume, workload, now: now) { 1 - $0.successShare >= rule.threshold }
    }

    private mutating func judge(_ slots: ArraySlice<Int32>, _ rule: OutlierDetection.Latency, _ workload: Int, now: Moment) {
        sample(slots, volume: rule.requestVolume) { $0.meanFirstByte }
        let count = outliers.sample.count
        guard count > 0, count >= rule.minimumHosts else { return }
        outliers.sample.sort()
        let upper = outliers.sample[count / 2]
        let median = count.isMultiple(of: 2) ? (outliers.sample[count / 2 - 1] + upper) / 2 : upper
        let bound = max(median * rule.factor, median + Self.leastLatencyGap)
        eject(slots, volume: rule.requestVolume, workload, now: now) { $0.meanFirstByte > bound }
    }

    /// Fills the sample with a value of every replica that had enough requests and is in.
    private mutating func sample(_ slots: ArraySlice<Int32>, volume: Int, _ value: (OutlierWindows.Window) -> Double) {
        outliers.sample.removeAll(keepingCapacity: true)
        for slot in slots {
            let window = outliers.window(slot: slot, birth: replicas[Int(slot)].birth)
            if window.volume >= volume { outliers.sample.append(value(window)) }
        }
    }

    private mutating func eject(
        _ slots: ArraySlice<Int32>, volume: Int, _ workload: Int, now: Moment, where stands: (OutlierWindows.Window) -> Bool
    ) {
        let policy = policies[workload]
        for slot in slots {
            let window = outliers.window(slot: slot, birth: replicas[Int(slot)].birth)
            guard window.volume >= volume, stands(window), mayEject(workload, now: now) else { continue }
            if replicas[Int(slot)].health.stoodOut(policy, at: now) { ejections += 1 }
        }
    }
}
