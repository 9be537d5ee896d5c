package import FleetModel

/// Something that happened to a resource, for people to read. Named in the past tense.
package struct FleetEvent: Equatable, Sendable {
    package enum Severity: String, Sendable {
        case normal = "Normal"
        case warning = "Warning"
    }

    package var subject: ResourceKey
    package var severity: Severity
    /// One word a program can match: `ReplicaReady`.
    package var reason: String
    package var message: String

    package init(subject: ResourceKey, severity: Severity = .normal, reason: String, message: String) {
        self.subject = subject
        self.severity = severity
        self.reason = reason
        self.message = message
    }
}
