import FleetModel
import FleetTransport
import NIOSSL
import Synchronization

/// The authorities by which replicas are recognised, read from their files. Shared by all event loops; asked for new connections
/// only.
final class UpstreamTrust: Sendable {
    private struct Entry {
        var content: [UInt8]
        var context: NIOSSLContext
    }

    /// By path; the empty one stands for the system's authorities.
    private let entries = Mutex<[String: Entry]>([:])

    /// Fails where the authorities cannot be read: nothing is sent to a replica that cannot be recognised.
    func context(for tls: ReplicaTLS) throws -> NIOSSLContext {
        let path = tls.caFile ?? ""
        if let entry = entries.withLock({ $0[path] }) { return entry.context }
        let entry = try Self.read(path)
        entries.withLock { $0[path] = entry }
        return entry.context
    }

    /// Takes over files that changed, and forgets those that nobody names any more. Returns what is wrong with files, whose
    /// former content holds on.
    func refresh(_ wanted: Set<ReplicaTLS>) -> [String] {
        let paths = Set(wanted.map { $0.caFile ?? "" })
        entries.withLock { entries in entries = entries.filter { paths.contains($0.key) } }
        var problems: [String] = []
        for path in paths.sorted() {
            do {
                let known = entries.withLock { $0[path]?.content }
                if path.isEmpty, known != nil { continue }
                if let known, try PrivateFile.read(path, limit: CertificateFiles.fileLimit) == known { continue }
                let entry = try Self.read(path)
                entries.withLock { $0[path] = entry }
            } catch {
                problems.append("\(error)")
            }
        }
        return problems
    }

    private static func read(_ path: String) throws -> Entry {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        var content: [UInt8] = []
        if !path.isEmpty {
            guard let bytes = try PrivateFile.read(path, limit: CertificateFiles.fileLimit) else {
                throw CertificateFiles.Problem(description: "there is no file \(path)")
            }
            guard let authorities = try? NIOSSLCertificate.fromPEMBytes(bytes), !authorities.isEmpty else {
                throw CertificateFiles.Problem(description: "\(path) holds no certificate; PEM is read")
            }
            configuration.trustRoots = .certificates(authorities)
            content = bytes
        }
        return Entry(content: content, context: try NIOSSLContext(configuration: configuration))
    }
}
