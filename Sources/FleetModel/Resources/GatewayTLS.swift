/// How a gateway proves itself to clients, and whether they must prove themselves. It names files on the gateway's machine:
/// private keys never pass through the control plane.
package struct GatewayTLS: Equatable, Sendable, Codable {
    /// The oldest protocol spoken, in nginx's words. TLS 1.0 and 1.1 are gone (RFC 8996).
    package enum Version: String, CaseIterable, Sendable, Codable {
        case tls12 = "TLSv1.2"
        case tls13 = "TLSv1.3"
    }

    /// A certificate with its chain, PEM, and the names it is shown for.
    package struct Certificate: Equatable, Sendable, Codable {
        package var certificateFile: String
        package var keyFile: String
        /// Names clients ask for (SNI), such as `api.example.com` or `*.example.com`; empty: whatever no other has.
        package var serverNames: [String]

        package init(certificateFile: String, keyFile: String, serverNames: [String] = []) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
            self.serverNames = serverNames
        }
    }

    package struct ClientCertificates: Equatable, Sendable, Codable {
        package enum Mode: String, CaseIterable, Sendable, Codable {
            /// Without a valid certificate there is no connection.
            case require
            /// A certificate may be left out; one that is shown must be valid.
            case request
        }

        /// The authorities whose certificates are valid, PEM.
        package var caFile: String
        package var mode: Mode

        package init(caFile: String, mode: Mode = .require) { (self.caFile, self.mode) = (caFile, mode) }
    }

    /// The first one without names, else the first of all, is shown to clients that ask for no name or another one.
    package var certificates: [Certificate]
    package var minimumVersion: Version
    package var clientCertificates: ClientCertificates?

    package init(
        certificates: [Certificate], minimumVersion: Version = .tls12, clientCertificates: ClientCertificates? = nil
    ) {
        self.certificates = certificates
        self.minimumVersion = minimumVersion
        self.clientCertificates = clientCertificates
    }
}
