package import FleetModel
package import FleetTransport

/// One request of the control API, as commands make them. Every path of the client stands here.
package struct APIRequest: Equatable, Sendable {
    package static let root = "/api/v1alpha1"

    package var method: String
    package var path: String
    package var body: [UInt8]?
    package var contentType = "application/json"

    private init(_ method: String, _ path: String, body: JSONValue? = nil) {
        self.method = method
        self.path = path
        self.body = body.map { Array(JSONText.pretty($0).utf8) }
    }

    package static func apply(_ document: [UInt8], contentType: String, isDryRun: Bool) -> APIRequest {
        var request = APIRequest("POST", "\(root)/apply\(isDryRun ? "?dryRun=true" : "")")
        request.body = document
        request.contentType = contentType
        return request
    }

    package static func list(_ listing: Listing) -> APIRequest { APIRequest("GET", "\(root)/\(listing.plural)") }

    package static func get(_ key: ResourceKey) -> APIRequest { APIRequest("GET", path(key)) }

    /// - Parameter document: one resource, JSON.
    package static func put(_ key: ResourceKey, _ document: [UInt8]) -> APIRequest {
        var request = APIRequest("PUT", path(key))
        request.body = document
        return request
    }

    package static func delete(_ key: ResourceKey) -> APIRequest { APIRequest("DELETE", path(key)) }

    package static func drain(plane: PlaneName, isDrained: Bool) -> APIRequest {
        let plane = ResourceKey(kind: .workloadPlane, name: plane.rawValue)
        return APIRequest("POST", "\(path(plane))/drain", body: ["drained": .bool(isDrained)])
    }

    package static func drain(replica: ReplicaID) -> APIRequest {
        APIRequest("POST", "\(root)/replicas/\(replica)/drain")
    }

    package static func rollout(of workload: WorkloadName) -> APIRequest {
        APIRequest("GET", "\(path(ResourceKey(kind: .workload, name: workload.rawValue)))/rollout")
    }

    /// - Parameter command: one that the control API knows: `promote`, `undo`.
    package static func rollout(of workload: WorkloadName, command: String) -> APIRequest {
        let key = ResourceKey(kind: .workload, name: workload.rawValue)
        return APIRequest("POST", "\(path(key))/rollout", body: ["command": .string(command)])
    }

    package static func explain(workload: WorkloadName) -> APIRequest {
        APIRequest("GET", "\(root)/explain/\(segment(workload.rawValue))")
    }

    package static func explain(request id: String) -> APIRequest {
        APIRequest("GET", "\(root)/requests?id=\(segment(id))")
    }

    package static func createToken(_ scope: TokenScope) -> APIRequest {
        APIRequest("POST", "\(root)/tokens", body: ["scope": .string(scope.description)])
    }

    package static func events(about key: ResourceKey) -> APIRequest {
        APIRequest("GET", "\(root)/events?for=\(segment("\(key.kind.plural)/\(key.name)"))")
    }

    /// What arrived, by quarters of an hour; of one workload, or of all.
    package static func demand(of workload: WorkloadName?) -> APIRequest {
        APIRequest("GET", "\(root)/demand\(workload.map { "?workload=\(segment($0.rawValue))" } ?? "")")
    }

    package static let verifyAudit = APIRequest("GET", "\(root)/audit/verify")

    /// Changes after a version; from the beginning where there is none.
    package static func watch(_ listing: Listing, after resourceVersion: String?) -> APIRequest {
        let after = resourceVersion.map { "&resourceVersion=\(segment($0))" } ?? ""
        return APIRequest("GET", "\(root)/\(listing.plural)?watch=true\(after)")
    }

    private static func path(_ key: ResourceKey) -> String { "\(root)/\(key.kind.plural)/\(segment(key.name))" }

    /// Percent-encodes all but the unreserved characters (RFC 3986, section 2.3), so that a name stays one path segment.
    private static func segment(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
