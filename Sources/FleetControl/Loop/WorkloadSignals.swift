/// What the loop measured of one workload: all that a scaling policy sees.
package struct WorkloadSignals: Equatable, Sendable {
    /// A sum over those who told, and how many did not: what is missing is never taken for nothing, so that the loss of a metric
    /// takes no replica away.
    package struct Reading: Equatable, Sendable {
        package var sum: Double
        /// Who told: replicas, or gateways where it is theirs to tell.
        package var sources: Int
        /// Who should have told and did not.
        package var missing: Int

        package init(sum: Double = 0, sources: Int = 0, missing: Int = 0) {
            (self.sum, self.sources, self.missing) = (sum, sources, missing)
        }

        package var isComplete: Bool { missing == 0 }
    }

    /// Replicas that are to stay: starting, ready or unready, over all planes that were ever heard.
    package var replicas: Int
    package var ready: Int
    /// Requests waiting: in engines and in gateways.
    package var queued: Reading
    /// Requests being answered, or waiting: what Knative calls concurrency.
    package var concurrency: Reading
    /// Requests per second that arrived lately, over all gateways.
    package var arrivals: Reading
    /// Prompt and completion tokens per second lately, over all gateways.
    package var tokens: Reading
    /// Each 0 to 1, summed over replicas.
    package var kvCacheUse: Reading
    package var acceleratorUse: Reading
    package var acceleratorMemoryUse: Reading
    /// Requests that wait in gateways while the workload has no replica, at least 1 where such requests went elsewhere: what
    /// wakes it from zero.
    package var waitingForFirst: Int

    package init(
        replicas: Int = 0, ready: Int = 0, queued: Reading = Reading(), concurrency: Reading = Reading(),
        arrivals: Reading = Reading(), tokens: Reading = Reading(), kvCacheUse: Reading = Reading(),
        acceleratorUse: Reading = Reading(), acceleratorMemoryUse: Reading = Reading(), waitingForFirst: Int = 0
    ) {
        self.replicas = replicas
        self.ready = ready
        self.queued = queued
        self.concurrency = concurrency
        self.arrivals = arrivals
        self.tokens = tokens
        self.kvCacheUse = kvCacheUse
        self.acceleratorUse = acceleratorUse
        self.acceleratorMemoryUse = acceleratorMemoryUse
        self.waitingForFirst = waitingForFirst
    }
}
