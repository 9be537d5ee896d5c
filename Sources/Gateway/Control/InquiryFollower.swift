import FleetModel
import FleetTransport
import Logging

/// Answers what the control plane asks about requests, for as long as its task runs. The connection is the gateway's own, so
/// that a gateway needs no door for it.
struct InquiryFollower: Sendable {
    let gateway: GatewayName
    /// The control client that holds now.
    let client: @Sendable () async -> ControlClient?
    /// The document about a request id; nil where it is not known.
    let explain: @Sendable (String) async -> JSONValue?
    let logger: Logger

    func run() async {
        var backoff = Backoff(initial: GatewayControl.firstWait, maximum: GatewayControl.longestWait)
        while !Task.isCancelled {
            if let client = await client() {
                do {
                    for try await event in client.events("/internal/v1/gateways/\(gateway)/inquiries") {
                        backoff.reset()
                        guard event.name == "inquiry",
                            let inquiry = try? FleetJSON.decode(GatewayInquiry.self, from: Array(event.data.utf8))
                        else { continue }
                        try await answer(inquiry, client)
                    }
                } catch {
                    logger.debug("no inquiries: \(error)")
                }
            }
            try? await Task.sleep(for: backoff.next(jitter: .random(in: 0..<1)))
        }
    }

    private func answer(_ inquiry: GatewayInquiry, _ client: ControlClient) async throws {
        let answer = await explain(inquiry.request) ?? .null
        let path = "/internal/v1/gateways/\(gateway)/inquiries/\(inquiry.id)"
        let response = try await client.send("POST", path, body: try FleetJSON.encode(answer))
        if !response.isSuccess { logger.debug("the control plane answered an explanation with \(response.status)") }
    }
}
