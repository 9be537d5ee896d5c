package import FleetModel
import FleetTransport

/// Finds an endpoint's key where the plane runs, and gives it out only for the host it is bound to.
///
/// The assignment names both the URL and the key, and it comes over the network. So the plane's operator says beside each key
/// which host may see it: for the file `NAME` the file `NAME.host`, for the variable `NAME` the variable `NAME_HOST`. Without
/// that, whoever writes assignments could have any secret, and any variable of the plane, sent to a server of theirs.
package struct EndpointKey: Sendable {
    package struct Refusal: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    private let folder: String
    private let environment: [String: String]

    package init(folder: String, environment: [String: String]) {
        (self.folder, self.environment) = (folder, environment)
    }

    /// The key for requests to `url`. Errors name where it was looked for, never what was found.
    package func read(_ reference: KeyReference, for url: UpstreamURL) throws(Refusal) -> String {
        let key: String?
        let binding: String?
        let place: (key: String, host: String)
        switch reference {
        case .file(let name):
            guard Self.isName(name) else {
                throw Refusal(
                    description: "a key file is a name in \(folder) of letters, digits, '.', '_' and '-', not starting with '.'")
            }
            place = ("\(folder)/\(name)", "\(folder)/\(name).host")
            key = try secret(place.key)
            binding = try secret(place.host)
        case .environment(let name):
            place = ("the environment variable \(name)", "the environment variable \(name)_HOST")
            key = environment[name]
            binding = environment["\(name)_HOST"]
        }
        guard let key, !key.isEmpty else { throw Refusal(description: "no key is found in \(place.key)") }
        guard let bound = binding?.lowercased(), bound == url.host || bound == "\(url.host):\(url.port)" else {
            throw Refusal(
                description:
                    "the key of \(place.key) is not bound to \(url.host); write \(url.host) into \(place.host) to allow it")
        }
        guard key.utf8.allSatisfy({ (33...126).contains($0) }), key.utf8.count <= 8_192 else {
            throw Refusal(description: "the key of \(place.key) is not one word of printable ASCII")
        }
        return key
    }

    private func secret(_ path: String) throws(Refusal) -> String? {
        do { return try PrivateFile.readSecret(path) } catch { throw Refusal(description: "cannot read \(path)") }
    }

    private static func isName(_ name: String) -> Bool {
        !name.hasPrefix(".") && (1...128).contains(name.utf8.count) && !name.hasSuffix(".host")
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 || $0 == 95
            }
    }
}
