package import FleetControl
package import FleetModel
package import FleetTransport
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps what planes and gateways are told in step with what is declared, and what is known of them in step with what they say.
///
/// One pass reads the store, decides the placement, composes every document (all pure steps of `FleetControl`), numbers those
/// that changed, publishes them and stores statuses and events. A pass that changes nothing writes nothing. Passes never
/// overlap: one loop runs them, woken by declarations, by reports that say something new, and by the clock.
package final class Reconciler: Sendable {
    /// How often silence is looked for.
    package static let tick = Duration.seconds(1)
    /// How often what the loop learnt is kept: a crash forgets no more of it.
    package static let memoryPeriod = Duration.seconds(30)
    /// Events waiting to be stored; beyond it the oldest are dropped.
    package static let pendingEventLimit = 4_096
    /// Slots of demand waiting to be stored, of all workloads; beyond it the oldest are dropped.
    package static let pendingDemandLimit = 4_096

    /// What the loop heard and what it decided.
    package struct Recording: Sendable {
        package fileprivate(set) var log = ControlLog()
        package fileprivate(set) var decisions: [ControlDecision] = []

        fileprivate mutating func note(_ inputs: ControlInputs, _ decided: ControlDecision, at now: Moment) {
            let isKept = log.note(
                .decided(
                    inputs.fleet, drained: inputs.drained, rollouts: inputs.rollouts, secondsSince1970: inputs.secondsSince1970),
                at: now)
            if isKept { decisions.append(decided) }
        }
    }

    private struct State {
        var recording: Recording?
        var observation: FleetObservation
        var quotas: QuotaGrantor
        var controller = FleetController()
        var pendingEvents: [FleetEvent] = []
        /// Demand that was measured and is not stored yet.
        var pendingDemand: [DemandHistory.Entry] = []
        var schedule: PassSchedule
        /// Whether what was measured and learnt before this process began was put back.
        var hasHistory = false
        /// The fleet as it is priced, for the version of the declarations it is of; nil before the first pass.
        var priced: (version: UInt64, fleet: PricedFleet)?
        /// What was kept last of what the loop learnt, and when; nil before the first time.
        var kept: (memory: ControllerMemory, at: Moment)?
        /// Digests and versions last issued, to leave the store alone while nothing changes.
        var digests: [String: String] = [:]
        var versions: [String: SnapshotVersion] = [:]
        var hasPublished: Set<String> = []
        var passes: UInt64 = 0
        var failures: UInt64 = 0
        /// The name of every declared plane and gateway, to refuse strangers' reports without a read.
        var recipients: Set<TokenScope> = []
        /// What the newest pass decided, and which planes were drained then; nil before the first.
        var decided: (decision: ControlDecision, drained: Set<PlaneName>)?
        var counts = LoopCounts()

        mutating func note(_ events: [FleetEvent]) {
            pendingEvents = (pendingEvents + events).suffix(Reconciler.pendingEventLimit)
        }
    }

    private let store: any FleetStore
    private let documents: ResourceDocuments
    private let tokens: TokenOffice
    private let hub: DocumentHub
    private let clock: any FleetClock
    private let prices: @Sendable (Fleet) -> PriceBook
    private let shelf = RolloutShelf()
    private let logger: Logger
    private let start: Moment
    private let state: Mutex<State>
    private let wakes: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation

    package init(
        store: any FleetStore, documents: ResourceDocuments, tokens: TokenOffice, hub: DocumentHub, clock: any FleetClock,
        prices: @escaping @Sendable (Fleet) -> PriceBook, logger: Logger
    ) {
        self.store = store
        self.documents = documents
        self.tokens = tokens
        self.hub = hub
        self.clock = clock
        self.prices = prices
        self.logger = logger
        start = clock.now()
        state = Mutex(
            State(
                observation: FleetObservation(start: start), quotas: QuotaGrantor(start: start),
                schedule: PassSchedule(start: start)))
        (wakes, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Keeps what is heard and decided from now on, as long as ``ControlLog/limit`` allows: before the first report, so that it can
    /// be played again from its beginning.
    package func record() {
        let now = clock.now()
        state.withLock { state in
            state.recording = Recording()
            state.recording?.log.note(.started, at: now)
        }
    }

    /// What was recorded; nil where nothing was asked for.
    package var recording: Recording? { state.withLock { $0.recording } }

    // MARK: Inputs

    /// Has a pass made soon.
    package func wake() {
        state.withLock { $0.schedule.wake() }
        wakeUp.yield()
    }

    /// Takes a plane's report; false where it is older than what is known.
    package func receive(_ report: PlaneReport) -> Bool {
        let now = clock.now()
        return take { state in
            state.recording?.log.note(.plane(report), at: now)
            return state.observation.receive(report, now: now)
        }
    }

    /// Takes a gateway's report.
    package func receive(_ report: GatewayReport) -> Bool {
        let now = clock.now()
        return take { state in
            state.recording?.log.note(.gateway(report), at: now)
            state.controller.receive(report, now: now)
            return state.observation.receive(report, now: now)
        }
    }

    /// What a gateway may use of tenants' limits from now on.
    package func grant(_ report: QuotaReport, to gateway: GatewayName) -> QuotaGrant {
        state.withLock { $0.quotas.receive(report, from: gateway, now: clock.now()) }
    }

    private func take(_ input: (inout State) -> FleetObservation.Receipt) -> Bool {
        let (isAccepted, isMaterial) = state.withLock { state in
            switch input(&state) {
            case .ignoredAsStale: return (false, false)
            case .accepted(let events, let isMaterial):
                state.note(events)
                return (true, isMaterial)
            }
        }
        if isMaterial { wake() }
        return isAccepted
    }

    /// Looks for silence, and at the hour; wakes the loop when somebody fell silent or another hour of the plan began.
    package func lookForSilence() {
        let now = clock.now()
        let hour = clock.timestamp().hourOfWeekUTC
        let isDue = state.withLock { state in
            state.recording?.log.note(.ticked, at: now)
            let lost = state.observation.tick(now: now)
            state.note(lost)
            return state.schedule.look(
                hasLost: !lost.isEmpty, hourOfWeek: hour, isUnderWay: state.controller.isUnderWay, now: now)
        }
        if isDue { wakeUp.yield() }
    }

    // MARK: What is known

    package var observation: FleetObservation { state.withLock { $0.observation } }

    /// What gateways see of the demand for a workload; nil where none reports.
    package func demand(for workload: WorkloadName) -> ResourceStatus.Demand? {
        let now = clock.now()
        return state.withLock { state in
            ResourceStatus.Demand(of: workload, observation: state.observation, demand: state.controller.demand, now: now)
        }
    }

    /// What the loop would decide now for a fleet; nothing comes of it.
    package func preview(
        _ fleet: Fleet, records: [PlaneName: PlaneRecord], rollouts: [WorkloadName: RolloutRow]
    ) throws -> ControlDecision {
        var (controller, observation) = state.withLock { ($0.controller, $0.observation) }
        let fleet = PricedFleet(fleet, prices: prices(fleet)).fleet
        return controller.decide(inputs(fleet, records, observation, try shelf.histories(rollouts)), now: clock.now())
    }

    /// The versions of a workload as the newest pass decided; nil before the first.
    package func rollout(of workload: WorkloadName) -> RolloutDecision? {
        state.withLock { $0.decided?.decision.rollouts[workload] }
    }

    /// What the newest pass decided and what was counted, for a scraper; nil before the first.
    var decisionMetrics: DecisionMetrics? {
        let now = clock.now()
        return state.withLock { state in
            state.decided.map {
                DecisionMetrics(
                    decided: $0.decision, drained: $0.drained, observation: state.observation, counts: state.counts, now: now)
            }
        }
    }

    private func inputs(
        _ fleet: Fleet, _ records: [PlaneName: PlaneRecord], _ observation: FleetObservation,
        _ rollouts: [WorkloadName: RolloutHistory]
    ) -> ControlInputs {
        ControlInputs(
            fleet: fleet, drained: Set(records.filter(\.value.isDrained).keys), observation: observation, rollouts: rollouts,
            secondsSince1970: clock.timestamp().seconds)
    }
    package var isReady: Bool { state.withLock { $0.passes > 0 } }
    package var passes: (done: UInt64, failed: UInt64) { state.withLock { ($0.passes, $0.failures) } }
    /// The newest version of every document sent out, by recipient, sorted.
    package var versions: [(recipient: String, version: SnapshotVersion)] {
        state.withLock { $0.versions }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package func isDeclared(_ recipient: TokenScope) -> Bool { state.withLock { $0.recipients.contains(recipient) } }

    // MARK: The loop

    /// Runs passes until the task is cancelled or the service shuts down.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    lookForSilence()
                    guard (try? await Task.sleep(for: Self.tick)) != nil else { return }
                }
            }
            for await _ in wakes.cancelOnGracefulShutdown() {
                guard state.withLock({ $0.schedule.isDue }) else { continue }
                await passLoggingFailure()
            }
            group.cancelAll()
        }
    }

    private func passLoggingFailure() async {
        do {
            try await pass()
        } catch {
            // The next tick tries again; until then everybody keeps what they have.
            state.withLock { state in
                state.schedule.wake()
                state.failures += 1
            }
            logger.error("reconciliation failed; the fleet keeps its last documents", metadata: ["error": "\(error)"])
        }
    }

    /// One pass.
    package func pass() async throws {
        let began = clock.now()
        let hour = clock.timestamp().hourOfWeekUTC
        state.withLock { $0.schedule.begin(hourOfWeek: hour) }
        let contents = try await store.contents()
        let priced = price(try documents.fleet(contents), version: contents.declarationVersion)
        let fleet = priced.fleet
        try await declareRecipients(of: fleet)
        let heard = state.withLock { state in
            state.observation.retain(fleet)
            state.quotas.declare(fleet)
            return state.observation
        }
        let records = try await recordFeedAddresses(of: fleet, heard)
        try await restoreHistory()
        let rows = try await store.rollouts()
        let histories = try shelf.histories(rows)
        let (decided, observation, now) = state.withLock { state in
            let now = clock.now()
            let inputs = inputs(fleet, records, state.observation, histories)
            let decided = state.controller.decide(inputs, now: now)
            state.recording?.note(inputs, decided, at: now)
            state.note(decided.events)
            state.pendingDemand = (state.pendingDemand + decided.measured).suffix(Self.pendingDemandLimit)
            state.counts.note(decided, after: state.decided?.decision)
            state.decided = (decided, inputs.drained)
            return (decided, state.observation, now)
        }
        try await storeDemand()
        try await keepMemory(of: decided.fleet, now: now)
        // Before anybody acts on it: what a rollout decided is known after a crash too.
        guard try await store.recordRollouts(shelf.changes(decided.rollouts, from: rows, histories)) else { return wake() }
        let documents = FleetDocumentSet(
            decided: decided, records: records, drainedReplicas: try await drainedReplicas(observation, now: now),
            feedPeers: tokens.feedPeers(of: fleet),
            silent: Self.silent(fleet, records, observation, now: now))
        let placementEvents = try await number(documents)
        state.withLock { $0.note(placementEvents) }
        let versions = state.withLock { $0.versions }
        publish(documents, versions: versions)
        try await recordStatuses(
            contents: contents, priced: priced, documents: documents, observation: observation, versions: versions, now: now)
        try await storeEvents()
        let took = clock.now().since(began)
        state.withLock { state in
            state.passes += 1
            state.counts.note(pass: took)
        }
    }

    /// Stores what is pending; where the store fails it stays pending, before what happened meanwhile.
    private func storeEvents() async throws {
        let pending = state.withLock { state in
            defer { state.pendingEvents = [] }
            return state.pendingEvents
        }
        do {
            try await store.recordEvents(pending, at: clock.timestamp())
        } catch {
            state.withLock { state in
                let newer = state.pendingEvents
                state.pendingEvents = pending
                state.note(newer)
            }
            throw error
        }
        state.withLock { $0.counts.note(pending) }
    }

    /// Stores what is pending; where the store fails it stays pending. No other pass adds to it meanwhile.
    private func storeDemand() async throws {
        try await store.recordDemand(state.withLock { $0.pendingDemand })
        state.withLock { $0.pendingDemand = [] }
    }

    /// Looks prices up once for each declaration.
    private func price(_ declared: Fleet, version: UInt64) -> PricedFleet {
        if let known = state.withLock({ $0.priced }), known.version == version { return known.fleet }
        let priced = PricedFleet(declared, prices: prices(declared))
        state.withLock { state in
            state.note(priced.events(after: state.priced?.fleet))
            state.priced = (version, priced)
        }
        return priced
    }

    /// Before the first decision, so that forecasts begin where they ended.
    private func restoreHistory() async throws {
        guard !state.withLock({ $0.hasHistory }) else { return }
        let measured = try await store.demandHistory()
        let memory = try await store.memory()
        let (now, seconds) = (clock.now(), clock.timestamp().seconds)
        state.withLock { state in
            state.recording?.log.note(.restored(measured), at: now)
            state.controller.restore(measured)
            if let memory {
                state.recording?.log.note(.recalled(memory, secondsSince1970: seconds), at: now)
                state.controller.recall(memory, now: now, secondsSince1970: seconds)
                state.kept = (memory, now)
            }
            state.hasHistory = true
        }
    }

    /// Keeps what the loop learnt: at once where a plane, a failover or a panic changed its state, else every ``memoryPeriod``.
    private func keepMemory(of fleet: Fleet, now: Moment) async throws {
        let memory = state.withLock { state -> ControllerMemory? in
            let memory = state.controller.memory(of: fleet, now: now, secondsSince1970: clock.timestamp().seconds)
            guard let kept = state.kept else { return memory.isEmpty ? nil : memory }
            if memory.isEmpty, kept.memory.isEmpty { return nil }
            return memory.differs(from: kept.memory) || now.since(kept.at) >= Self.memoryPeriod ? memory : nil
        }
        guard let memory else { return }
        try await store.recordMemory(memory)
        state.withLock { $0.kept = (memory, now) }
    }

    /// Planes that an earlier run knew and this one has not heard yet: what they run, and so what they must keep, is not known.
    private static func silent(
        _ fleet: Fleet, _ records: [PlaneName: PlaneRecord], _ observation: FleetObservation, now: Moment
    ) -> Set<PlaneName> {
        Set(
            fleet.planes.map(\.name).filter {
                records[$0]?.feedAddress != nil && observation.connection(of: $0, now: now) == .unknown
            })
    }

    /// Replicas that are to be replaced; those that are gone are forgotten.
    private func drainedReplicas(_ observation: FleetObservation, now: Moment) async throws -> Set<ReplicaID> {
        let drained = try await store.drainedReplicas()
        let gone = drained.filter { replica in
            guard observation.connection(of: replica.plane, now: now) == .connected,
                let report = observation.report(of: replica.plane)
            else { return false }
            return !report.replicas.contains { $0.id == replica && $0.state != .gone }
        }
        try await store.forgetDrained(gone)
        return drained.subtracting(gone)
    }

    private func declareRecipients(of fleet: Fleet) async throws {
        let recipients = fleet.planes.map { TokenScope.plane($0.name) } + fleet.gateways.map { TokenScope.gateway($0.name) }
        for recipient in recipients { try await tokens.ensure(recipient) }
        let declared = Set(recipients)
        state.withLock { $0.recipients = declared }
        hub.retain(declared)
    }

    private func recordFeedAddresses(
        of fleet: Fleet, _ observation: FleetObservation
    ) async throws -> [PlaneName: PlaneRecord] {
        var records = try await store.planeRecords()
        for plane in fleet.planes.map(\.name) {
            guard let address = observation.report(of: plane)?.feedAddress, records[plane]?.feedAddress != address else {
                continue
            }
            try await store.recordFeedAddress(address, plane: plane)
            records[plane, default: PlaneRecord()].feedAddress = address
        }
        return records
    }

    /// Numbers what changed and returns the events of changed placements.
    private func number(_ documents: FleetDocumentSet) async throws -> [FleetEvent] {
        let digests = try documents.digests
        guard digests != state.withLock({ $0.digests }) else { return [] }
        let issued = try await store.issueGenerations(digests)
        state.withLock { state in
            state.digests = digests
            state.versions = [:]
            for (recipient, issued) in issued {
                state.versions[recipient] = SnapshotVersion(epoch: store.epoch, generation: issued.generation)
                if issued.isNew { state.hasPublished.remove(recipient) }
            }
            // What was deleted and is declared again must be told again, though it may be told the same.
            state.hasPublished.formIntersection(issued.keys)
        }
        return documents.placementEvents { issued[$0]?.isNew == true }
    }

    private func publish(_ documents: FleetDocumentSet, versions: [String: SnapshotVersion]) {
        for document in documents.sendable {
            guard let version = versions[document.recipient.description],
                state.withLock({ $0.hasPublished.insert(document.recipient.description).inserted })
            else { continue }
            do {
                hub.publish(try document.event(version), to: document.recipient)
            } catch {
                logger.error("a document cannot be encoded", metadata: ["recipient": "\(document.recipient)"])
            }
        }
    }

    private func recordStatuses(
        contents: StoreContents, priced: PricedFleet, documents: FleetDocumentSet, observation: FleetObservation,
        versions: [String: SnapshotVersion], now: Moment
    ) async throws {
        let composer = StatusComposer(
            fleet: documents.fleet, prices: priced, decision: documents.decision, handover: documents.decided.handover,
            scaling: documents.decided.scaling, failover: documents.decided.failover,
            observation: observation, drained: documents.drained, rollouts: documents.decided.rollouts,
            assignments: Dictionary(
                uniqueKeysWithValues: documents.fleet.planes.map { ($0.name, versions["plane/\($0.name)"] ?? .zero) }),
            snapshots: Dictionary(
                uniqueKeysWithValues: documents.fleet.gateways.map { ($0.name, versions["gateway/\($0.name)"] ?? .zero) }),
            now: now)
        let statuses = composer.statuses
        let time = clock.timestamp()
        var changed: [ResourceKey: String] = [:]
        for stored in contents.resources {
            guard let status = statuses[stored.key] else { continue }
            let old = stored.status.flatMap { try? FleetJSON.decode(ResourceStatus.self, from: Array($0.utf8)) }
            let next = status.following(old, generation: stored.generation, time: time.description)
            if next != old { changed[stored.key] = String(decoding: try FleetJSON.encode(next), as: UTF8.self) }
        }
        guard !changed.isEmpty else { return }
        try await store.recordStatuses(changed, at: time)
    }
}

extension Reconciler: Service {}
