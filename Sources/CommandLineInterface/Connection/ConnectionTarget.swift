import FleetTransport

/// Where requests go and with what. Describes itself without the token.
package struct ConnectionTarget: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let url: String
    package let token: String
    package let caFile: String?

    /// Reads the token, and for a state folder the server's address. `read` gives a file's content, nil where there is none.
    package init(_ choice: ConnectionChoice, read: (_ path: String) throws -> [UInt8]?) throws(CommandFailure) {
        switch choice {
        case .server(let url, let tokenFile, let caFile):
            self.url = url
            self.caFile = caFile
            token = try Self.token(in: tokenFile, read: read)
        case .state(let folder, let tokenFile, let caFile):
            url = try Self.url(of: folder, hint: choice.startHint, read: read)
            self.caFile = caFile
            token = try Self.token(in: tokenFile ?? folder.adminToken, read: read)
        }
        if let caFile, try Self.content(of: caFile, read: read) == nil {
            throw CommandFailure(.usage, "there is no file \(caFile); --ca-file names PEM certificates to trust for https")
        }
    }

    package var description: String { url }
    package var debugDescription: String { url }

    private static func url(
        of folder: StateFolder, hint: String, read: (String) throws -> [UInt8]?
    ) throws(CommandFailure) -> String {
        guard let bytes = try content(of: folder.serverAddress, read: read) else {
            throw CommandFailure(
                .unreachable,
                "no control plane has run with the state folder \(folder.root) (there is no \(folder.serverAddress)). \(hint). "
                    + "For one elsewhere give --state DIR, or --server URL --token-file FILE")
        }
        guard let address = try? FleetJSON.decode(ServerAddress.self, from: bytes) else {
            throw CommandFailure(
                .unreachable, "\(folder.serverAddress) does not hold {\"url\": …}. \(hint), which writes it anew")
        }
        if let objection = ServerURL.objection(to: address.url) {
            throw CommandFailure(
                .usage, "\(folder.serverAddress) names \(address.url), which cannot be used: \(objection); \(ServerURL.accepted)")
        }
        return address.url
    }

    /// A token is one line of visible ASCII: it stands in a header.
    private static func token(in path: String, read: (String) throws -> [UInt8]?) throws(CommandFailure) -> String {
        guard let bytes = try content(of: path, read: read) else {
            throw CommandFailure(
                .notPermitted,
                "there is no token file \(path). The control plane writes admin.token into its state folder at its first start; "
                    + "`tradewind token create` makes narrower ones")
        }
        let isSpace: (UInt8) -> Bool = { $0 == 32 || (9...13).contains($0) }
        let text = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        guard !text.isEmpty, text.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw CommandFailure(.notPermitted, "\(path) does not hold a token; a token is one line of letters, digits and marks")
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func content(of path: String, read: (String) throws -> [UInt8]?) throws(CommandFailure) -> [UInt8]? {
        do { return try read(path) } catch { throw CommandFailure(.invalid, "\(error)") }
    }
}
