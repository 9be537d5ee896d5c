package import FleetModel

/// What a route says about patience and repetition, compiled. Immutable, shared by all loops.
package final class RoutePolicy: Sendable {
    /// A set of ``RetryPolicy/Condition``.
    package struct Conditions: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let connectFailure = Conditions(rawValue: 1)
        package static let reset = Conditions(rawValue: 2)
        package static let timeout = Conditions(rawValue: 4)
        package static let gatewayError = Conditions(rawValue: 8)
        package static let serverError = Conditions(rawValue: 16)
        package static let rateLimited = Conditions(rawValue: 32)
        /// All but the last, which only a route that asks for it repeats; 5xx includes what gateways say.
        package static let usual = Conditions(rawValue: 1 | 2 | 4 | 16)

        init(_ conditions: [RetryPolicy.Condition]) {
            self = []
            for condition in conditions {
                switch condition {
                case .connectFailure: insert(.connectFailure)
                case .reset: insert(.reset)
                case .timeout: insert(.timeout)
                case .gatewayError: insert(.gatewayError)
                case .serverError: insert(.serverError)
                case .rateLimited: insert(.rateLimited)
                }
            }
        }

        /// Whether a response of this status is to be tried again.
        package func covers(status: Int) -> Bool {
            switch status {
            case 500: contains(.serverError)
            case 502, 503, 504: contains(.serverError) || contains(.gatewayError)
            case 429: contains(.rateLimited)
            default: false
            }
        }
    }

    package let retryOn: Conditions
    package let totalTimeout: Duration?
    package let perTryTimeout: Duration?
    package let baseBackOff: Duration
    package let maxBackOff: Duration
    package let budget: RetryPolicy.Budget?
    package let hedging: Hedging?
    package let keepAlive: Duration?
    /// By workload index; where a list is empty the workload's own chain holds.
    private let fallbacks: [[FallbackEntry]]

    init(_ resilience: RouteResilience, fallbacks: [[FallbackEntry]]) {
        retryOn = Conditions(resilience.retries.retryOn)
        totalTimeout = resilience.totalTimeoutMilliseconds.map(Self.time)
        perTryTimeout = resilience.retries.perTryTimeoutMilliseconds.map(Self.time)
        baseBackOff = Self.time(resilience.retries.baseBackOffMilliseconds)
        maxBackOff = Self.time(resilience.retries.maxBackOffMilliseconds)
        budget = resilience.retries.budget
        hedging = resilience.hedging
        keepAlive = resilience.keepAliveMilliseconds.map(Self.time)
        self.fallbacks = fallbacks
    }

    /// Who may answer in the workload's stead, in order.
    package func fallbacks(of workload: WorkloadIndex, in directory: RoutingDirectory) -> [FallbackEntry] {
        if fallbacks.indices.contains(workload.value), !fallbacks[workload.value].isEmpty { return fallbacks[workload.value] }
        return directory.workloads.indices.contains(workload.value) ? directory[workload].fallbacks : []
    }

    /// Milliseconds from a document: at least 1 and at most 28 hours, whatever it says.
    private static func time(_ milliseconds: Int) -> Duration { .milliseconds(min(max(milliseconds, 1), 100_000_000)) }
}
