import FleetModel
import FleetRouting
import FleetTransport
import NIOCore
import Synchronization

/// What `/metrics` and `/readyz` say: gathered from every worker and from the control side, which are made after it.
final class ControlAnswers: Sendable {
    private struct Sources {
        var workers: [WorkerHandle] = []
        var telemetry: TelemetryService?
        var facts: @Sendable () -> ControlFacts = { ControlFacts() }
    }

    private let sources = Mutex(Sources())
    private let version: String

    /// - Parameter version: this gateway's.
    init(version: String) { self.version = version }

    func connect(workers: [WorkerHandle], telemetry: TelemetryService, facts: @escaping @Sendable () -> ControlFacts) {
        sources.withLock { $0 = Sources(workers: workers, telemetry: telemetry, facts: facts) }
    }

    var endpoints: LocalEndpoints {
        LocalEndpoints(
            metrics: { self.metrics(on: $0) },
            readiness: { $0.makeSucceededFuture(Self.readiness(self.sources.withLock(\.facts)())) }, version: version)
    }

    /// What the control plane is told of requests.
    func traffic() async -> TrafficReport {
        let sources = sources.withLock { $0 }
        var total = LoopCounters()
        var demand = LoopDemand()
        for worker in sources.workers {
            guard let told = try? await worker.submit({ ($0.counters, $0.demand()) }).get() else { continue }
            total.add(told.0)
            demand.add(told.1)
        }
        guard let directory = sources.facts().table?.directory else { return TrafficReport() }
        return TrafficReport(total, now: demand, directory: directory)
    }

    /// What every event loop knows of each plane, together.
    func planeTallies() async -> [PlaneName: PlaneTally] {
        let sources = sources.withLock { $0 }
        guard let directory = sources.facts().table?.directory else { return [:] }
        var tallies: [PlaneName: PlaneTally] = [:]
        for worker in sources.workers {
            guard let own = try? await worker.submit({ $0.planeTallies() }).get() else { continue }
            for (index, tally) in own.enumerated() where directory.planes.indices.contains(index) {
                tallies[directory.planes[index].name, default: PlaneTally()].add(tally)
            }
        }
        return tallies
    }

    /// What became of requests by version, over all loops; nothing where one of them does not answer, for a sum that
    /// fell would be taken for
    /// one that began anew.
    func revisionOutcomes() async -> [String: [RevisionOutcome]] {
        var total: [String: [UInt64: RevisionOutcome]] = [:]
        for worker in sources.withLock({ $0.workers }) {
            guard let outcomes = try? await worker.submit({ $0.router.revisionOutcomes }).get() else { return [:] }
            for (workload, versions) in outcomes {
                for version in versions {
                    total[workload, default: [:]][
                        version.generation, default: RevisionOutcome(generation: version.generation)
                    ].add(version)
                }
            }
        }
        return total.mapValues { $0.values.sorted { $0.generation < $1.generation } }
    }

    /// What became of the newest request with an id; nil where no loop knows it any more.
    func explanation(of request: String, at gateway: GatewayName) async -> JSONValue? {
        let sources = sources.withLock { $0 }
        let id = Array(request.utf8)
        var newest: RequestRecord?
        for worker in sources.workers {
            let found = try? await worker.submit { $0.recorder?.record(of: id) }.get()
            if let record = found ?? nil, newest.map({ $0.startedAt < record.startedAt }) ?? true { newest = record }
        }
        return newest.map { record in
            RequestExplanation(
                record, gateway: gateway, table: sources.facts().table, clock: .read(), now: NIODeadline.now().moment
            ).document
        }
    }

    private func metrics(on eventLoop: any EventLoop) -> EventLoopFuture<LocalResponse> {
        let sources = sources.withLock { $0 }
        let parts = sources.workers.map { worker in
            worker.submit { ($0.counted, $0.statistics()) }
        }
        return EventLoopFuture.whenAllSucceed(parts, on: eventLoop).map { parts in
            var total = LoopCounters()
            for part in parts { total.add(part.0) }
            let page = MetricsPage.render(
                counters: total, routers: parts.map(\.1), facts: sources.facts(),
                telemetry: sources.telemetry?.statistics ?? .init(),
                now: NIODeadline.now().moment)
            return LocalResponse(status: 200, contentType: MetricsPage.contentType, body: Array(page.utf8))
        }
    }

    private static func readiness(_ facts: ControlFacts) -> LocalResponse {
        if facts.readiness.isReady {
            return LocalResponse(status: 200, contentType: "application/json", body: Array("{\"ready\":true}\n".utf8))
        }
        let waiting = facts.readiness.waitingFor.map(JSONText.quoted).joined(separator: ",")
        let text = "{\"ready\":false,\"hasSnapshot\":\(facts.table != nil),\"waitingFor\":[\(waiting)]}\n"
        return LocalResponse(status: 503, contentType: "application/json", body: Array(text.utf8), retryAfterSeconds: 1)
    }
}
