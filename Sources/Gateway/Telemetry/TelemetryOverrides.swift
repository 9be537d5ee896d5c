package import FleetModel

/// What a gateway's flags and environment say of telemetry: it goes before what the fleet declares.
package struct TelemetryOverrides: Equatable, Sendable {
    package struct Problem: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    /// A path or `-`; the rest of the access log's settings stays as declared.
    package var accessLogPath: String?
    package var tracingEndpoint: String?
    package var tracingSampling: Double?
    package var serviceName: String?
    /// Sent with every export, such as a collector's key. Secret.
    package var headers: [Header] = []

    package init() {}

    /// Reads a flag and OpenTelemetry's variables (its specification, "OpenTelemetry Protocol Exporter" and "Environment Variable
    /// Specification"): those with `TRACES` in their names go before those without. Empty variables count as unset.
    package init(accessLog: String?, environment: [String: String]) throws(Problem) {
        if let accessLog {
            guard TelemetryRules.isLogPath(accessLog) else {
                throw Problem(description: "--access-log is \(TelemetryRules.path), not \(accessLog)")
            }
            accessLogPath = accessLog
        }
        func variable(_ names: String...) -> (name: String, value: String)? {
            names.lazy.compactMap { name in environment[name].flatMap { $0.isEmpty ? nil : (name, $0) } }.first
        }
        if let endpoint = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT") {
            guard TelemetryRules.isEndpoint(endpoint.value) else {
                throw Problem(description: "\(endpoint.name) is an http or https URL without user, query or fragment")
            }
            // The endpoint of one signal is taken as it is: its path is appended again later.
            tracingEndpoint =
                endpoint.name.contains("TRACES") && endpoint.value.hasSuffix("/v1/traces")
                ? String(endpoint.value.dropLast("/v1/traces".count)) : endpoint.value
        }
        if let name = variable("OTEL_SERVICE_NAME") {
            guard TelemetryRules.isServiceName(name.value) else {
                throw Problem(description: "OTEL_SERVICE_NAME is \(TelemetryRules.serviceName)")
            }
            serviceName = name.value
        }
        if variable("OTEL_TRACES_SAMPLER")?.value == "parentbased_traceidratio", let share = variable("OTEL_TRACES_SAMPLER_ARG") {
            guard let value = Double(share.value), (0...1).contains(value) else {
                throw Problem(description: "OTEL_TRACES_SAMPLER_ARG is a share from 0 to 1, not \(share.value)")
            }
            tracingSampling = value
        }
        if let list = variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS") {
            headers = try Self.headers(list.value, of: list.name)
        }
    }

    /// `name=value` pairs with commas between them, values percent-encoded (W3C Baggage). The values are secrets: no message
    /// shows them.
    private static func headers(_ text: String, of variable: String) throws(Problem) -> [Header] {
        var headers: [Header] = []
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.drop { $0 == " " } }
            guard parts.count == 2, let value = decoded(parts[1]), value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw Problem(description: "\(variable) reads name=value,name=value with percent-encoded values")
            }
            let name = parts[0].reversed().drop { $0 == " " }.reversed()
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) else {
                throw Problem(description: "\(variable) holds a name that is no header name")
            }
            headers.append(Header(name: String(name), value: value))
        }
        return headers
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 37 else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    package func applied(to declared: GatewayTelemetry) -> GatewayTelemetry {
        var telemetry = declared
        if let accessLogPath {
            telemetry.accessLog = declared.accessLog ?? GatewayTelemetry.AccessLog(path: accessLogPath)
            telemetry.accessLog?.path = accessLogPath
        }
        if let tracingEndpoint {
            telemetry.tracing = declared.tracing ?? GatewayTelemetry.Tracing(endpoint: tracingEndpoint)
            telemetry.tracing?.endpoint = tracingEndpoint
        }
        if let tracingSampling { telemetry.tracing?.sampling = tracingSampling }
        if let serviceName { telemetry.tracing?.serviceName = serviceName }
        return telemetry
    }
}
