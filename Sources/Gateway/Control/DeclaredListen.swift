import FleetModel
import FleetTransport
import Logging
import NIOCore

/// Where a gateway listens that was started without `--listen`: where its fleet file says.
///
/// The control plane is asked first, then the snapshot on disk. A gateway that has neither cannot know, and waits: a wrong
/// address would be worse than none.
struct DeclaredListen {
    /// Where a fleet file says nothing.
    static let standard = ListenAddress(host: "127.0.0.1", port: 0)
    /// How long the control plane may take to answer before the snapshot on disk is taken instead.
    static let patience = Duration.seconds(3)

    let gateway: GatewayName
    let folder: String
    let caFile: String?
    /// Says where the control plane is; nil without one.
    let credentials: (@Sendable () -> GatewayControl.Configuration.Credentials?)?
    let group: any EventLoopGroup
    let logger: Logger

    /// Returns the address once somebody said it. Throws when cancelled.
    func find() async throws -> ListenAddress {
        let saved = (try? SavedSnapshot.load(from: folder))?.snapshot
        guard let credentials else { return saved?.listen ?? Self.standard }
        var backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(5))
        var hasTold = false
        while true {
            try Task.checkCancellation()
            if let answer = credentials(), let snapshot = await ask(answer) { return snapshot.listen ?? Self.standard }
            if let saved { return saved.listen ?? Self.standard }
            if !hasTold {
                logger.notice("waiting for the control plane to say where to listen; --listen says it at once")
                hasTold = true
            }
            try await Task.sleep(for: backoff.next(jitter: .random(in: 0..<1)))
        }
    }

    /// The control plane's snapshot of now; nil where it does not come in time.
    private func ask(_ credentials: GatewayControl.Configuration.Credentials) async -> RoutingSnapshot? {
        guard
            let client = try? ControlClient(
                url: credentials.url, token: credentials.token, caFile: caFile, eventLoopGroup: group)
        else { return nil }
        let snapshot = await withTaskGroup(of: RoutingSnapshot?.self) { tasks in
            tasks.addTask { try? await first(of: client) }
            tasks.addTask {
                try? await Task.sleep(for: Self.patience)
                return nil
            }
            let answer = await tasks.next() ?? nil
            tasks.cancelAll()
            return answer
        }
        try? await client.shutdown()
        return snapshot
    }

    private func first(of client: ControlClient) async throws -> RoutingSnapshot? {
        for try await event in client.events("/internal/v1/gateways/\(gateway)/snapshot") where event.name == "snapshot" {
            return try FleetJSON.decode(RoutingSnapshot.self, from: Array(event.data.utf8))
        }
        return nil
    }
}
