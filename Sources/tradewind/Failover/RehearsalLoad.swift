import AsyncHTTPClient
import CommandLineInterface
import FleetModel
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Sends a bounded stream of requests through one gateway, each when it is due whatever became of the others, and keeps what
/// came of them.
final class RehearsalLoad: Sendable {
    /// Most requests under way; one that would be more is not sent, and counts as unanswered.
    static let openLimit = 512
    /// An answer that takes longer is none.
    static let timeout = Duration.seconds(30)
    private static let answerLimit = 4 << 20

    private struct State {
        var requests:
            [(workload: WorkloadName, begun: ContinuousClock.Instant, ended: ContinuousClock.Instant, outcome: Outcome)] = []
        var open = 0
        var sent = 0
    }

    private typealias Outcome = RehearsedRequest.Outcome

    private let base: String
    private let workloads: [Workload]
    private let apiKey: String?
    private let client: HTTPClient
    private let state = Mutex(State())

    init(gateway: ListenAddress, isSecure: Bool, workloads: [Workload], apiKey: String?) {
        base = "\(isSecure ? "https" : "http")://\(gateway)"
        self.workloads = workloads
        self.apiKey = apiKey
        var configuration = HTTPClient.Configuration.singletonConfiguration
        // A request that waits for a connection of ours would be measured as the fleet's slowness.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.openLimit
        if isSecure {
            // The certificate is for names of clients, not for this address; nothing secret is sent but the key of a rehearsal.
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.certificateVerification = .none
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Runs until cancelled or until so many are sent; then waits for those under way.
    func run(rate: Double, limit: Int) async {
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<limit {
                let due = start.advanced(by: .nanoseconds(Int64(Double(number) / rate * 1e9)))
                guard (try? await Task.sleep(until: due, clock: .continuous)) != nil, !Task.isCancelled else { break }
                let workload = workloads[number % workloads.count]
                let mayOpen = state.withLock { state in
                    state.sent += 1
                    guard state.open < Self.openLimit else { return false }
                    state.open += 1
                    return true
                }
                guard mayOpen else {
                    record(workload, due, due, .unanswered)
                    continue
                }
                // Not a child of what may be cancelled: what is under way at the end is still waited for.
                let request = Task { await self.send(workload, due: due) }
                group.addTask { await request.value }
            }
        }
    }

    func shutDown() async { try? await client.shutdown() }

    /// Everything that came of requests so far, in the order in which they ended.
    func requests(since loss: ContinuousClock.Instant) -> [RehearsedRequest] {
        state.withLock { state in
            state.requests.map { request in
                RehearsedRequest(
                    workload: request.workload, begun: Self.seconds(from: loss, to: request.begun),
                    ended: Self.seconds(from: loss, to: request.ended), outcome: request.outcome)
            }
        }
    }

    private static func seconds(from: ContinuousClock.Instant, to: ContinuousClock.Instant) -> Double {
        from.duration(to: to).seconds
    }

    private func send(_ workload: Workload, due: ContinuousClock.Instant) async {
        let outcome = await ask(workload)
        state.withLock { $0.open -= 1 }
        record(workload, due, .now, outcome)
    }

    private func record(
        _ workload: Workload, _ begun: ContinuousClock.Instant, _ ended: ContinuousClock.Instant, _ outcome: Outcome
    ) {
        state.withLock { $0.requests.append((workload.name, begun, ended, outcome)) }
    }

    private func ask(_ workload: Workload) async -> Outcome {
        guard let (path, body) = UpExample.request(workload, tokens: 8) else { return .unanswered }
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        if let apiKey { request.headers.add(name: "authorization", value: "Bearer \(apiKey)") }
        request.body = .bytes(ByteBuffer(string: body))
        guard
            let response = try? await client.execute(
                request, deadline: .now() + .nanoseconds(Int64(Self.timeout / .nanoseconds(1))))
        else { return .unanswered }
        let isSuccess = response.status.code < 400
        guard (try? await response.body.collect(upTo: Self.answerLimit)) != nil else {
            return isSuccess ? .broken : .refused(status: Int(response.status.code))
        }
        guard isSuccess else { return .refused(status: Int(response.status.code)) }
        return .answered(plane: response.headers.first(name: "x-tradewind-plane") ?? "")
    }
}
