extension ProblemCollector {
    mutating func checkResilience(of workload: Workload) {
        let base: FieldPath = "spec.resilience"
        checkOutliers(workload.resilience.outlierDetection, base.key("outlierDetection"))
        checkHealth(workload.resilience.healthChecks.shallow, base.key("healthChecks").key("shallow"))
        if let deep = workload.resilience.healthChecks.deep { checkHealth(deep, base.key("healthChecks").key("deep")) }
        checkSlowStart(workload.resilience.slowStart, base.key("slowStart"))
        checkBreakers(workload.resilience.circuitBreakers, base.key("circuitBreakers"))
        checkFallback(workload.resilience.fallback, base.key("fallback"), of: workload.name)
    }

    mutating func checkResilience(of route: Route) {
        let resilience = route.resilience
        requireTime(resilience.totalTimeoutMilliseconds, atMost: ResilienceLimits.hour, "spec.timeouts.total")
        checkRetries(resilience.retries)
        if let hedging = resilience.hedging { checkHedging(hedging) }
        if case .workload(let name) = route.target {
            checkFallback(resilience.fallback, "spec.fallback", of: name)
        } else {
            checkFallback(resilience.fallback, "spec.fallback", of: nil)
        }
        if let interval = resilience.keepAliveMilliseconds {
            requireRange(
                interval, in: 1_000...300_000, "spec.streaming.keepAlive", accepted: "a time from 1s to 5m such as 15s")
        }
    }

    private mutating func checkRetries(_ retries: RetryPolicy) {
        let base: FieldPath = "spec.retries"
        requireDistinct(retries.retryOn.map(\.rawValue), base.key("retryOn"), what: "condition")
        requireTime(retries.perTryTimeoutMilliseconds, atMost: ResilienceLimits.hour, base.key("perTryTimeout"))
        requireRange(
            retries.baseBackOffMilliseconds, in: 1...10_000, base.key("backOff").key("baseInterval"),
            accepted: "a time above 0 and at most 10s such as 25ms")
        let longest = base.key("backOff").key("maxInterval")
        requireRange(
            retries.maxBackOffMilliseconds, in: 1...60_000, longest, accepted: "a time above 0 and at most 1m such as 250ms")
        if retries.maxBackOffMilliseconds < retries.baseBackOffMilliseconds {
            report(
                longest, "it is shorter than baseInterval", accepted: "at least baseInterval",
                basis: [base.key("backOff").key("baseInterval")])
        }
        guard let budget = retries.budget else { return }
        requireShare(budget.share, base.key("budget").key("budgetPercent"))
        requireRange(
            budget.minRetryConcurrency, in: 0...ResilienceLimits.count, base.key("budget").key("minRetryConcurrency"),
            accepted: "0 to \(ResilienceLimits.count) repetitions")
    }

    private mutating func checkHedging(_ hedging: Hedging) {
        let base: FieldPath = "spec.hedging"
        requireTime(hedging.delayMilliseconds, atMost: 60_000, base.key("delay"))
        if let percentile = hedging.percentile {
            require(
                (0.5...0.999).contains(percentile), base.key("percentile"), "\(Share(percentile).text) is out of range",
                accepted: "50% to 99.9%, such as 95%")
        } else if hedging.delayMilliseconds == nil {
            report(base, "nothing says when the second attempt joins", accepted: "delay, percentile, or both")
        }
    }

    private mutating func checkOutliers(_ rules: OutlierDetection, _ base: FieldPath) {
        let streak = "1 to 255 in a row"
        requireRange(rules.consecutive5xx, in: 1...255, base.key("consecutive5xx"), accepted: streak)
        requireRange(rules.consecutiveGatewayFailure, in: 1...255, base.key("consecutiveGatewayFailure"), accepted: streak)
        requireRange(
            rules.consecutiveLocalOriginFailure, in: 1...255, base.key("consecutiveLocalOriginFailure"), accepted: streak)
        requireTime(rules.intervalMilliseconds, atMost: ResilienceLimits.hour, base.key("interval"))
        requireTime(rules.baseEjectionMilliseconds, atMost: ResilienceLimits.hour, base.key("baseEjectionTime"))
        let longest = base.key("maxEjectionTime")
        requireTime(rules.maxEjectionMilliseconds, atMost: ResilienceLimits.hour, longest)
        if rules.maxEjectionMilliseconds < rules.baseEjectionMilliseconds {
            report(
                longest, "it is shorter than baseEjectionTime", accepted: "at least baseEjectionTime",
                basis: [base.key("baseEjectionTime")])
        }
        requireShare(rules.maxEjectionShare, base.key("maxEjectionPercent"))
        if let rule = rules.successRate {
            let field = base.key("successRate")
            requireFactor(rule.stdevFactor, field.key("stdevFactor"))
            checkSample(hosts: rule.minimumHosts, volume: rule.requestVolume, field)
        }
        if let rule = rules.failurePercentage {
            let field = base.key("failurePercentage")
            requireShare(rule.threshold, field.key("threshold"))
            checkSample(hosts: rule.minimumHosts, volume: rule.requestVolume, field)
        }
        if let rule = rules.latency {
            let field = base.key("latency")
            require(
                rule.factor > 1 && rule.factor <= 100, field.key("factor"), "\(plainNumber(rule.factor)) is out of range",
                accepted: "a number above 1 and at most 100 such as 3")
            checkSample(hosts: rule.minimumHosts, volume: rule.requestVolume, field)
        }
    }

