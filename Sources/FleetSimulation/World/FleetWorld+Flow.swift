import FleetModel
import FleetRouting

/// What a gateway has of a fluid for one workload.
struct DeskFlow {
    /// Waiting for a replica.
    var queued = 0.0
    /// Fractions of counted requests, until they make a whole one.
    var arrived = 0.0
    var answered = 0.0
    /// Shares of replicas, by the router's own decisions: kept while nothing they depend on changes.
    var sample = FlowSample()
    var shares: [(replica: Int32, share: Double)] = []
    var refusals: [(refusal: RoutingRefusal, share: Double)] = []
    var sampledRate = -1.0
    var sampledTable: UInt32 = 0
}

/// Where a router sent the requests it was asked about.
struct FlowSample {
    var planes: [(plane: Int, count: Double)] = []
    var refusals: [(refusal: RoutingRefusal, count: Double)] = []
    var total = 0.0

    mutating func note(plane: Int, _ count: Double = 1) {
        total += count
        if let at = planes.firstIndex(where: { $0.plane == plane }) {
            planes[at].count += count
        } else {
            planes.append((plane, count))
        }
    }

    mutating func note(_ refusal: RoutingRefusal, _ count: Double = 1) {
        total += count
        if let at = refusals.firstIndex(where: { $0.refusal == refusal }) {
            refusals[at].count += count
        } else {
            refusals.append((refusal, count))
        }
    }

    /// Three parts of what was and one of what is.
    mutating func blend(_ old: FlowSample) {
        guard old.total > 0, total > 0 else { return }
        let new = self
        self = FlowSample()
        for (sample, weight) in [(new, 0.25 / new.total), (old, 0.75 / old.total)] {
            for (plane, count) in sample.planes { note(plane: plane, count * weight) }
            for (refusal, count) in sample.refusals { note(refusal, count * weight) }
        }
    }

    mutating func add(_ other: FlowSample) {
        for (plane, count) in other.planes { note(plane: plane, count) }
        for (refusal, count) in other.refusals { note(refusal, count) }
    }
}

/// Requests as rates: each step every gateway's router is asked for a handful of requests, which stand for all of the step; engines
/// answer as their ``ServiceCurve`` says.
extension FleetWorld {
    /// Requests a router is asked about in one step: those of half a second, the time between two reports, within these bounds.
    private static let samples = 16...64
    /// How often they are asked until their shares count.
    private static let rounds = 4
    /// A rate may move by this share before a router is asked again.
    private static let sameRate = 0.02
    /// As `EngineTimingParameters.waitingLimit`.
    private static let engineQueue = 1_024.0

    /// Time of one turn while something is overloaded: shares follow loads that change.
    private static let busyTurn: Int64 = 10_000_000_000
    /// Of its greatest rate, what a replica may be sent in a calm turn.
    private static let calmUse = 1.02

    private struct Source {
        var stream: Int
        var rate: Double
    }

    /// What one gateway sends to one replica of one workload.
    private struct Parcel {
        var replica: Int
        var amount: Double
    }

