package import FleetModel

/// Where a fleet's processes keep what must outlive them. One layout for every process, so that commands given the same
/// folder find each other.
package struct StateFolder: Sendable, Equatable {
    package let root: String

    package init(root: String) {
        var path = root
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.root = path
    }

    package var database: String { "\(root)/tradewind.sqlite" }
    /// The admin token, mode 0600.
    package var adminToken: String { "\(root)/admin.token" }
    /// `{"url": …}`: where the control API of this folder listens.
    package var serverAddress: String { "\(root)/server.json" }
    package var logs: String { "\(root)/logs" }
    /// Quotes a user imported into the offer catalogue.
    package var importedQuotes: String { "\(root)/catalogue.csv" }
    package var importLock: String { "\(root)/catalogue.lock" }
    /// Where the doubled metadata services of `tradewind up` listen, and what commands them, mode 0600.
    package var metadataDouble: String { "\(root)/doubles/address.json" }
    /// Held by the one control plane of this folder.
    package var serverLock: String { "\(root)/serve.lock" }
    /// Held by the one `tradewind up` of this folder.
    package var upLock: String { "\(root)/up.lock" }

    /// What a rehearsal asks `tradewind up` to take away, and what came of it.
    package var lossOrder: String { "\(root)/loss.json" }
    package var lossAnswer: String { "\(root)/loss-answer.json" }

    package func planeFolder(_ plane: PlaneName) -> String { "\(root)/planes/\(plane)" }
    package func gatewayFolder(_ gateway: GatewayName) -> String { "\(root)/gateways/\(gateway)" }

    package func tokenFile(_ scope: TokenScope) -> String {
        switch scope {
        case .admin: adminToken
        case .plane(let name): "\(root)/tokens/plane-\(name).token"
        case .gateway(let name): "\(root)/tokens/gateway-\(name).token"
        }
    }
}

/// The content of ``StateFolder/serverAddress``.
package struct ServerAddress: Codable, Equatable, Sendable {
    package var url: String

    package init(url: String) { self.url = url }
}
