package import FleetModel
package import FleetTransport
import FoundationEssentials
import Synchronization

/// Makes tokens and recognises them.
///
/// Only digests are kept. A token is shown once, to whoever asked for it, or written to its file in the state folder, where the
/// processes of the same machine find it.
package final class TokenOffice: Sendable {
    private let store: any FleetStore
    private let folder: StateFolder
    private let clock: any FleetClock
    private let known: Mutex<[StoredToken]>
    /// Scopes whose file was looked at since the start.
    private let checked = Mutex<Set<TokenScope>>([])

    package init(store: any FleetStore, folder: StateFolder, clock: any FleetClock) async throws {
        self.store = store
        self.folder = folder
        self.clock = clock
        known = Mutex(try await store.tokens())
    }

    /// The token a bearer text is, compared by digest in a time that does not depend on how much of it is right.
    package func identify(_ bearer: String) -> StoredToken? {
        let presented = digest(bearer)
        return known.withLock { tokens in
            var found: StoredToken?
            for token in tokens where FeedAuthentication.matches(token.digest, presented) { found = token }
            return found
        }
    }

    /// Sees to it that a scope has a token that is recognised and, where it has none, that its file holds it: the file first, so
    /// that a crash between the two leaves a file that is taken up again, never a token nobody holds.
    ///
    /// Once per start the file is compared with the store: after the database was removed or an older one put back, the processes
    /// of this machine still hold what the file says, so that is taken up in place of what the store remembers. The admin's
    /// file is made anew where it is missing; a plane's or gateway's is not, for its token may be in use elsewhere.
    package func ensure(_ scope: TokenScope) async throws {
        let isKnown = known.withLock { $0.contains { $0.scope == scope } }
        guard checked.withLock({ $0.insert(scope).inserted }) || !isKnown else { return }
        let kept = try keptToken(scope)
        if let kept {
            let holder = identify(kept)
            if holder?.scope == scope { return }
            if holder == nil { return try await add(kept, scope) }
        } else if isKnown, scope != .admin {
            return
        }
        let made = makeToken()
        try PrivateFile.write(Array((made + "\n").utf8), to: folder.tokenFile(scope))
        try await add(made, scope)
    }

    /// What the scope's file holds; nil where that is no token of ours.
    private func keptToken(_ scope: TokenScope) throws -> String? {
        try PrivateFile.readSecret(folder.tokenFile(scope)).flatMap { isToken($0) ? $0 : nil }
    }

    private func add(_ token: String, _ scope: TokenScope) async throws {
        _ = try await store.addToken(TokenRecord(token: token, scope: scope), by: .system, at: clock.timestamp())
        try await reload()
    }

    /// Makes a token for somebody else to hold. For a plane or gateway it takes the place of the earlier one, also in the
    /// file of this machine where there is one.
    package func mint(_ scope: TokenScope, by author: Author) async throws -> String {
        let token = makeToken()
        _ = try await store.addToken(TokenRecord(token: token, scope: scope), by: author, at: clock.timestamp())
        try await reload()
        let path = folder.tokenFile(scope)
        if scope != .admin, FileManager.default.fileExists(atPath: path) {
            try PrivateFile.write(Array((token + "\n").utf8), to: path)
        }
        return token
    }

    /// Takes away the tokens of what was removed, files included, and returns whose they were.
    package func forget(_ keys: [ResourceKey]) async throws -> [TokenScope] {
        var forgotten: [TokenScope] = []
        for key in keys {
            let scope: TokenScope
            switch key.kind {
            case .workloadPlane: scope = .plane(PlaneName(key.name))
            case .gateway: scope = .gateway(GatewayName(key.name))
            case .provider, .workload, .compliancePolicy, .route, .budget, .placementPlan, .tenant: continue
            }
            try? FileManager.default.removeItem(atPath: folder.tokenFile(scope))
            _ = checked.withLock { $0.remove(scope) }
            forgotten.append(scope)
        }
        try await reload()
        return forgotten
    }

    /// The keys of every (gateway, plane) pair, for the planes of a fleet.
    package func feedPeers(of fleet: Fleet) -> [PlaneName: [PlaneAssignment.FeedPeer]] {
        let declared = Set(fleet.gateways.map(\.name))
        let seeds: [(gateway: GatewayName, seed: String)] = known.withLock { tokens in
            tokens.compactMap { token in
                guard case .gateway(let name) = token.scope, declared.contains(name), let seed = token.feedSeed else {
                    return nil
                }
                return (name, seed)
            }
        }
        return Dictionary(
            uniqueKeysWithValues: fleet.planes.map { plane in
                let peers = seeds.map { peer in
                    PlaneAssignment.FeedPeer(
                        gateway: peer.gateway, key: FeedAuthentication.key(seed: peer.seed, plane: plane.name))
                }
                return (plane.name, peers.sorted { $0.gateway < $1.gateway })
            })
    }

    private func reload() async throws {
        let tokens = try await store.tokens()
        known.withLock { $0 = tokens }
    }
}
