import FleetModel
import FleetTransport
package import Hummingbird

/// Who may use a route.
package enum Access: Equatable, Sendable {
    /// Anybody: nothing is shown that only some may see.
    case open
    case admin
    /// The plane named in the path.
    case planeInPath
    /// The gateway named in the path.
    case gatewayInPath
}

/// Lets a request through to its route when its bearer token may use it.
package struct Authentication: Sendable {
    private let tokens: TokenOffice

    package init(tokens: TokenOffice) { self.tokens = tokens }

    /// The token of a request that may proceed; nil on open routes.
    package func check(_ request: Request, _ context: APIContext, access: Access) throws -> StoredToken? {
        let wanted: TokenScope
        switch access {
        case .open: return nil
        case .admin: wanted = .admin
        case .planeInPath: wanted = .plane(PlaneName(context.parameter("name")))
        case .gatewayInPath: wanted = .gateway(GatewayName(context.parameter("name")))
        }
        guard let token = try bearer(of: request).flatMap(tokens.identify) else {
            throw APIError(
                .unauthorized, "unauthorized",
                "a valid token is needed: send 'authorization: Bearer TOKEN'; the admin's is in STATE/admin.token")
        }
        guard token.scope == wanted else {
            throw APIError(.forbidden, "forbidden", "this token is for \(token.scope); this path is for \(wanted)")
        }
        return token
    }

    private func bearer(of request: Request) throws -> String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw APIError(.unauthorized, "unauthorized", "the authorization header reads 'Bearer TOKEN'")
        }
        return parts[1].trimmingPrefix(" ").description
    }
}
