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
    var shares: [(replica: Int32, share: Double)] = []
    var refusals: [(refusal: RoutingRefusal, share: Double)] = []
    var sampledRate = -1.0
    var sampledTable: UInt32 = 0
}

/// Requests as rates: each step every gateway's router is asked for a handful of requests, which stand for all of the step; engines
/// answer as their ``ServiceCurve`` says.
extension FleetWorld {
    /// Requests a router is asked about in one step: those of half a second, the time between two reports, within these bounds.
    private static let samples = 16...128
    /// A rate may move by this share before a router is asked again.
    private static let sameRate = 0.02
    /// As `EngineTimingParameters.waitingLimit`.
    private static let engineQueue = 1_024.0

    private struct Source {
        var stream: Int
        var gateway: Int
        var amount: Double
    }

    /// What one gateway sends to the replicas of one workload on one plane.
    private struct Parcel {
        var replica: Int
        var amount: Double
    }

    func flow() {
        let seconds = scenario.step.seconds
        for index in replicas.indices { replicas[index].flow.arriving = 0 }
        var sources: [[Source]] = Array(repeating: [], count: gateways.count * workloads.count)
        for index in streams.indices { gather(index, seconds: seconds, into: &sources) }
        var parcels: [[Parcel]] = Array(repeating: [], count: sources.count)
        for gateway in gateways.indices where !gateways[gateway].isDown {
            for workload in workloads.indices {
                let key = gateway * workloads.count + workload
                let fresh = sources[key].reduce(0) { $0 + $1.amount }
                parcels[key] = share(fresh, gateway: gateway, workload: workload, seconds: seconds)
                for parcel in parcels[key] { replicas[parcel.replica].flow.arriving += parcel.amount }
            }
        }
        var waits = [Double](repeating: 0, count: replicas.count)
        var answered = [Double](repeating: 0, count: replicas.count)
        for index in replicas.indices where replicas[index].serves && replicas[index].flow.curve.greatestRate > 0 {
            (answered[index], waits[index]) = serve(index, seconds: seconds)
        }
        for key in parcels.indices where !parcels[key].isEmpty {
            settle(parcels[key], sources[key], key: key, waits: waits, answered: answered, seconds: seconds)
        }
    }

    private func gather(_ stream: Int, seconds: Double, into sources: inout [[Source]]) {
        let workload = streams[stream].workload
        let middle = elapsed - scenario.step.nanoseconds / 2
        let amount = streams[stream].trace == nil ? streams[stream].rate(at: middle) * seconds : takeTrace(stream)
        guard amount > 0 else { return }
        tallies[workload].arrived += amount
        window.arrived += amount
        guard let gateway = streams[stream].gateways.first(where: { !gateways[$0].isDown }) else {
            tallies[workload][.gatewayLost] += amount
            window.lost += amount
            return
        }
        sources[gateway * workloads.count + workload].append(Source(stream: stream, gateway: gateway, amount: amount))
        gateways[gateway].desks[workload].flow.arrived += amount
        gateways[gateway].desks[workload].demand.arrived = UInt64(gateways[gateway].desks[workload].flow.arrived)
    }

    /// Requests of a recorded trace up to now.
    private func takeTrace(_ stream: Int) -> Double {
        var amount = 0.0
        while let next = streams[stream].peek(end: end - beginning), next <= elapsed {
            _ = streams[stream].next(after: elapsed, end: end - beginning)
            amount += 1
        }
        return amount
    }

    // MARK: Shares