    /// Plays from now until the next step begins, or for ``busyTurn`` where anything is near its limit.
    func flow() {
        for index in replicas.indices { replicas[index].flow.arriving = 0 }
        var sources: [[Source]] = Array(repeating: [], count: gateways.count * workloads.count)
        var stranded: [(workload: Int, rate: Double)] = []
        for index in streams.indices { gather(index, into: &sources, stranded: &stranded) }
        let isCalm = sampleAll(sources)
        let step = scenario.step.nanoseconds
        let boundary = beginning + ((elapsed / step) + 1) * step
        let turn = max(1, min(end, boundary, isCalm ? .max : now + Self.busyTurn) - now)
        let seconds = Double(turn) / 1e9
        queue.add(WorldEvent(.flow), at: now + turn)
        for (workload, rate) in stranded {
            tallies[workload].arrived += rate * seconds
            tallies[workload][.gatewayLost] += rate * seconds
            window.arrived += rate * seconds
            window.lost += rate * seconds
        }
        var parcels: [[Parcel]] = Array(repeating: [], count: sources.count)
        // Requests whose replica ended are asked for again where most of their workload's are.
        let heirs = workloads.indices.map { workload in
            let rates = gateways.indices.map { sources[$0 * workloads.count + workload].reduce(0) { $0 + $1.rate } }
            return gateways.indices.filter { !gateways[$0].isDown }.min { (-rates[$0], $0) < (-rates[$1], $1) }
        }
        for gateway in gateways.indices where !gateways[gateway].isDown {
            for workload in workloads.indices {
                let key = gateway * workloads.count + workload
                parcels[key] = share(
                    sources[key], gateway: gateway, workload: workload, heir: heirs[workload], seconds: seconds)
                for parcel in parcels[key] { replicas[parcel.replica].flow.arriving += parcel.amount }
            }
        }
        var waits = [Double](repeating: 0, count: replicas.count)
        var answered = [Double](repeating: 0, count: replicas.count)
        var pace = EnginePace()
        for index in replicas.indices where replicas[index].serves && replicas[index].flow.curve.greatestRate > 0 {
            (answered[index], waits[index]) = serve(index, seconds: seconds, &pace)
            // What waited is answered though nobody sends any more.
            guard replicas[index].flow.arriving <= 0 else { continue }
            tallies[replicas[index].workload].answered += answered[index]
            window.answered += answered[index]
        }
        for key in parcels.indices {
            settle(parcels[key], sources[key], key: key, waits: waits, answered: answered, seconds: seconds)
        }
    }

    private func gather(
        _ stream: Int, into sources: inout [[Source]], stranded: inout [(workload: Int, rate: Double)]
    ) {
        let workload = streams[stream].workload
        let rate = streams[stream].rate(at: elapsed)
        guard rate > 0 else { return }
        guard let gateway = streams[stream].gateways.first(where: { !gateways[$0].isDown }) else {
            stranded.append((workload, rate))
            return
        }
        sources[gateway * workloads.count + workload].append(Source(stream: stream, rate: rate))
    }

    // MARK: Shares

    /// Asks the routers anew where something changed, and says whether everything asked for is within what there is.
    private func sampleAll(_ sources: [[Source]]) -> Bool {
        let rates = sources.map { $0.reduce(0) { $0 + $1.rate } }
        if isChanged(rates) { balance(rates) }
        var sent = [Double](repeating: 0, count: replicas.count)
        for (key, rate) in rates.enumerated() where rate > 0 {
            let flow = gateways[key / workloads.count].desks[key % workloads.count].flow
            if !flow.refusals.isEmpty { return false }
            for (replica, share) in flow.shares { sent[Int(replica)] += rate * share }
        }
        if returned.contains(where: { $0 > 0 }) { return false }
        if gateways.contains(where: { $0.desks.contains { $0.flow.queued > 0 } }) { return false }
        return replicas.indices.allSatisfy { index in
            guard replicas[index].serves else { return true }
            return replicas[index].flow.backlog < 1 + replicas[index].flow.curve.greatestRate
                && sent[index] <= Self.calmUse * greatestRate(of: index)
        }
    }

    private func greatestRate(of replica: Int) -> Double {
        guard replicas[replica].serves, now >= replicas[replica].readyToAnswerAt else { return 0 }
        return replicas[replica].flow.curve.greatestRate / planes[replicas[replica].plane].slowdown
    }

    private func isChanged(_ rates: [Double]) -> Bool {
        rates.enumerated().contains { key, rate in
            let (gateway, workload) = (key / workloads.count, key % workloads.count)
            let flow = gateways[gateway].desks[workload].flow
            guard !gateways[gateway].isDown, rate > 0 || flow.queued > 0 || returned[workload] > 0 else { return false }
            if isNew(key, rate: rate) || !flow.refusals.isEmpty { return true }
            return flow.shares.contains { entry in
                let replica = Int(entry.replica)
                return replicas[replica].flow.backlog >= 1 + replicas[replica].flow.curve.greatestRate
                    || greatestRate(of: replica) <= 0
            }
        }
    }

