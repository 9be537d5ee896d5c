import CommandLineInterface
import FleetModel

/// A game day: takes each place away in turn while requests flow, watches, gives it back, and reports.
struct Rehearsal: Sendable {
    struct Load: Sendable {
        var requests: Int
        var rate: Double
        var apiKey: String?
    }

    /// Requests flow this long before anything is lost: what is usual is measured then.
    static let before = Duration.seconds(3)
    /// The fleet counts as recovered after this long without a request that failed.
    static let calm = Duration.seconds(Int64(RehearsalMeasure.calm))
    /// A plane that is given back is waited for at most so long: its hold, its replicas.
    static let returning = Duration.seconds(180)
    static let look = Duration.milliseconds(250)

    let client: FleetClient
    let thief: PlaneThief
    let target: RehearsalScene.Target
    let classes: Set<Workload.Class>
    let gateway: GatewayName?
    let load: Load
    let limit: Duration
    let waitsForReturn: Bool
    let remark: @Sendable (String) -> Void

    func run() async throws -> RehearsalReport {
        let addresses = try await reportedGateways()
        let running = try await client.runningFleet()
        let placed = Dictionary(grouping: running.replicas) { WorkloadName($0.workload) }
            .mapValues { Set($0.map { PlaneName($0.plane) }) }
        let scenes = try RehearsalScene.scenes(
            target, running.fleet, placed: placed, gateways: Set(addresses.keys), through: gateway, classes: classes)
        var losses: [RehearsalReport.Loss] = []
        for scene in scenes {
            guard let address = addresses[scene.gateway] else { continue }
            losses.append(try await play(scene, running.fleet, address))
        }
        return RehearsalReport(losses: losses)
    }

    /// Where gateways take requests. A fleet that has only just started is given a moment until all of them have reported.
    private func reportedGateways() async throws -> [GatewayName: ListenAddress] {
        let declared = try await client.runningFleet().fleet.gateways.count
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let addresses = try await client.gatewayAddresses()
            if addresses.count >= declared || ContinuousClock.now > deadline { return addresses }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// A place that is not wholly there proves nothing when it is lost.
    private func awaitWhole(_ scene: RehearsalScene) async throws {
        let end = ContinuousClock.now.advanced(by: Self.returning)
        while try await !client.wholePlanes().isSuperset(of: scene.planes) {
            guard ContinuousClock.now < end else {
                throw CommandFailure(
                    .conflict, "\(scene.what) is not ready, or failed, or still coming back: see `tradewind get workloadplanes`")
            }
            try await Task.sleep(for: Self.look)
        }
    }

    private func play(_ scene: RehearsalScene, _ fleet: Fleet, _ address: ListenAddress) async throws -> RehearsalReport.Loss {
        let workloads = fleet.workloads.filter { scene.workloads.contains($0.name) }
        let isSecure = fleet.gateways.first { $0.name == scene.gateway }?.tls != nil
        let stream = RehearsalLoad(gateway: address, isSecure: isSecure, workloads: workloads, apiKey: load.apiKey)
        let (rate, most) = (load.rate, load.requests)
        let known = Set(try await client.newestEvents().map(\.key))
        try await awaitWhole(scene)
        remark("\(scene.what): asking for \(scene.workloads.map(\.rawValue).joined(separator: ", ")) through \(scene.gateway)")
        let flowing = Task { await stream.run(rate: rate, limit: most) }
        do {
            try await Task.sleep(for: Self.before)
            let order = try await thief.take(scene.planes, for: limit, client)
            let loss = ContinuousClock.now
            remark("\(scene.what): \(thief.word)")
            var watch = EventWatch(client: client, known: known, loss: loss)
            let watched = await Result { try await watch.untilRecovered(scene, stream, limit: limit, isDrain: order == nil) }
            try await thief.giveBack(scene.planes, order, client)
            try watched.get()
            remark("\(scene.what): given back")
            if waitsForReturn, try await !watch.untilWhole(scene, within: Self.returning) {
                remark("\(scene.what): not whole again after \(Self.returning.text); see `tradewind get workloadplanes`")
            }
            flowing.cancel()
            await flowing.value
            await stream.shutDown()
            let requests = stream.requests(since: loss)
            let lost = Set(scene.planes)
            return RehearsalReport.Loss(
                what: scene.what, planes: scene.planes, how: thief.word, gateway: scene.gateway,
                rows: workloads.map { workload in
                    RehearsalReport.Row(
                        workload: workload.name, workloadClass: workload.workloadClass, promise: workload.recovery,
                        measure: RehearsalMeasure(requests, of: workload.name, losing: lost))
                }, events: watch.told)
        } catch {
            flowing.cancel()
            await flowing.value
            await stream.shutDown()
            throw error
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

/// Follows what the fleet says of a loss.
struct EventWatch {
    /// What is kept of a game day.
    private static let reasons: Set<String> = [
        "PlaneFailed", "RegionFailed", "ProviderFailed", "FailoverStarted", "FailoverCompleted", "RecoveryOverdue",
        "FailbackStarted", "FailbackCompleted", "RegionRecovered", "ProviderRecovered",
    ]

    private let client: FleetClient
    private let loss: ContinuousClock.Instant
    private var known: Set<String>
    private(set) var told: [(seconds: Double, subject: String, reason: String, message: String)] = []

    init(client: FleetClient, known: Set<String>, loss: ContinuousClock.Instant) {
        (self.client, self.known, self.loss) = (client, known, loss)
    }

    /// Until requests have been all right for a while and every workload that lost replicas has them elsewhere, or the time is
    /// over.
    mutating func untilRecovered(
        _ scene: RehearsalScene, _ load: RehearsalLoad, limit: Duration, isDrain: Bool
    ) async throws {
        while elapsed < limit.seconds {
            try await look()
            let last = load.requests(since: loss).filter { !$0.isSuccess }.map(\.ended).max() ?? 0
            let isCalm = elapsed - max(last, 0) >= Rehearsal.calm.seconds
            let completed = Set(told.filter { $0.reason == "FailoverCompleted" }.map(\.subject))
            let isReplaced = isDrain || scene.workloads.allSatisfy { completed.contains("Workload/\($0)") }
            if isCalm, isReplaced { return }
            try await Task.sleep(for: Rehearsal.look)
        }
    }

    /// Until what was lost is whole again; false where the time is over before.
    mutating func untilWhole(_ scene: RehearsalScene, within limit: Duration) async throws -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while ContinuousClock.now < end {
            try await look()
            if try await client.wholePlanes().isSuperset(of: scene.planes) { return true }
            try await Task.sleep(for: Rehearsal.look)
        }
        return false
    }

    private var elapsed: Double { loss.duration(to: .now).seconds }

    private mutating func look() async throws {
        let seconds = elapsed
        for event in try await client.newestEvents() where known.insert(event.key).inserted {
            guard Self.reasons.contains(event.reason) else { continue }
            told.append((seconds, event.subject, event.reason, event.message))
        }
    }
}
