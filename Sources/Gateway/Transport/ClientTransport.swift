import FleetModel
import NIOSSL

/// How the clients of a gateway reach it. The same for all loops; exchanged whole when certificates change, which new
/// connections alone notice.
package enum ClientTransport: Sendable {
    /// HTTP as it is.
    case plain
    /// TLS is declared and no certificate could be read yet: nobody is taken in, least of all in the clear.
    case unavailable
    case tls(ServerCertificates)
}

/// The certificates in force, each with a context of its own, made ready before any connection needs them.
package final class ServerCertificates: Sendable {
    struct Entry: Sendable {
        var serverNames: [String]
        var context: NIOSSLContext
    }

    /// The first is for whoever asks for no name or for one that no entry has.
    private let entries: [Entry]
    /// Connections without a client certificate do not come about.
    let requiresClientCertificates: Bool
    /// Clients are asked for a certificate, and one that is shown has been verified.
    let asksForClientCertificates: Bool

    init(entries: [Entry], clientCertificates: GatewayTLS.ClientCertificates.Mode?) {
        precondition(!entries.isEmpty)
        requiresClientCertificates = clientCertificates == .require
        asksForClientCertificates = clientCertificates != nil
        let fallback = entries.firstIndex { $0.serverNames.isEmpty } ?? 0
        self.entries = [entries[fallback]] + entries[..<fallback] + entries[(fallback + 1)...]
    }

    var hasNames: Bool { entries.count > 1 }
    var standard: NIOSSLContext { entries[0].context }

    /// The context for a name asked for: an exact match, else a wildcard for its first label, else the standard one.
    func context(serverName: String) -> NIOSSLContext {
        let name = serverName.lowercased()
        if let exact = entries.first(where: { $0.serverNames.contains(name) }) { return exact.context }
        let parent = name.drop { $0 != "." }
        guard !parent.isEmpty else { return standard }
        let wildcard = "*" + parent
        return entries.first { $0.serverNames.contains(wildcard) }?.context ?? standard
    }
}