    /// Whether what routers said before says nothing of now.
    private func isNew(_ key: Int, rate: Double) -> Bool {
        let (gateway, workload) = (key / workloads.count, key % workloads.count)
        let flow = gateways[gateway].desks[workload].flow
        guard !gateways[gateway].isDown, rate > 0 else { return false }
        return abs(rate - flow.sampledRate) > Self.sameRate * flow.sampledRate
            || flow.sampledTable != gateways[gateway].table?.serial
    }

    /// Finds the shares that routers come to over some reports: each round they are asked for half a second's requests, and told of
    /// the queues that these would leave. What they do by turns is a share over a longer time: the mean of the later rounds.
    private func balance(_ rates: [Double]) {
        var imagined = replicas.map(\.flow.backlog)
        var sums = [FlowSample](repeating: FlowSample(), count: rates.count)
        // A queue that lasts moves shares little by little: one look a turn will do.
        let isAnyNew = rates.enumerated().contains { isNew($0.offset, rate: $0.element) }
        let rounds = isAnyNew ? Self.rounds : 1
        for round in 0..<rounds {
            var sent = [Double](repeating: 0, count: replicas.count)
            for gateway in gateways.indices where !gateways[gateway].isDown {
                refreshLoads(gateway, waiting: imagined)
                for workload in workloads.indices {
                    let key = gateway * workloads.count + workload
                    let desk = gateways[gateway].desks[workload]
                    guard rates[key] > 0 || desk.flow.queued > 0 || returned[workload] > 0 else { continue }
                    let sample = sample(rates[key], gateway: gateway, workload: workload)
                    for (replica, share) in replicaShares(sample, gateway: gateway, workload: workload) {
                        sent[Int(replica)] += rates[key] * share
                    }
                    if round >= rounds / 2 { sums[key].add(sample) }
                }
            }
            for replica in replicas.indices where replicas[replica].serves {
                imagined[replica] = max(0, imagined[replica] + (sent[replica] - greatestRate(of: replica)) / 2)
            }
        }
        for (key, rate) in rates.enumerated() {
            let (gateway, workload) = (key / workloads.count, key % workloads.count)
            guard sums[key].total > 0 else { continue }
            if !isAnyNew { sums[key].blend(gateways[gateway].desks[workload].flow.sample) }
            gateways[gateway].desks[workload].flow.sample = sums[key]
            let shares = replicaShares(sums[key], gateway: gateway, workload: workload)
            gateways[gateway].desks[workload].flow.shares = shares
            gateways[gateway].desks[workload].flow.refusals = sums[key].refusals.map { ($0.refusal, $0.count / sums[key].total) }
            gateways[gateway].desks[workload].flow.sampledRate = rate
            gateways[gateway].desks[workload].flow.sampledTable = gateways[gateway].table?.serial ?? 0
        }
    }

    /// A plane's part over its replicas, by what each can serve: routers level loads within a plane.
    private func replicaShares(_ sample: FlowSample, gateway: Int, workload: Int) -> [(replica: Int32, share: Double)] {
        var shares: [(replica: Int32, share: Double)] = []
        for (plane, count) in sample.planes {
            let members = gateways[gateway].replicaOfSlot.filter { slot in
                guard slot >= 0 else { return false }
                let replica = Int(slot)
                return replicas[replica].state == .running && replicas[replica].plane == plane
                    && replicas[replica].workload == workload && greatestRate(of: replica) > 0
            }
            let whole = members.reduce(0) { $0 + greatestRate(of: Int($1)) }
            guard whole > 0 else { continue }
            for member in members { shares.append((member, count / sample.total * greatestRate(of: Int(member)) / whole)) }
        }
        return shares
    }

