import FleetModel
import FleetRouting
import NIOCore

/// How far along its chain a request is.
struct FallbackProgress {
    /// Where it went; nil while its own workload serves it.
    var entry: FallbackEntry?
    /// The next entry to try.
    var next = 0
    /// Its own workload: the chain and the first fence are this one's.
    var origin: WorkloadIndex?
    /// The body with the model's name exchanged.
    var body: ByteBuffer?
}

/// The way to another workload where one's own cannot answer.
extension Exchange {
    /// The body as it is sent.
    var requestBody: ByteBuffer { fallback.body ?? translation?.body ?? client.body.bytes }

    func fallBackOrGiveUp(_ refusal: GatewayRefusal, now: Moment) {
        if !fallBack(now: now) { giveUp(refusal) }
    }

    /// Sends the request to the next workload of its chain that can take it; false where there is none.
    ///
    /// Each pair of workloads is an entry of its own in the directory, whose planes lie inside both fences.
    func fallBack(now: Moment) -> Bool {
        guard state != .forwarding, let step = nextFallback(now: now) else { return false }
        take(step, now: now)
        return true
    }

    /// Whether a response with this status is no answer where there is a chain.
    static func callsForFallback(_ status: Int) -> Bool { status == 429 || status >= 500 && status != 501 && status != 505 }

    /// The next workload of the chain with a replica to be asked, and the body as that one is to get it.
    func nextFallback(now: Moment) -> (entry: FallbackEntry, position: Int, body: ByteBuffer?)? {
        guard let route, let table = worker.table, plan.isHeld, client.body.isComplete else { return nil }
        guard plan.isRepeatable || plan.sent == 0 else { return nil }
        let chain = route.policy.fallbacks(of: fallback.origin ?? facts.workload, in: table.directory)
        guard fallback.next < chain.count else { return nil }
        for position in fallback.next..<chain.count {
            let entry = chain[position]
            guard mayAsk(entry, table) else { continue }
            let facts = facts(workload: entry.workload, route: route)
            guard case .send = worker.router.decide(facts, attempts: AttemptHistory(), now: now) else { continue }
            switch bodyFor(entry) {
            case .rewritten(let body): return (entry, position, body)
            case .unchanged: return (entry, position, nil)
            case .impossible: continue
            }
        }
        return nil
    }

    /// A tenant is sent to no model it may not ask for.
    private func mayAsk(_ entry: FallbackEntry, _ table: RoutingTable) -> Bool {
        guard let tenant = client.tenant else { return true }
        if entry.modelText.isEmpty { return tenant.mayAsk(table.directory[entry.workload].source ?? entry.workload) }
        return entry.modelText.withUnsafeBytes { tenant.mayAsk(model: $0) }
    }

    private func bodyFor(_ entry: FallbackEntry) -> ModelRewriting.Outcome {
        let (contentType, isEncoded) = client.headBytes.withUnsafeReadableBytes { raw in
            let isEncoded = client.table.fields.contains { field in
                raw.spells("content-encoding", at: Int(field.nameStart), count: Int(field.nameCount))
            }
            return (client.head.contentType.map { String(decoding: raw[$0], as: UTF8.self) } ?? "", isEncoded)
        }
        guard !isEncoded else { return .impossible }
        // The path names the model there, and a replica of another one would not know it.
        if route?.api == .openInference, entry.modelText != client.pathModel { return .impossible }
        if route?.api == .openInference { return .unchanged }
        if route?.api == .predict, let outcome = translated(for: entry) { return outcome }
        return ModelRewriting.outcome(
            of: client.body.bytes, contentType: contentType, json: entry.model, text: entry.modelText,
            field: route?.api == .predict ? .modelID : .model)
    }

    func take(_ step: (entry: FallbackEntry, position: Int, body: ByteBuffer?), now: Moment) {
        fallback.origin = fallback.origin ?? facts.workload
        fallback.entry = step.entry
        fallback.next = step.position + 1
        fallback.body = step.body
        retarget(to: step.entry.workload)
        leaveGate()
        noteFallback(step.entry.workload)
        worker.counters.demand.arrived(step.entry.workload)
        if let route { facts = facts(workload: step.entry.workload, route: route) }
        history = AttemptHistory()
        plan.beginAnew()
        takeActiveSeat()
        worker.counters.fellBack()
        enterGate(now: now)
    }
}
