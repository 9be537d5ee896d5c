/// How an engine that serves TLS is recognised. Whoever connects to one verifies its certificate, always.
package struct ReplicaTLS: Hashable, Sendable, Codable {
    /// The name it is asked for (SNI), and that its certificate must be for: replicas have addresses, not names.
    package var serverName: String
    /// The authorities to trust, PEM, on the gateway's and the plane's machine; nil: those of the system.
    package var caFile: String?

    package init(serverName: String, caFile: String? = nil) { (self.serverName, self.caFile) = (serverName, caFile) }
}