    /// What goes where of what comes in a turn and of what waited.
    private func share(_ sources: [Source], gateway: Int, workload: Int, heir: Int?, seconds: Double) -> [Parcel] {
        let rate = sources.reduce(0) { $0 + $1.rate }
        let fresh = rate * seconds
        tallies[workload].arrived += fresh
        window.arrived += fresh
        gateways[gateway].desks[workload].flow.arrived += fresh
        gateways[gateway].desks[workload].demand.arrived = UInt64(gateways[gateway].desks[workload].flow.arrived)
        var amount = fresh + gateways[gateway].desks[workload].flow.queued
        if heir == gateway {
            amount += returned[workload]
            returned[workload] = 0
        }
        gateways[gateway].desks[workload].flow.queued = 0
        guard amount > 0 else { return [] }
        var desk = gateways[gateway].desks[workload].flow
        desk.shares.removeAll { !replicas[Int($0.replica)].serves }
        for refusal in desk.refusals { refuse(amount * refusal.share, refusal.refusal, rate, gateway, workload) }
        // What was to go to a plane whose replicas have all gone since it was asked for finds none.
        let covered = desk.refusals.reduce(desk.shares.reduce(0) { $0 + $1.share }) { $0 + $1.share }
        if covered < 1 - 1e-9 { refuse(amount * (1 - covered), .noReplica, rate, gateway, workload) }
        return desk.shares.map { Parcel(replica: Int($0.replica), amount: amount * $0.share) }
    }

    private func refuse(_ amount: Double, _ refusal: RoutingRefusal, _ rate: Double, _ gateway: Int, _ workload: Int) {
        let loss: RequestLoss
        var waiting = 0.0
        switch refusal {
        case .unknownModel: loss = .unknownModel
        case .fenced: loss = .fenced
        case .snapshotTooOld: loss = .snapshotTooOld
        case .noReplica, .overloaded:
            loss = refusal == .noReplica ? .noReplica : .overloaded
            let admission = fleet.workloads[workload].admission
            let patience = Double(admission.queueTimeoutMilliseconds) / 1_000
            waiting = min(amount, rate * patience, Double(admission.queuedRequests))
        }
        gateways[gateway].desks[workload].flow.queued += waiting
        tallies[workload][loss] += amount - waiting
        window.lost += amount - waiting
        gateways[gateway].desks[workload].demand.refused += UInt64(amount - waiting)
    }

    /// Asks a router where so many requests would go.
    private func sample(_ rate: Double, gateway: Int, workload: Int) -> FlowSample {
        var sample = FlowSample()
        guard gateways[gateway].table != nil, let facts = gateways[gateway].desks[workload].facts else {
            sample.note(.noReplica)
            return sample
        }
        let count = min(max(Int(rate / 2), Self.samples.lowerBound), Self.samples.upperBound)
        var sent: [ReplicaHandle] = []
        for number in 0..<count {
            var facts = facts
            if facts.balancing.isHash { facts.key = random.next() &+ UInt64(number) }
            switch gateways[gateway].router.decide(facts, attempts: AttemptHistory(), now: moment) {
            case .send(let handle, let plane, _):
                gateways[gateway].router.handle(.requestStarted(handle), now: moment)
                sent.append(handle)
                let place = gateways[gateway].planeOf[plane.value]
                if !isInsideFence[gateway][workload][place] { fenceCrossings += 1 }
                let replica = gateways[gateway].replicaOfSlot[Int(handle.slot)]
                if replica >= 0, replicas[Int(replica)].serves, !planes[place].isDown {
                    sample.note(plane: place)
                } else {
                    gateways[gateway].router.handle(.connectFailed(handle), now: moment)
                    sample.note(.noReplica)
                }
            case .refuse(let refusal): sample.note(refusal)
            }
        }
        for handle in sent { gateways[gateway].router.handle(.finished(handle), now: moment) }
        return sample
    }

