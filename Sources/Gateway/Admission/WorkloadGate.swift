import FleetModel
import FleetRouting
import NIOCore

/// One event loop's gate before each workload: how many requests run, how many may, and who waits. Lives on its loop.
final class WorkloadGate {
    enum Verdict {
        case enter
        case wait
        case refuse(GatewayRefusal)
    }

    private struct Workload {
        var running = 0
        var limit = ConcurrencyLimit()
        var line = WaitingLine()
        var isAdmitting = false
    }

    private var workloads: [Workload] = []
    /// Those in a line, by ticket.
    private var waiting: [UInt64: Exchange] = [:]
    private var tickets: UInt64 = 0

    /// Whether a request may run now; it counts as running where it may.
    func enter(_ exchange: Exchange, _ policy: WorkloadAdmission) -> Verdict {
        let index = place(exchange.gatePlace)
        let isOrdered = policy.queueTimeoutMilliseconds > 0 && workloads[index].line.count > 0
        if !isOrdered || exchange.priority == .critical, allows(index, exchange.priority, policy) {
            workloads[index].running += 1
            return .enter
        }
        if exchange.priority == .sheddable, !allows(index, .sheddable, policy) { return .refuse(.shed(isSheddable: true)) }
        guard policy.queueTimeoutMilliseconds > 0 else { return .refuse(.shed(isSheddable: false)) }
        return .wait
    }

    /// Puts a request in line. False where the line is full of requests that are not of lower priority; those of lower priority give way.
    func wait(_ exchange: Exchange, _ policy: WorkloadAdmission, deadline: Moment) -> Bool {
        let index = place(exchange.gatePlace)
        if exchange.lineNumber == 0 {
            tickets += 1
            exchange.lineNumber = tickets
        }
        let entrance = workloads[index].line.enter(
            exchange.lineNumber, exchange.priority, deadline: deadline, bytes: exchange.client.body.bytes.readableBytes,
            limits: WaitingLine.Limits(requests: policy.queuedRequests, bytes: policy.queuedBytes))
        guard entrance != .full else { return false }
        waiting[exchange.lineNumber] = exchange
        if case .replaced(let tickets) = entrance {
            for ticket in tickets { waiting.removeValue(forKey: ticket)?.giveUp(.queueFull) }
        }
        return true
    }

    /// How many wait for a workload.
    func count(in workload: WorkloadIndex) -> Int { workloads[place(workload)].line.count }

    /// Adds everyone in a line.
    func tell(_ demand: inout LoopDemand, now: Moment) {
        for exchange in waiting.values { demand.waits(exchange.gatePlace, for: now.since(exchange.linedAt)) }
    }

    /// A request in line went away.
    func abandon(_ exchange: Exchange) {
        workloads[place(exchange.gatePlace)].line.leave(exchange.lineNumber)
        waiting[exchange.lineNumber] = nil
    }

    /// A request that ran is over, or goes back in line.
    func leave(_ workload: WorkloadIndex) {
        let index = place(workload)
        workloads[index].running -= 1
        admit(index)
    }

    /// A response began.
    func learn(_ workload: WorkloadIndex, _ time: Duration) {
        let index = place(workload)
        workloads[index].limit.learn(time, inFlight: workloads[index].running)
    }

    /// Something changed that may let requests in line run.
    func look() {
        guard !waiting.isEmpty else { return }
        for index in workloads.indices { admit(index) }
    }

    private func admit(_ index: Int) {
        // Whoever is let in may be over at once and come here again: the loop below goes on then.
        guard !workloads[index].isAdmitting, workloads[index].line.count > 0 else { return }
        workloads[index].isAdmitting = true
        defer { workloads[index].isAdmitting = false }
        while let ticket = workloads[index].line.first, let exchange = waiting[ticket], !exchange.awaitsFirstReplica,
            allows(index, exchange.priority, exchange.admissionPolicy)
        {
            _ = workloads[index].line.next()
            waiting[ticket] = nil
            workloads[index].running += 1
            exchange.leaveLine()
            // Back in line: no replica takes it, nor whoever is behind it.
            if exchange.state == .queued { return }
        }
    }

    private func allows(_ index: Int, _ priority: Tenant.Priority, _ policy: WorkloadAdmission) -> Bool {
        switch policy.concurrencyLimit {
        case .none: true
        case .gradient2: workloads[index].limit.allows(workloads[index].running, priority)
        }
    }

    private func place(_ workload: WorkloadIndex) -> Int {
        while workloads.count <= workload.value { workloads.append(Workload()) }
        return workload.value
    }
}