    private mutating func checkSample(hosts: Int, volume: Int, _ field: FieldPath) {
        requireRange(hosts, in: 1...4_096, field.key("minimumHosts"), accepted: "1 to 4096 replicas")
        requireRange(volume, in: 1...1_000_000, field.key("requestVolume"), accepted: "1 to 1000000 requests")
    }

    private mutating func checkHealth(_ check: HealthChecks.Check, _ base: FieldPath) {
        if let path = check.path {
            require(
                TextRules.isPath(path) && path.utf8.count <= 256, base.key("path"), "\(quoted(path)) is not a path",
                accepted: TextRules.path)
        }
        if let body = check.body {
            require(
                (1...4_096).contains(body.utf8.count), base.key("body"), "\(body.utf8.count) bytes are given",
                accepted: "1 to 4096 bytes of JSON")
        }
        requireRange(
            check.intervalMilliseconds, in: 100...3_600_000, base.key("interval"), accepted: "a time from 100ms to 1h such as 10s"
        )
        let timeout = base.key("timeout")
        requireTime(check.timeoutMilliseconds, atMost: ResilienceLimits.hour, timeout)
        if check.timeoutMilliseconds > check.intervalMilliseconds {
            report(timeout, "it is longer than the interval", accepted: "at most the interval", basis: [base.key("interval")])
        }
        requireRange(check.healthyThreshold, in: 1...100, base.key("healthyThreshold"), accepted: "1 to 100 in a row")
        requireRange(check.unhealthyThreshold, in: 1...100, base.key("unhealthyThreshold"), accepted: "1 to 100 in a row")
    }

    private mutating func checkSlowStart(_ slowStart: SlowStart, _ base: FieldPath) {
        requireRange(
            slowStart.windowMilliseconds, in: 0...ResilienceLimits.hour, base.key("window"),
            accepted: "a time of at least 0 and at most 1h such as 30s")
        requireFactor(slowStart.aggression, base.key("aggression"))
        requireShare(slowStart.minWeight, base.key("minWeightPercent"))
    }

    private mutating func checkBreakers(_ breakers: CircuitBreakers, _ base: FieldPath) {
        let limits = [
            ("maxConnections", breakers.maxConnections, 1), ("maxPendingRequests", breakers.maxPendingRequests, 0),
            ("maxRequests", breakers.maxRequests, 1), ("maxRetries", breakers.maxRetries, 0),
        ]
        for case (let name, let limit?, let least) in limits {
            requireRange(
                limit, in: least...ResilienceLimits.count, base.key(name), accepted: "\(least) to \(ResilienceLimits.count)")
        }
    }

    private mutating func checkFallback(_ chain: [Fallback], _ base: FieldPath, of workload: WorkloadName?) {
        require(
            chain.count <= Fallback.most, base, "\(chain.count) entries are given", accepted: "at most \(Fallback.most) entries")
        for (position, entry) in chain.enumerated() where entry.workload == workload {
            report(
                base.index(position).key("workload"), "it is the workload itself", accepted: "the name of another Workload")
        }
        requireDistinct(chain.map { "\($0.workload) \($0.model ?? "")" }, base, what: "fallback", leaf: "workload")
    }

    private mutating func requireTime(_ milliseconds: Int?, atMost most: Int, _ field: FieldPath) {
        guard let milliseconds else { return }
        requireRange(
            milliseconds, in: 1...most, field, accepted: "a time above 0 and at most \(Duration.milliseconds(most).text)")
    }

    mutating func requireShare(_ share: Double, _ field: FieldPath) {
        require(
            share >= 0 && share <= 1, field, "\(Share(share).text) is out of range", accepted: "a share from 0% to 100%")
    }

    private mutating func requireFactor(_ factor: Double, _ field: FieldPath) {
        require(
            factor >= 0.1 && factor <= 10, field, "\(plainNumber(factor)) is out of range",
            accepted: "a number from 0.1 to 10")
    }
}

enum ResilienceLimits {
    /// Longest time of any policy, ms: what is longer than this was mistyped.
    static let hour = 3_600_000
    /// More than any plane carries at a time.
    static let count = 1_000_000
}

extension Fleet {
    /// A fallback may name only a model its workload serves.
    func fallbackProblems() -> [FleetProblem] {
        var found: [FleetProblem] = []
        for workload in workloads {
            let key = ResourceKey(kind: .workload, name: workload.metadata.name)
            found += fallbackProblems(workload.resilience.fallback, "spec.resilience.fallback", key)
        }
        for route in routes {
            let key = ResourceKey(kind: .route, name: route.metadata.name)
            found += fallbackProblems(route.resilience.fallback, "spec.fallback", key)
        }
        return found
    }

    private func fallbackProblems(_ chain: [Fallback], _ base: FieldPath, _ key: ResourceKey) -> [FleetProblem] {
        chain.enumerated().compactMap { position, entry in
            guard let model = entry.model, let target = workloads.first(where: { $0.name == entry.workload }),
                !target.models.contains(model)
            else { return nil }
            return FleetProblem(
                key: key, field: base.index(position).key("model"),
                message: "workload \(entry.workload) does not serve \(quoted(model))",
                accepted: NearestWord.choices(NearestWord.ranked(target.models, to: model), limit: 8),
                basis: [base.index(position).key("workload")])
        }
    }
}

/// What a chain of fallbacks refers to.
func fallbackReferences(_ chain: [Fallback], _ base: FieldPath) -> [ResourceReference] {
    chain.enumerated().map { position, entry in
        ResourceReference(
            field: base.index(position).key("workload"), target: ResourceKey(kind: .workload, name: entry.workload.rawValue))
    }
}
