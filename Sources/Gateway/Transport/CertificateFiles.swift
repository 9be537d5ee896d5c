import FleetModel
import FleetTransport
import NIOSSL

/// The content of every file a declaration names, read at one moment.
struct CertificateFiles: Equatable, Sendable {
    /// What is wrong with a file, and what would be right. Never repeats what stands in one.
    struct Problem: Error, Equatable, CustomStringConvertible {
        let description: String
    }

    /// Bytes of one file: a chain of certificates is far smaller.
    static let fileLimit = 1 << 20

    private var contents: [String: [UInt8]] = [:]

    init(of declaration: GatewayTLS) throws {
        let named = declaration.certificates.flatMap { [$0.certificateFile, $0.keyFile] }
        for path in named + (declaration.clientCertificates.map { [$0.caFile] } ?? []) where contents[path] == nil {
            do {
                guard let bytes = try PrivateFile.read(path, limit: Self.fileLimit) else {
                    throw Problem(description: "there is no file \(path)")
                }
                contents[path] = bytes
            } catch let problem as PrivateFile.Failure {
                throw Problem(description: "\(problem)")
            }
        }
    }

    /// Makes everything ready for connections: fails where anything of it could not serve one.
    func serverCertificates(_ declaration: GatewayTLS, protocols: [String]) throws -> ServerCertificates {
        let entries = try declaration.certificates.map { certificate in
            ServerCertificates.Entry(
                serverNames: certificate.serverNames,
                context: try context(certificate, declaration, protocols: protocols))
        }
        return ServerCertificates(entries: entries, clientCertificates: declaration.clientCertificates?.mode)
    }

    private func context(
        _ certificate: GatewayTLS.Certificate, _ declaration: GatewayTLS, protocols: [String]
    ) throws -> NIOSSLContext {
        let chain = try certificates(certificate.certificateFile)
        guard let key = try? NIOSSLPrivateKey(bytes: contents[certificate.keyFile] ?? [], format: .pem) else {
            throw Problem(description: "\(certificate.keyFile) is not a private key; PEM without a passphrase is read")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = declaration.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = protocols
        if let clients = declaration.clientCertificates {
            configuration.trustRoots = .certificates(try certificates(clients.caFile))
            configuration.certificateVerification = clients.mode == .require ? .noHostnameVerification : .optionalVerification
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Problem(
                description:
                    "\(certificate.keyFile) is not the key of the first certificate in \(certificate.certificateFile)")
        }
    }

    private func certificates(_ path: String) throws -> [NIOSSLCertificate] {
        guard let found = try? NIOSSLCertificate.fromPEMBytes(contents[path] ?? []), !found.isEmpty else {
            throw Problem(description: "\(path) holds no certificate; PEM is read")
        }
        return found
    }
}