    /// Tells a router the loads of this moment, as reports would, with the queues given.
    private func refreshLoads(_ gateway: Int, waiting: [Double]) {
        guard let table = gateways[gateway].table else { return }
        for (index, plane) in gateways[gateway].planeOf.enumerated() where plane >= 0 && !planes[plane].isDown {
            let loads = table.replicas.compactMap { entry -> LoadUpdate.Load? in
                guard let entry, entry.plane.value == index else { return nil }
                let replica = Int(gateways[gateway].replicaOfSlot[Int(entry.handle.slot)])
                guard replica >= 0, replicas[replica].serves else { return nil }
                return LoadUpdate.Load(
                    replica: entry.handle, running: Int32(replicas[replica].flow.running.rounded()),
                    waiting: Int32(min(1e6, waiting[replica].rounded())))
            }
            let update = LoadUpdate(plane: PlaneIndex(index), loads: loads, heard: moment)
            _ = gateways[gateway].router.apply(.loads(update), now: moment)
        }
    }

    // MARK: Engines

    /// What a curve says of a rate, kept for the next replica that has the same.
    private struct EnginePace {
        private var curve = ServiceCurve()
        private var rate = -1.0
        private(set) var times = (first: 0.0, last: 0.0)
        private(set) var wait = 0.0

        mutating func follow(_ curve: ServiceCurve, rate: Double) {
            guard rate != self.rate || curve != self.curve else { return }
            (self.curve, self.rate) = (curve, rate)
            (times, wait) = (curve.times(rate: rate), curve.wait(rate: rate))
        }
    }

    /// One replica's step: what it answered, and how long what came had to wait.
    private func serve(_ index: Int, seconds: Double, _ pace: inout EnginePace) -> (answered: Double, wait: Double) {
        let slowdown = planes[replicas[index].plane].slowdown
        let curve = replicas[index].flow.curve
        let isLoaded = now >= replicas[index].readyToAnswerAt
        let rate = isLoaded ? curve.greatestRate / slowdown : 0
        let (before, arriving) = (replicas[index].flow.backlog, replicas[index].flow.arriving)
        let answered = min(before + arriving, rate * seconds)
        var backlog = before + arriving - answered
        let workload = replicas[index].workload
        let patience = rate * Double(firstByteTimeout[workload]) / 1e9
        lose(max(0, backlog - Self.engineQueue), .upstreamFailed, &backlog, workload)
        lose(max(0, backlog - patience), .timedOut, &backlog, workload)
        replicas[index].flow.backlog = backlog
        let answeredRate = answered / seconds
        pace.follow(curve, rate: answeredRate * slowdown)
        let times = pace.times
        replicas[index].flow.running = backlog > 0 ? curve.slots : min(curve.slots, answeredRate * times.last * slowdown)
        replicas[index].flow.unanswered = times.last > 0 ? min(1, times.first / times.last) : 0
        replicas[index].flow.answerSeconds = times.last * slowdown
        guard rate > 0 else { return (answered, 0) }
        let queueing = backlog > 0 || before > 0 ? 0 : pace.wait * slowdown
        return (answered, (before + backlog) / 2 / rate + queueing)
    }

    private func lose(_ amount: Double, _ loss: RequestLoss, _ backlog: inout Double, _ workload: Int) {
        guard amount > 0 else { return }
        backlog -= amount
        tallies[workload][loss] += amount
        window.lost += amount
    }

    /// A replica ended: what it was answering breaks off, the rest goes elsewhere in the next step. It was counted as answered
    /// when it was taken up. One that was told to end has finished part of it, or all.
    func loseFlow(of replica: Int) {
        let flow = replicas[replica].flow
        let workload = replicas[replica].workload
        let left = 1 - flow.finished(now: now)
        let running = min(flow.running * left, tallies[workload].answered)
        let broken = running * (1 - flow.unanswered)
        tallies[workload].answered += flow.backlog * (1 - left) - running
        tallies[workload][.brokenOff] += broken
        window.lost += broken
        returned[workload] += running - broken + flow.backlog * left
        replicas[replica].flow = ReplicaFlow()
    }

    // MARK: What users saw