    /// What goes where of what came fresh and of what waited.
    private func share(_ fresh: Double, gateway: Int, workload: Int, seconds: Double) -> [Parcel] {
        var amount = fresh + gateways[gateway].desks[workload].flow.queued
        if streams.first(where: { $0.workload == workload })?.gateways.first(where: { !gateways[$0].isDown }) == gateway {
            amount += returned[workload]
            returned[workload] = 0
        }
        gateways[gateway].desks[workload].flow.queued = 0
        guard amount > 0 else { return [] }
        sample(amount / seconds, gateway: gateway, workload: workload)
        let desk = gateways[gateway].desks[workload].flow
        for refusal in desk.refusals { refuse(amount * refusal.share, refusal.refusal, fresh / seconds, gateway, workload) }
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

    /// Asks the router, unless nothing changed since it was asked.
    private func sample(_ rate: Double, gateway: Int, workload: Int) {
        guard let table = gateways[gateway].table, let facts = gateways[gateway].desks[workload].facts else {
            gateways[gateway].desks[workload].flow.shares = []
            gateways[gateway].desks[workload].flow.refusals = [(.noReplica, 1)]
            return
        }
        let known = gateways[gateway].desks[workload].flow
        let isSame = abs(rate - known.sampledRate) <= Self.sameRate * known.sampledRate && known.sampledTable == table.serial
        if isSame, known.refusals.isEmpty, known.shares.allSatisfy({ replicas[Int($0.replica)].flow.backlog < 1 }) { return }
        let count = min(max(Int(rate / 2), Self.samples.lowerBound), Self.samples.upperBound)
        var sent: [ReplicaHandle] = []
        var byReplica: [(replica: Int32, share: Double)] = []
        var refusals: [(refusal: RoutingRefusal, share: Double)] = []
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
                guard replica >= 0, replicas[Int(replica)].serves, !planes[place].isDown else {
                    gateways[gateway].router.handle(.connectFailed(handle), now: moment)
                    Self.add(RoutingRefusal.noReplica, to: &refusals, count: count)
                    continue
                }
                if let at = byReplica.firstIndex(where: { $0.replica == replica }) {
                    byReplica[at].share += 1 / Double(count)
                } else {
                    byReplica.append((replica, 1 / Double(count)))
                }
            case .refuse(let refusal): Self.add(refusal, to: &refusals, count: count)
            }
        }
        for handle in sent { gateways[gateway].router.handle(.finished(handle), now: moment) }
        gateways[gateway].desks[workload].flow.shares = byReplica
        gateways[gateway].desks[workload].flow.refusals = refusals
        gateways[gateway].desks[workload].flow.sampledRate = rate
        gateways[gateway].desks[workload].flow.sampledTable = table.serial
    }

    private static func add(_ refusal: RoutingRefusal, to list: inout [(refusal: RoutingRefusal, share: Double)], count: Int) {
        if let at = list.firstIndex(where: { $0.refusal == refusal }) {
            list[at].share += 1 / Double(count)
        } else {
            list.append((refusal, 1 / Double(count)))
        }
    }

    // MARK: Engines

    /// One replica's step: what it answered, and how long what came had to wait.
    private func serve(_ index: Int, seconds: Double) -> (answered: Double, wait: Double) {
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
        let times = curve.times(rate: answeredRate * slowdown)
        replicas[index].flow.running = backlog > 0 ? curve.slots : min(curve.slots, answeredRate * times.last * slowdown)
        replicas[index].flow.unanswered = times.last > 0 ? min(1, times.first / times.last) : 0
        guard rate > 0 else { return (answered, 0) }
        let queueing = backlog > 0 || before > 0 ? 0 : curve.wait(rate: answeredRate * slowdown) * slowdown
        return (answered, (before + backlog) / 2 / rate + queueing)
    }

    private func lose(_ amount: Double, _ loss: RequestLoss, _ backlog: inout Double, _ workload: Int) {
        guard amount > 0 else { return }
        backlog -= amount
        tallies[workload][loss] += amount
        window.lost += amount
    }

    /// A replica ended: what it was answering breaks off, the rest goes elsewhere in the next step. It was counted as answered
    /// when it was taken up.
    func loseFlow(of replica: Int) {
        let flow = replicas[replica].flow
        let workload = replicas[replica].workload
        let running = min(flow.running, tallies[workload].answered)
        let broken = running * (1 - flow.unanswered)
        tallies[workload].answered -= running
        tallies[workload][.brokenOff] += broken
        window.lost += broken
        returned[workload] += running - broken + flow.backlog
        replicas[replica].flow = ReplicaFlow()
    }

    // MARK: What users saw

    /// Counts answers and times of what one gateway sent.
    private func settle(
        _ parcels: [Parcel], _ sources: [Source], key: Int, waits: [Double], answered: [Double], seconds: Double
    ) {
        let (gateway, workload) = (key / workloads.count, key % workloads.count)
        let fresh = sources.reduce(0) { $0 + $1.amount }
        var (done, running) = (0.0, 0.0)
        for parcel in parcels {
            let flow = replicas[parcel.replica].flow
            let share = flow.arriving > 0 ? parcel.amount / flow.arriving : 0
            let amount = answered[parcel.replica] * share
            done += amount
            running += flow.running * share
            guard amount > 0 else { continue }
            let plane = replicas[parcel.replica].plane
            let slowdown = planes[plane].slowdown
            let times = flow.curve.times(rate: answered[parcel.replica] / seconds * slowdown)
            for source in sources where fresh > 0 {
                let way = Double(streams[source.stream].outside[gateway] + network.inside[gateway][plane]) / 1e9
                add(
                    amount * source.amount / fresh, workload: workload, way: way + waits[parcel.replica],
                    first: times.first * slowdown, rest: (times.last - times.first) * slowdown)
            }
        }
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

    private static let pairing = [1, 3, 0, 2]

    /// Four sizes stand for all: the middles of the quarters of prompts, each with another quarter of answers.
    private func add(_ amount: Double, workload: Int, way: Double, first: Double, rest: Double) {
        let (prompts, outputs) = (engines.prompts[workload], engines.outputs[workload])
        for quarter in 0..<4 {
            let prompt = Double(prompts[prompts.count * (2 * quarter + 1) / 8]) / max(1, engines.promptMean[workload])
            let output = Double(outputs[outputs.count * (2 * Self.pairing[quarter] + 1) / 8]) / max(1, engines.outputMean[workload])
            let firstSeconds = way + first * prompt
            tallies[workload].firstToken.add(nanoseconds: Int64(firstSeconds * 1e9), amount: amount / 4)
            window.firstToken.add(nanoseconds: Int64(firstSeconds * 1e9), amount: amount / 4)
            tallies[workload].total.add(nanoseconds: Int64((firstSeconds + rest * output) * 1e9), amount: amount / 4)
        }
    }
}
