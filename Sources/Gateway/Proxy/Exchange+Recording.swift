import FleetModel
import FleetRouting
import NIOCore

/// What the journal is told while a request is under way. All of it does nothing where no requests are recorded.
extension Exchange {
    func openJournal() {
        guard let recorder = worker.recorder, recorder.isActive else {
            journal = nil
            return
        }
        let journal = self.journal ?? RequestJournal()
        self.journal = journal
        journal.open()
        journal.record.trace = traceContext(recorder)
    }

    /// Where the request stands in its trace: sampled as its parent says, or by the share of those that begin here.
    private func traceContext(_ recorder: RequestRecorder) -> TraceContext {
        guard recorder.isTracing, let share = recorder.telemetry.tracing?.sampling else { return TraceContext() }
        var context = client.identity.context
        let isTaken = client.identity.continuesTrace ? context.flags & 1 == 1 : TraceContext.isInShare(share, low: context.low)
        if isTaken {
            context.flags |= 1
            context.span = worker.random.next() | 1
        } else if !client.identity.continuesTrace {
            context.flags &= ~1
            client.identity.tell(span: worker.random.next() | 1, flags: context.flags)
        }
        return context
    }

    /// An attempt begins; its position, where it is recorded.
    @discardableResult
    func noteAttempt(_ entry: ReplicaEntry, _ reason: RoutingReason, now: Moment) -> Int {
        guard let journal else { return -1 }
        return journal.began(
            entry, reason, now: now, span: journal.record.trace.isSampled ? worker.random.next() | 1 : 0)
    }

    /// The request is about to be written for an attempt: the replica's parent in the trace is the attempt.
    func noteSent(_ position: Int?, now: Moment) {
        guard let journal else { return }
        let position = position ?? journal.current
        journal.sent(position, now: now)
        guard journal.record.trace.isSampled, journal.record.attempts.indices.contains(position) else { return }
        client.identity.tell(span: journal.record.attempts[position].spanID, flags: journal.record.trace.flags)
    }

    func noteFailure(_ kind: LoopCounters.UpstreamFailure) {
        worker.counters.upstreamFailed(kind)
        journal?.failed(kind)
    }

    func noteDecision(_ decision: RoutingDecision, now: Moment) {
        guard let journal, worker.recorder?.explains == true else { return }
        journal.record.decisionCount += 1
        if journal.record.decisionCount == 1 {
            worker.router.explainLast(decision, facts, attempts: history, now: now, into: &journal.record.first)
        } else {
            worker.router.explainLast(decision, facts, attempts: history, now: now, into: &journal.record.last)
        }
    }

    func noteRefusal(_ refusal: GatewayRefusal) {
        guard worker.recorder?.isActive == true else { return }
        if journal?.isOpen != true { openJournal() }
        journal?.record.error = refusal.code
    }

    /// Another workload is asked, whose decisions come from here on.
    func noteFallback(_ workload: WorkloadIndex) {
        guard let journal else { return }
        journal.record.workload = journal.record.workload ?? facts.workload
        journal.record.fallback = workload
    }

    /// The first data of an event stream goes to the client.
    func noteFirstToken(now: Moment) {
        worker.counters.generation.firstToken(facts.workload, after: now.since(client.startedAt))
        guard let journal else { return }
        journal.record.isStream = true
        journal.record.firstTokenAt = now
    }

    /// It stands in line no more.
    func noteQueueWait(now: Moment) {
        guard let queuedAt else { return }
        self.queuedAt = nil
        worker.counters.generation.waited(facts.workload, now.since(queuedAt))
        journal?.record.queueWait += now.since(queuedAt)
    }

    /// What the answer said of tokens, where it was read for them.
    func noteUsage(_ connection: UpstreamConnection?) {
        guard let connection, connection.reader.scansUsage else { return }
        let usage = connection.reader.usage
        countTokens(usage)
        guard let journal, usage.hasUsage else { return }
        journal.record.inputTokens = usage.input
        journal.record.outputTokens = usage.output
    }

    /// Answers are read for what they say of tokens.
    var readsUsage: Bool {
        reservation != nil || worker.recorder?.isExporting == true
            || worker.table?.directory.countsTokens(of: facts.workload) == true
    }

    /// What the answer said of tokens counts for whoever answered.
    private func countTokens(_ usage: UsageScanner) {
        if usage.hasUsage {
            worker.counters.demand.used(facts.workload, prompt: usage.input, completion: usage.output)
        } else if usage.events > 0 {
            worker.counters.demand.used(facts.workload, prompt: 0, completion: Int64(usage.events))
        }
    }
}

extension ClientConnection {
    /// The request is over: its record is completed and kept.
    func finishRecord(_ recorder: RequestRecorder, status: Int, firstByte: Moment?, now: Moment) {
        if exchange.journal?.isOpen != true {
            let isLocal = headBytes.withUnsafeReadableBytes { bytes in
                head.path.upperBound <= bytes.count && LocalEndpoints.endpoint(bytes, head.path) != nil
            }
            if isLocal { return }
            exchange.openJournal()
        }
        guard let journal = exchange.journal else { return }
        journal.close()
        journal.record.startedAt = startedAt
        journal.record.endedAt = now
        journal.record.firstByteAt = firstByte
        journal.record.status = status
        journal.record.tenant = tenant
        journal.record.isSecure = scheme == .https
        journal.record.route = route?.name
        journal.record.directory = worker.table?.directory
        journal.record.workload = exchange.isStarted ? journal.record.workload ?? exchange.facts.workload : nil
        journal.record.requestBytes = body.total
        journal.record.responseBytes = exchange.isStarted ? exchange.responseBytes : 0
        headBytes.withUnsafeReadableBytes { bytes in
            journal.record.method.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: bytes[clamped(head.methodBytes, bytes, 16)]))
            journal.record.path.append(
                contentsOf: UnsafeRawBufferPointer(rebasing: bytes[clamped(head.path, bytes, RequestRecord.pathLimit)]))
        }
        let model = route?.api == .openInference ? pathModel : body.modelName
        journal.record.model.append(contentsOf: model.prefix(RequestRecord.modelLimit))
        if let input = journal.record.inputTokens, let output = journal.record.outputTokens {
            worker.counters.generation.used(journal.record.workload, input: input, output: output)
        }
        if status == 499, journal.record.error.isEmpty { journal.record.error = "client_closed_request" }
        journal.record.isLogged = recorder.logs(status: status, chance: worker.random.nextShare())
        swap(&journal.record.identity, &identity)
        recorder.finish(&journal.record)
        swap(&journal.record.identity, &identity)
    }

    private func clamped(_ range: Range<Int>, _ bytes: UnsafeRawBufferPointer, _ limit: Int) -> Range<Int> {
        guard range.upperBound <= bytes.count else { return 0..<0 }
        return range.prefix(limit).startIndex..<range.prefix(limit).endIndex
    }
}
