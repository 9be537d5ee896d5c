import FleetModel
import FleetTransport
import Synchronization

/// Hands every report of the plane to whoever follows its feed: always the newest, never a queue of old ones.
final class FeedHub: Sendable {
    /// Most followers, and most of one gateway: when it follows once more its oldest connection is ended, for that is the one
    /// it has lost.
    static let followerLimit = 256
    static let followersPerGateway = 4

    fileprivate struct Follower {
        let number: UInt64
        let gateway: GatewayName
        let key: String
        let continuation: AsyncStream<[UInt8]>.Continuation
    }

    fileprivate struct State {
        var peers: [GatewayName: String] = [:]
        var followers: [Follower] = []
        var nextNumber: UInt64 = 0
        var latest: PlaneReport?
    }

    private let state = Mutex(State())

    /// The newest report; nil before the first.
    var latest: PlaneReport? { state.withLock(\.latest) }

    /// Who may follow. Followers whose key is gone or changed are ended.
    func admit(_ peers: [PlaneAssignment.FeedPeer]) {
        let ended = state.withLock { state in
            state.peers = Dictionary(peers.map { ($0.gateway, $0.key) }, uniquingKeysWith: { first, _ in first })
            let keys = state.peers
            return state.remove { keys[$0.gateway] != $0.key }
        }
        for follower in ended { follower.continuation.finish() }
    }

    func key(of gateway: GatewayName) -> String? { state.withLock { $0.peers[gateway] } }

    func publish(_ report: PlaneReport) throws {
        let followers = state.withLock { state in
            state.latest = report
            return state.followers
        }
        guard !followers.isEmpty else { return }
        let payload = try FleetJSON.encode(report)
        for follower in followers { follower.continuation.yield(payload) }
    }

    /// Reports from now on, the newest at once. Nil when there are too many followers.
    func follow(_ gateway: GatewayName, key: String) throws -> AsyncStream<[UInt8]>? {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(1))
        let (added, ended) = try state.withLock { state -> (UInt64?, [Follower]) in
            let mine = state.followers.filter { $0.gateway == gateway }
            var ended: [Follower] = []
            if mine.count >= Self.followersPerGateway, let oldest = mine.first {
                ended = state.remove { $0.number == oldest.number }
            }
            guard state.followers.count < Self.followerLimit, state.peers[gateway] == key else { return (nil, ended) }
            // Before anything newer can be published to it: the newest alone is kept for a follower that has not asked yet.
            if let latest = state.latest { continuation.yield(try FleetJSON.encode(latest)) }
            let number = state.nextNumber
            state.nextNumber += 1
            state.followers.append(Follower(number: number, gateway: gateway, key: key, continuation: continuation))
            return (number, ended)
        }
        for follower in ended { follower.continuation.finish() }
        guard let number = added else { return nil }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { state in state.remove { $0.number == number } }
        }
        return stream
    }

    /// Ends every follower.
    func finish() {
        let ended = state.withLock { state in state.remove { _ in true } }
        for follower in ended { follower.continuation.finish() }
    }
}

extension FeedHub.State {
    fileprivate mutating func remove(where isRemoved: (FeedHub.Follower) -> Bool) -> [FeedHub.Follower] {
        let removed = followers.filter(isRemoved)
        followers.removeAll(where: isRemoved)
        return removed
    }
}
