import FleetModel

/// Users of one place asking for one workload: when the next request comes, or at what rate they come.
struct DemandStream: Sendable {
    let workload: Int
    /// Nil for a recorded trace.
    let demand: Demand?
    let trace: RequestTrace?
    private let recorded: RecordedStream?
    /// Every `stride`-th request of the trace from `position` on is theirs.
    private let stride: Int
    private var position: Int
    private var laps: Int64 = 0
    private let spikes: [ScenarioDemand.Spike]
    private let scale: Double
    private let start: UInt64
    /// Round trips to gateways, and gateways from the nearest on.
    let outside: [Int64]
    let gateways: [Int]
    private var random: SplitMix64

    static func streams(_ setup: WorldSetup, network: WorldNetwork, seed: UInt64) -> [DemandStream] {
        var random = SplitMix64(seed: seed)
        var streams: [DemandStream] = []
        for (index, workload) in setup.fleet.workloads.enumerated() {
            var trace: RequestTrace?
            if case .trace(let name, let recorded) = setup.scenario.demand.source {
                guard name == workload.name else { continue }
                trace = recorded
            }
            var history: RecordedDemand?
            if case .recorded(let recorded) = setup.scenario.demand.source { history = recorded }
            for (place, declared) in workload.demand.enumerated() {
                var demand = declared
                if setup.scenario.demand.source == .diurnal { demand.profile = .officeHours }
                streams.append(
                    DemandStream(
                        workload: index, demand: demand, trace: trace, recorded: history?.stream(of: workload, at: place),
                        stride: workload.demand.count, position: place,
                        setup.scenario, spikes: relevant(setup.scenario.demand.spikes, to: workload.name),
                        outside: network.outside(from: demand.location), seed: random.next()))
            }
        }
        return streams
    }

    private init(
        workload: Int, demand: Demand, trace: RequestTrace?, recorded: RecordedStream?, stride: Int, position: Int,
        _ scenario: Scenario, spikes: [ScenarioDemand.Spike], outside: [Int64], seed: UInt64
    ) {
        self.workload = workload
        self.demand = demand
        self.trace = trace
        self.recorded = recorded
        self.stride = stride
        self.position = position
        self.spikes = spikes
        scale = scenario.demand.scale
        start = scenario.startSecondsSince1970
        self.outside = outside
        gateways = outside.indices.sorted { (outside[$0], $0) < (outside[$1], $1) }
        random = SplitMix64(seed: seed)
    }

    private static func relevant(_ spikes: [ScenarioDemand.Spike], to workload: WorkloadName) -> [ScenarioDemand.Spike] {
        spikes.filter { $0.workloads.isEmpty || $0.workloads.contains(workload) }
    }

    // MARK: Rates

    /// Requests per second at a moment since the world's begin.
    func rate(at nanoseconds: Int64) -> Double {
        if let trace { return rate(of: trace, at: nanoseconds) }
        let time = Duration.nanoseconds(nanoseconds)
        return spikes.reduce(usual(at: second(nanoseconds)) * scale) { $0 * $1.factor(at: time) }
    }

    /// Requests per second without spikes, at a second since 1970.
    private func usual(at second: UInt64) -> Double {
        recorded?.rate(at: second) ?? demand?.rate(hourOfWeekUTC: HourOfWeek.utc(secondsSince1970: second)).value ?? 0
    }

    private func second(_ nanoseconds: Int64) -> UInt64 { start + UInt64(max(0, nanoseconds / 1_000_000_000)) }

    /// Of a recorded trace: this stream's part of the requests of the minute.
    private func rate(of trace: RequestTrace, at nanoseconds: Int64) -> Double {
        guard let last = trace.entries.last, nanoseconds >= 0 else { return 0 }
        let lap = last.nanoseconds + 1_000_000_000
        guard trace.repeats || nanoseconds < lap else { return 0 }
        let minute = nanoseconds % lap / Self.minute * Self.minute
        let count = trace.position(from: minute + Self.minute) - trace.position(from: minute)
        return Double(count) / Double(stride) / Double(min(Self.minute, lap - minute)) * 1e9
    }

