import FleetModel

extension GatewayTelemetry.AccessLog {
    static let rule = Shape<GatewayTelemetry.AccessLog>(
        blank: GatewayTelemetry.AccessLog(path: standardOutput),
        [
            .optional("path", \.path, default: standardOutput, .text("an absolute path, or - for standard output")),
            .optional("sampling", \.sampling, default: 1, .percent),
            .optional("maxSize", \.maxBytes, default: standardMaxBytes, .bytes),
            .optional("maxFiles", \.maxFiles, default: standardMaxFiles, .whole("files")),
        ]
    ).rule
}

extension GatewayTelemetry.Tracing {
    static let rule = Shape<GatewayTelemetry.Tracing>(
        blank: GatewayTelemetry.Tracing(endpoint: ""),
        [
            .required("endpoint", \.endpoint, .text("a collector's URL such as http://127.0.0.1:4318")),
            .optional("sampling", \.sampling, default: 1, .percent),
            .optional("serviceName", \.serviceName, default: standardServiceName, .text("a name such as tradewind-gateway")),
        ]
    ).rule
}
