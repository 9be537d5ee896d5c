/// What makes a gateway's telemetry workable.
package enum TelemetryRules {
    /// A smaller file would be set aside every few requests.
    package static let logBytes = 64 << 10...1 << 40
    package static let logFiles = 1...100
    package static let path = "an absolute path such as /var/log/tradewind/access.log, or - for standard output"
    package static let endpoint =
        "an http or https URL such as http://127.0.0.1:4318, without user, query or fragment; /v1/traces is appended"
    package static let serviceName = "1 to 128 visible ASCII characters"

    package static func isLogPath(_ path: String) -> Bool {
        path == GatewayTelemetry.AccessLog.standardOutput
            || path.hasPrefix("/") && !path.hasSuffix("/") && (2...1_024).contains(path.utf8.count)
                && path.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    package static func isEndpoint(_ endpoint: String) -> Bool { TextRules.isUpstreamURL(endpoint) }

    package static func isServiceName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count) && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

extension ProblemCollector {
    mutating func checkTelemetry(_ telemetry: GatewayTelemetry) {
        if let log = telemetry.accessLog { check(log, FieldPath("spec.accessLog")) }
        if let tracing = telemetry.tracing { check(tracing, FieldPath("spec.tracing")) }
    }

    private mutating func check(_ log: GatewayTelemetry.AccessLog, _ field: FieldPath) {
        require(
            TelemetryRules.isLogPath(log.path), field.key("path"), "\(quoted(log.path)) is not a path",
            accepted: TelemetryRules.path)
        requireShare(log.sampling, field.key("sampling"))
        require(
            TelemetryRules.logBytes.contains(log.maxBytes), field.key("maxSize"), "\(log.maxBytes) bytes are out of range",
            accepted: "64KiB to 1TiB")
        requireRange(log.maxFiles, in: TelemetryRules.logFiles, field.key("maxFiles"), accepted: "1 to 100")
    }

    private mutating func check(_ tracing: GatewayTelemetry.Tracing, _ field: FieldPath) {
        require(
            TelemetryRules.isEndpoint(tracing.endpoint), field.key("endpoint"), "\(quoted(tracing.endpoint)) is not a URL",
            accepted: TelemetryRules.endpoint)
        requireShare(tracing.sampling, field.key("sampling"))
        require(
            TelemetryRules.isServiceName(tracing.serviceName), field.key("serviceName"),
            "\(quoted(tracing.serviceName)) is not a service's name", accepted: TelemetryRules.serviceName)
    }
}