    private static let minute: Int64 = 60_000_000_000

    /// The most it can be until `until`: what profile or record say times what spikes reach.
    private func greatestRate(from: Int64, until: Int64) -> Double {
        let (first, last) = (second(from), second(until))
        var rate = (recorded?.greatestRate(from: first, until: last) ?? max(usual(at: first), usual(at: last))) * scale
        for spike in spikes {
            // Rising and falling in straight lines, it is greatest at an end of the stretch or on its plateau.
            let plateau = spike.at + spike.ramp
            let isInside = plateau.nanoseconds >= from && plateau.nanoseconds <= until
            let edge = max(spike.factor(at: .nanoseconds(from)), spike.factor(at: .nanoseconds(until)))
            rate *= max(1, isInside ? max(spike.factor, edge) : edge)
        }
        return rate
    }

    /// Requests expected over the whole scenario.
    static func expected(_ setup: WorldSetup) -> Double {
        let network = WorldNetwork(fleet: setup.fleet, prices: setup.prices)
        let length = setup.scenario.duration
        return streams(setup, network: network, seed: 0).reduce(0) { sum, stream in
            if let trace = stream.trace {
                let span = max(1, Double(trace.entries.last?.nanoseconds ?? 1))
                let laps = trace.repeats ? max(1, Double(length.nanoseconds) / span) : 1
                return sum + Double(trace.entries.count) * laps / Double(stream.stride)
            }
            let steps = 2_000
            let part = length.seconds / Double(steps)
            return sum
                + (0..<steps).reduce(0) { sum, step in
                    sum + stream.rate(at: Int64((Double(step) + 0.5) * part * 1e9)) * part
                }
        }
    }

    // MARK: Arrivals

    struct Arrival {
        var time: Int64
        /// Nil: drawn from the workload's distributions.
        var tokens: (prompt: Int32, output: Int32)?
    }

    /// The first request after `now`; nil where none comes before `end`.
    ///
    /// A Poisson process whose rate changes: drawn at the greatest rate of each stretch of at most ten minutes within an hour of
    /// the profile, and kept with the share of it that holds (Lewis and Shedler 1979).
    mutating func next(after now: Int64, end: Int64) -> Arrival? {
        if let trace { return next(of: trace, end: end) }
        var time = now
        while time < end {
            let stretch = min(end, (time / Self.stretch + 1) * Self.stretch, nextHour(after: time))
            let greatest = greatestRate(from: time, until: stretch)
            guard greatest > 0 else {
                time = stretch
                continue
            }
            let gap = -Logarithm.natural(1 - random.nextShare()) / greatest
            let candidate = time + Int64(min(gap * 1e9, 9e17)) + 1
            if candidate > stretch {
                time = stretch
                continue
            }
            time = candidate
            if random.nextShare() * greatest < rate(at: time) { return Arrival(time: time) }
        }
        return nil
    }

    private static let stretch: Int64 = 600_000_000_000

    /// When the next hour of civil time begins.
    private func nextHour(after time: Int64) -> Int64 {
        let hour: Int64 = 3_600_000_000_000
        let offset = Int64(start % 3_600) * 1_000_000_000
        return ((time + offset) / hour + 1) * hour - offset
    }

    private mutating func next(of trace: RequestTrace, end: Int64) -> Arrival? {
        if position >= trace.entries.count {
            guard trace.repeats, let last = trace.entries.last else { return nil }
            position %= max(1, trace.entries.count)
            // A second after its last request, so that laps do not run into each other.
            laps += last.nanoseconds + 1_000_000_000
        }
        let entry = trace.entries[position]
        position += stride
        let time = laps + entry.nanoseconds
        return time < end ? Arrival(time: time, tokens: (entry.promptTokens, entry.outputTokens)) : nil
    }

    mutating func draw(from table: [Int32]) -> Int32 { table[random.next(below: table.count)] }
}
