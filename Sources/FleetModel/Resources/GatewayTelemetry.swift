/// What a gateway tells of the requests it serves, besides its metrics. Texts of prompts and answers are never part of it.
package struct GatewayTelemetry: Equatable, Sendable, Codable {
    /// Nil writes none.
    package var accessLog: AccessLog?
    /// Nil exports none, and leaves clients' trace context as it is.
    package var tracing: Tracing?

    package static let none = GatewayTelemetry()

    package init(accessLog: AccessLog? = nil, tracing: Tracing? = nil) {
        self.accessLog = accessLog
        self.tracing = tracing
    }

    /// One JSON line a request.
    package struct AccessLog: Equatable, Sendable, Codable {
        /// Standard output.
        package static let standardOutput = "-"
        package static let standardMaxBytes = 64 << 20
        package static let standardMaxFiles = 5

        /// An absolute path, or `-` for standard output.
        package var path: String
        /// The share of requests written, 0 to 1; failures of the gateway or a replica (5xx) are always.
        package var sampling: Double
        /// A file that would grow beyond it is set aside as `path.1`, and so on.
        package var maxBytes: Int
        /// Files kept, the one being written included.
        package var maxFiles: Int

        package init(
            path: String, sampling: Double = 1, maxBytes: Int = standardMaxBytes, maxFiles: Int = standardMaxFiles
        ) {
            self.path = path
            self.sampling = sampling
            self.maxBytes = maxBytes
            self.maxFiles = maxFiles
        }
    }

    /// OpenTelemetry traces by OTLP/HTTP.
    package struct Tracing: Equatable, Sendable, Codable {
        package static let standardServiceName = "tradewind-gateway"

        /// Of the collector, such as `http://127.0.0.1:4318`; `/v1/traces` is appended.
        package var endpoint: String
        /// The share of traces taken that begin here, 0 to 1. A client's trace is taken where the client says so.
        package var sampling: Double
        package var serviceName: String

        package init(endpoint: String, sampling: Double = 1, serviceName: String = standardServiceName) {
            self.endpoint = endpoint
            self.sampling = sampling
            self.serviceName = serviceName
        }
    }
}
