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
    /// The end of the newest change: files, store and ``known`` are changed by one at a time, so that none undoes another.
    private let lastTurn = Mutex<Task<Void, Never>?>(nil)

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
        let isSettled = checked.withLock { $0.contains(scope) } && isKnown(scope)
        if !isSettled { try await inTurn { try await self.settle(scope) } }
    }

    private func isKnown(_ scope: TokenScope) -> Bool { known.withLock { $0.contains { $0.scope == scope } } }

    private func settle(_ scope: TokenScope) async throws {
        let isKnown = isKnown(scope)
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
        try write(made, to: folder.tokenFile(scope))
        try await add(made, scope)
    }

    private func write(_ token: String, to path: String) throws { try PrivateFile.write(Array((token + "\n").utf8), to: path) }

    /// What the scope's file holds; nil where that is no token of ours.
    private func keptToken(_ scope: TokenScope) throws -> String? {
        try PrivateFile.readSecret(folder.tokenFile(scope)).flatMap { isToken($0) ? $0 : nil }
    }

    /// A scope that is declared no more gets no token: whoever asks for one has read what was declared before.
    private func add(_ token: String, _ scope: TokenScope) async throws {
        do {
            _ = try await store.addToken(TokenRecord(token: token, scope: scope), by: .system, at: clock.timestamp())
        } catch StoreError.notFound {
            drop(scope)
        }
        try await reload()
    }

    private func drop(_ scope: TokenScope) {
        try? FileManager.default.removeItem(atPath: folder.tokenFile(scope))
        _ = checked.withLock { $0.remove(scope) }
    }

    /// Makes a token for somebody else to hold. For a plane or gateway it takes the place of the earlier one, also in the
    /// file of this machine where there is one: there first, for after a crash between the two the file's is taken up, and the
    /// one that was to be replaced must not come back.
    package func mint(_ scope: TokenScope, by author: Author) async throws -> String {
        try await inTurn {
            let token = makeToken()
            let path = self.folder.tokenFile(scope)
            let isKept = scope != .admin && FileManager.default.fileExists(atPath: path)
            let kept = isKept ? try? PrivateFile.readSecret(path) : nil
            if isKept { try self.write(token, to: path) }
            do {
                _ = try await self.store.addToken(
                    TokenRecord(token: token, scope: scope), by: author, at: self.clock.timestamp())
            } catch {
                if let kept { try self.write(kept, to: path) }
                throw error
            }
            try await self.reload()
            return token
        }
    }

    /// Takes away the tokens of what was removed, files included, and returns whose they were.
    package func forget(_ keys: [ResourceKey]) async throws -> [TokenScope] {
        try await inTurn { try await self.forgetNow(keys) }
    }

    private func forgetNow(_ keys: [ResourceKey]) async throws -> [TokenScope] {
        var forgotten: [TokenScope] = []
        for key in keys {
            let scope: TokenScope
            switch key.kind {
            case .workloadPlane: scope = .plane(PlaneName(key.name))
            case .gateway: scope = .gateway(GatewayName(key.name))
            case .provider, .workload, .compliancePolicy, .route, .budget, .placementPlan, .tenant: continue
            }
            drop(scope)
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

    /// Makes a change once those asked for before it are made, whether or not the one who asks still waits.
    private func inTurn<Value: Sendable>(_ change: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let turn = lastTurn.withLock { last -> Task<Value, any Error> in
            let before = last
            let turn = Task {
                await before?.value
                return try await change()
            }
            last = Task { _ = await turn.result }
            return turn
        }
        return try await turn.value
    }
}