    /// Counts answers and times of what one gateway sent.
    private func settle(
        _ parcels: [Parcel], _ sources: [Source], key: Int, waits: [Double], answered: [Double], seconds: Double
    ) {
        let (gateway, workload) = (key / workloads.count, key % workloads.count)
        let fresh = sources.reduce(0) { $0 + $1.rate }
        var (done, running) = (0.0, 0.0)
        var alike = Alike()
        for parcel in parcels {
            let arriving = replicas[parcel.replica].flow.arriving
            let share = arriving > 0 ? parcel.amount / arriving : 0
            let amount = answered[parcel.replica] * share
            done += amount
            running += replicas[parcel.replica].flow.running * share
            guard amount > 0 else { continue }
            let plane = replicas[parcel.replica].plane
            let next = Alike(
                replica: parcel.replica, plane: plane, answered: answered[parcel.replica], wait: waits[parcel.replica],
                greatestRate: replicas[parcel.replica].flow.curve.greatestRate)
            if !alike.isSame(as: next) {
                settle(alike, sources, fresh, gateway: gateway, workload: workload, seconds: seconds)
                alike = next
            }
            alike.amount += amount
        }
        settle(alike, sources, fresh, gateway: gateway, workload: workload, seconds: seconds)
        tallies[workload].answered += done
        window.answered += done
        gateways[gateway].desks[workload].demand.inFlight = Int(running.rounded())
        gateways[gateway].desks[workload].demand.queued = Int(gateways[gateway].desks[workload].flow.queued.rounded())
        gateways[gateway].desks[workload].flow.answered += done
        let whole = UInt64(max(0, gateways[gateway].desks[workload].flow.answered))
        gateways[gateway].desks[workload].demand.succeeded = whole
        gateways[gateway].desks[workload].demand.promptTokens = UInt64(Double(whole) * engines.promptMean[workload])
        gateways[gateway].desks[workload].demand.completionTokens = UInt64(Double(whole) * engines.outputMean[workload])
    }

    /// What was sent to replicas of one plane that answered alike.
    private struct Alike {
        var replica = -1
        var plane = -1
        var answered = 0.0
        var wait = 0.0
        var greatestRate = 0.0
        var amount = 0.0

        func isSame(as other: Alike) -> Bool {
            plane == other.plane && answered == other.answered && wait == other.wait && greatestRate == other.greatestRate
        }
    }

    private func settle(
        _ alike: Alike, _ sources: [Source], _ fresh: Double, gateway: Int, workload: Int, seconds: Double
    ) {
        guard alike.amount > 0, fresh > 0 else { return }
        let slowdown = planes[alike.plane].slowdown
        let times = replicas[alike.replica].flow.curve.times(rate: alike.answered / seconds * slowdown)
        for source in sources {
            let way = Double(streams[source.stream].outside[gateway] + network.inside[gateway][alike.plane]) / 1e9
            add(
                alike.amount * source.rate / fresh, workload: workload, way: way + alike.wait,
                first: times.first * slowdown, rest: (times.last - times.first) * slowdown)
        }
    }

    /// A year at most: what an engine that all but stands still would take.
    private static func nanoseconds(_ seconds: Double) -> Int64 {
        seconds.isFinite ? Int64(min(max(0, seconds), 3.2e7) * 1e9) : 32_000_000_000_000_000
    }

    private static let pairing = [1, 3, 0, 2]

    /// Four sizes stand for all: the middles of the quarters of prompts, each with another quarter of answers.
    private func add(_ amount: Double, workload: Int, way: Double, first: Double, rest: Double) {
        let (prompts, outputs) = (engines.prompts[workload], engines.outputs[workload])
        for quarter in 0..<4 {
            let prompt = Double(prompts[prompts.count * (2 * quarter + 1) / 8]) / max(1, engines.promptMean[workload])
            let output =
                Double(outputs[outputs.count * (2 * Self.pairing[quarter] + 1) / 8]) / max(1, engines.outputMean[workload])
            let firstSeconds = way + first * prompt
            tallies[workload].firstToken.add(nanoseconds: Self.nanoseconds(firstSeconds), amount: amount / 4)
            window.firstToken.add(nanoseconds: Self.nanoseconds(firstSeconds), amount: amount / 4)
            tallies[workload].total.add(nanoseconds: Self.nanoseconds(firstSeconds + rest * output), amount: amount / 4)
        }
    }
}
