import ArgumentParser
import FleetModel

/// Certificates given where the gateway is started, in place of those its `kind: Gateway` names.
struct GatewayTLSOptions: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("The certificate clients are shown, with its chain, PEM.", valueName: "FILE"))
    var tlsCertificate: String?

    @Option(name: .long, help: ArgumentHelp("The certificate's private key, PEM.", valueName: "FILE"))
    var tlsKey: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Authorities whose certificates clients must show, PEM.", valueName: "FILE"))
    var clientCaFile: String?

    /// Nil where none is given.
    func declaration() throws -> GatewayTLS? {
        guard let tlsCertificate, let tlsKey else {
            guard tlsCertificate == nil, tlsKey == nil else {
                throw ValidationError("--tls-certificate and --tls-key are given together")
            }
            guard clientCaFile == nil else {
                throw ValidationError("--client-ca-file needs --tls-certificate and --tls-key")
            }
            return nil
        }
        return GatewayTLS(
            certificates: [GatewayTLS.Certificate(certificateFile: tlsCertificate, keyFile: tlsKey)],
            clientCertificates: clientCaFile.map { GatewayTLS.ClientCertificates(caFile: $0) })
    }
}
