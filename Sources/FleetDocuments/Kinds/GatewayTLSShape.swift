import FleetModel

extension ValueRule where Value == GatewayTLS {
    static var gatewayTLS: ValueRule { tlsShape.rule }

    private static var tlsShape: Shape<GatewayTLS> {
        Shape(
            blank: GatewayTLS(certificates: []),
            [
                .required("certificates", \.certificates, .list(certificateShape.rule)),
                .optional("minimumVersion", \.minimumVersion, default: .tls12, .choice),
                .optional("clientCertificates", \.clientCertificates, clientShape.rule),
            ])
    }

    private static var certificateShape: Shape<GatewayTLS.Certificate> {
        Shape(
            blank: GatewayTLS.Certificate(certificateFile: "", keyFile: ""),
            [
                .required("certificateFile", \.certificateFile, .filePath),
                .required("keyFile", \.keyFile, .filePath),
                .optional("serverNames", \.serverNames, default: [], .list(.text(TextRules.serverName))),
            ])
    }

    private static var clientShape: Shape<GatewayTLS.ClientCertificates> {
        Shape(
            blank: GatewayTLS.ClientCertificates(caFile: ""),
            [
                .required("caFile", \.caFile, .filePath),
                .optional("mode", \.mode, default: .require, .choice),
            ])
    }
}

extension ValueRule where Value == String {
    /// A path. A wrong value is not repeated: somebody may have written the file's content.
    static var filePath: ValueRule {
        .scalar(
            accepted: TextRules.filePath, isSecret: true, read: { text, _ in TextRules.isFilePath(text) ? text : nil },
            write: { .text($0) })
    }
}
