package import FleetTransport

/// How a control plane is started.
package struct ControlPlaneConfiguration: Equatable, Sendable {
    /// PEM files.
    package struct TLS: Equatable, Sendable {
        package var certificateFile: String
        package var keyFile: String

        package init(certificateFile: String, keyFile: String) {
            (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
        }
    }

    /// Why a configuration cannot be run.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case plainTextBeyondLoopback(host: String)
        case unusableTLS(file: String, cause: String)
        case alreadyServed(folder: String)

        package var description: String {
            switch self {
            case .plainTextBeyondLoopback(let host):
                "refusing to listen on \(host) without TLS: tokens would cross the network in the clear; "
                    + "give --tls-certificate and --tls-key, or listen on 127.0.0.1"
            case .unusableTLS(let file, let cause): "\(file) cannot be used for TLS: \(cause); a PEM file is wanted"
            case .alreadyServed(let folder): "another control plane serves \(folder); stop it, or use another state folder"
            }
        }
    }

    package var stateFolder: StateFolder
    package var host: String
    /// 0 lets the system pick.
    package var port: Int
    package var tls: TLS?

    package init(stateFolder: StateFolder, host: String = "127.0.0.1", port: Int = 8080, tls: TLS? = nil) {
        self.stateFolder = stateFolder
        self.host = host
        self.port = port
        self.tls = tls
    }

    /// Refuses what must never run.
    package func validate() throws {
        guard tls != nil || Self.isLoopback(host) else { throw Problem.plainTextBeyondLoopback(host: host) }
    }

    /// Where clients on this machine reach it.
    package func url(port: Int) -> String {
        let reachable = ["0.0.0.0", "::"].contains(host) ? "localhost" : host
        return "\(tls == nil ? "http" : "https")://\(reachable.contains(":") ? "[\(reachable)]" : reachable):\(port)"
    }

    /// Whether an address is this machine's alone: 127.0.0.0/8 (RFC 1122), ::1 (RFC 4291), `localhost` (RFC 6761).
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
