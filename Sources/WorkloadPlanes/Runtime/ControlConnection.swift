import FleetModel
import FleetTransport
import Logging
import NIOCore

/// The plane's side of the control plane: takes assignments, sends reports, and does without for as long as it must.
struct ControlConnection: Sendable {
    static let reportInterval = Duration.seconds(2)
    /// Changes that come so close together are told at once.
    static let coalescing = Duration.milliseconds(200)
    static let credentialPoll = Duration.milliseconds(500)

    let configuration: PlaneConfiguration
    let hub: FeedHub
    let logger: Logger
    let eventLoopGroup: any EventLoopGroup
    /// Wakes up when the report changed.
    let changes: AsyncStream<Void>
    /// Takes an assignment that was read and belongs to this plane.
    let assigned: @Sendable (PlaneAssignment) -> Void

    private struct Credentials: Equatable {
        var url: String
        var token: String
    }

    /// Runs until cancelled.
    func run() async {
        var backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(5))
        let line = ControlLine()
        await withTaskGroup { group in
            // One reader for as long as the plane runs: a stream whose reader is cancelled is over for good.
            let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            group.addTask { for await _ in changes { wake.yield() } }
            group.addTask {
                while !Task.isCancelled {
                    guard (try? await Task.sleep(for: Self.reportInterval)) != nil else { return }
                    wake.yield()
                }
            }
            group.addTask { await sendReports(wakes, over: line) }
            while !Task.isCancelled, let credentials = await credentials() {
                if await connect(credentials, line: line, wake: wake) { backoff.reset() }
                guard (try? await Task.sleep(for: backoff.next(jitter: .random(in: 0..<1)))) != nil else { break }
            }
            group.cancelAll()
        }
    }

    /// Where the control plane is and how to prove who we are; waits for both to be there. Nil when cancelled.
    private func credentials() async -> Credentials? {
        var isTold = false
        while !Task.isCancelled {
            if let url = serverURL(), let token = try? PrivateFile.readSecret(configuration.token) {
                return Credentials(url: url, token: token)
            }
            if !isTold {
                isTold = true
                let address = configuration.serverURL ?? configuration.state.serverAddress
                logger.info(
                    "waiting for the control plane's address and this plane's token",
                    metadata: ["address": "\(address)", "token": "\(configuration.token)"])
            }
            try? await Task.sleep(for: Self.credentialPoll)
        }
        return nil
    }

    private func serverURL() -> String? {
        if let url = configuration.serverURL { return url }
        guard let bytes = try? PrivateFile.read(configuration.state.serverAddress, limit: 64 << 10) else { return nil }
        return try? FleetJSON.decode(ServerAddress.self, from: bytes).url
    }

    /// One connection from its opening to its end; true where an assignment came over it.
    private func connect(
        _ credentials: Credentials, line: ControlLine, wake: AsyncStream<Void>.Continuation
    ) async -> Bool {
        let client: ControlClient
        do {
            client = try ControlClient(
                url: credentials.url, token: credentials.token, caFile: configuration.caFile, eventLoopGroup: eventLoopGroup)
        } catch {
            logger.error("the connection to the control plane cannot be set up", metadata: ["error": "\(error)"])
            return false
        }
        let following = Task { await follow(client) }
        line.open(client) { following.cancel() }
        wake.yield()
        let isHeard = await withTaskCancellationHandler {
            await following.value
        } onCancel: {
            following.cancel()
        }
        line.close()
        try? await client.shutdown()
        return isHeard
    }

    private func follow(_ client: ControlClient) async -> Bool {
        var isHeard = false
        do {
            for try await event in client.events("/internal/v1/planes/\(configuration.plane)/assignment") {
                isHeard = true
                if event.name == "assignment" { take(event.data) }
            }
            logger.info("the connection to the control plane ended")
        } catch {
            logger.warning("no control plane; the plane goes on by itself", metadata: ["error": "\(error)"])
        }
        return isHeard
    }

    private func take(_ text: String) {
        let assignment: PlaneAssignment
        do {
            assignment = try FleetJSON.decode(PlaneAssignment.self, from: Array(text.utf8))
        } catch {
            logger.error("the control plane sent an assignment that this version cannot read")
            return
        }
        guard assignment.plane == configuration.plane, assignment.format == PlaneAssignment.currentFormat else {
            logger.error(
                "the control plane sent an assignment that is not ours",
                metadata: ["plane": "\(assignment.plane)", "format": "\(assignment.format)"])
            return
        }
        assigned(assignment)
    }

    private func sendReports(_ wakes: AsyncStream<Void>, over line: ControlLine) async {
        let path = "/internal/v1/planes/\(configuration.plane)/report"
        for await _ in wakes {
            if let client = line.client, let report = hub.latest, let body = try? FleetJSON.encode(report) {
                if let answer = try? await client.send("POST", path, body: body), !answer.isSuccess {
                    logger.warning("the control plane did not take the report", metadata: ["status": "\(answer.status)"])
                    // The token no longer holds: the file has the new one, or will.
                    if answer.status == 401 || answer.status == 403 { line.hangUp() }
                }
            }
            guard (try? await Task.sleep(for: Self.coalescing)) != nil else { return }
        }
    }
}
