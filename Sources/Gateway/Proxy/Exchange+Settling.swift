import FleetModel
import FleetRouting
import NIOCore

/// What a request holds of its tenant's limits: reserved before it starts, settled once when it ends.
extension Exchange {
    /// Takes what the request may use; a refusal where a limit stands in the way.
    func reserve(workload: WorkloadIndex, now: Moment) -> GatewayRefusal? {
        reservation = nil
        usage = nil
        // Kept from here on: a request may outlive the table it came in by, and counts by the workload it asked for.
        facts.workload = workload
        guard let tenant = client.tenant, tenant.isMetered(workload) else { return nil }
        guard asksForTokens(workload) else { return take(UsageEstimate(input: 0, output: 0), tenant, workload, now: now) }
        let gathered = client.body.bytes.readableBytes
        var bytes = gathered
        if case .length(let length) = client.head.framing { bytes = max(length, gathered) }
        return take(UsageEstimate(bodyBytes: bytes, answerTokens: client.body.answerTokens), tenant, workload, now: now)
    }

    /// The request's bytes stand for tokens, and so does its answer. Those of sound and images do not.
    private func asksForTokens(_ workload: WorkloadIndex) -> Bool {
        if client.route?.api == .predict { return worker.table?.directory[workload].predict != nil }
        guard client.head.method == .post, !client.body.isForm else { return false }
        return client.headBytes.withUnsafeReadableBytes { InferencePath.isText($0, client.head.path) }
    }

    private func take(
        _ estimate: UsageEstimate, _ tenant: TenantEntry, _ workload: WorkloadIndex, now: Moment
    ) -> GatewayRefusal? {
        switch tenant.reserve(estimate, workload: workload, now: now) {
        case .success(let taken):
            reservation = taken
            return nil
        case .failure(let refusal): return .quotaExceeded(refusal)
        }
    }

    /// Settles what was reserved by what came of the request. Does nothing the second time.
    func settle(isCancelled: Bool = false) {
        guard let reservation else { return }
        self.reservation = nil
        reservation.settle(outcome(reservation.estimate, isCancelled: isCancelled))
        usage = nil
    }

    private func outcome(_ estimate: UsageEstimate, isCancelled: Bool) -> Reservation.Outcome {
        guard firstByteAt != nil else {
            // The replica may have read the prompt of a client that left: that counts, or leaving would be a way to pay nothing.
            return isCancelled && isDispatched ? .used(UsageEstimate(input: estimate.input, output: 0)) : .failed
        }
        if status >= 500 { return .failed }
        if status >= 400 { return .used(UsageEstimate(input: 0, output: 0)) }
        guard let usage else { return .used(nil) }
        if usage.hasUsage {
            // A stream cut before its last count has written at least as much as it has events.
            return .used(UsageEstimate(input: usage.input, output: max(usage.output, isCancelled ? Int64(usage.events) : 0)))
        }
        guard usage.events > 0 || isCancelled else { return .used(nil) }
        return .used(UsageEstimate(input: estimate.input, output: Int64(usage.events)))
    }
}

extension ClientConnection {
    /// What the tenant has left, for the client; nil where nothing of it is limited by rate.
    func rateLimits(now: Moment) -> RateLimitFields? {
        // Whoever answers, the request counts for the workload that was asked for.
        let workload = exchange.fallback.origin ?? exchange.facts.workload
        guard let tenant, tenant.isMetered(workload) else { return nil }
        let readings = tenant.readings(workload, now: now)
        guard readings.requests != nil || readings.tokens != nil else { return nil }
        return RateLimitFields(requests: readings.requests, tokens: readings.tokens)
    }
}
