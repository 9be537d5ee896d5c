import FleetModel

/// Who is at the other end of a client's connection, by the word of those who may say so.
struct ClientPeer {
    /// Its address as digits: the socket's, or the one a trusted proxy's PROXY header says; nil where it is hidden.
    var address: String?
    /// Names in its certificate, which the gateway's authorities have signed; empty where it showed none.
    var certificateNames: [Tenant.CertificateName] = []
}
