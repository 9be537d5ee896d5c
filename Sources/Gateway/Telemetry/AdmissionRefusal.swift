/// Why admission refused a request, for the count of refusals. The label is the error's code.
package enum AdmissionRefusal: UInt8, CaseIterable, Sendable {
    case invalidKey, unknownCertificate, rateLimited, overBudget, shed, queueFull, queueTimedOut, coldStartTimedOut
    case responseTooLarge

    /// Nil for a refusal that is not admission's.
    init?(_ refusal: GatewayRefusal) {
        switch refusal {
        case .keyMissing, .keyUnknown: self = .invalidKey
        case .certificateUnknown: self = .unknownCertificate
        case .quotaExceeded(let quota): self = quota.isOfBudget ? .overBudget : .rateLimited
        case .shed: self = .shed
        case .queueFull: self = .queueFull
        case .queueTimedOut: self = .queueTimedOut
        case .coldStartTimedOut: self = .coldStartTimedOut
        case .responseTooLarge: self = .responseTooLarge
        default: return nil
        }
    }

    package var code: String {
        switch self {
        case .invalidKey: "invalid_api_key"
        case .unknownCertificate: "unknown_client_certificate"
        case .rateLimited: "rate_limit_exceeded"
        case .overBudget: "insufficient_quota"
        case .shed: "load_shed"
        case .queueFull: "queue_full"
        case .queueTimedOut: "queue_timeout"
        case .coldStartTimedOut: "cold_start_timeout"
        case .responseTooLarge: "response_too_large"
        }
    }
}
