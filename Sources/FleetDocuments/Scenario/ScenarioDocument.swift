package import FleetModel

/// A scenario as written: what happens to a fleet in a simulation. Files it names are not read yet.
package struct ScenarioDocument: Equatable, Sendable {
    package enum Resolution: String, CaseIterable, Sendable {
        case auto, events, fluid
    }

    package enum DemandSource: String, CaseIterable, Sendable {
        /// As workloads declare it.
        case declared
        /// Declared peaks, by the hours of an office where the users are.
        case diurnal
    }

    package struct Tokens: Equatable, Sendable {
        package var mean = 0.0
        /// Standard deviation by mean; 0: always the mean.
        package var variation = 0.0
    }

    package struct TokenPair: Equatable, Sendable {
        package var workload: WorkloadName?
        package var prompt: Tokens?
        package var output: Tokens?
    }

    package struct Trace: Equatable, Sendable {
        package var workload = WorkloadName("")
        package var file = ""
        package var repeats = false
    }

    /// A way to buy by its name, or a fleet file of changes with a name for people.
    package struct Policy: Equatable, Sendable {
        package var name = ""
        /// Its resources stand in the place of the fleet's of the same kind and name, or beside them.
        package var fleet: String?
        /// The way to buy for the changed fleet.
        package var buy: String?

        package init(name: String = "", fleet: String? = nil, buy: String? = nil) {
            (self.name, self.fleet, self.buy) = (name, fleet, buy)
        }
    }

    package struct Spike: Equatable, Sendable {
        package var factor = 1.0
        package var at = Duration.zero
        package var ramp = Duration.zero
        package var duration = Duration.zero
        package var workloads: [WorkloadName] = []
    }

    package struct Launch: Equatable, Sendable {
        package var reserved: Duration?
        package var onDemand: Duration?
        package var spot: Duration?
        package var modelLoad: Duration?
    }

    /// One of ``plane``, ``region``, ``provider``, ``gateway`` and ``controlPlane`` says what it happens to; what happens is its
    /// loss, unless ``share``, ``slower`` or ``refuses`` say otherwise.
    package struct Fault: Equatable, Sendable {
        package var plane: PlaneName?
        package var pool: PoolName?
        /// `provider/region`.
        package var region: String?
        package var provider: ProviderName?
        /// All of a provider's spot instead of all of it.
        package var tier: CapacityPool.Tier?
        package var gateway: GatewayName?
        package var controlPlane = false
        package var share: Share?
        package var slower: Double?
        package var refuses = false
        package var at = Duration.zero
        package var duration = Duration.zero
    }

    package struct Spot: Equatable, Sendable {
        package var plane = PlaneName("")
        package var pool = PoolName("")
        package var trace: String?
        package var reclaimsPerNodeHour: Double?
        package var away: Duration?
        /// Reads any positive number of the trace as "as many as asked".
        package var unbounded = false
    }

    package var name = ""
    package var duration = Duration.zero
    package var seed: UInt64 = 1
    /// Seconds since 1970; nil leaves it to the simulator.
    package var start: UInt64?
    package var resolution = Resolution.auto
    package var step: Duration?
    package var source = DemandSource.declared
    package var scale = 1.0
    package var trace: Trace?
    /// A CSV file that `tradewind demand export` writes.
    package var recorded: String?
    package var spikes: [Spike] = []
    package var tokens: [TokenPair] = []
    package var launch = Launch()
    package var faults: [Fault] = []
    package var spot: [Spot] = []
    package var policies: [Policy] = []
    /// The share of requests that shall be answered.
    package var availability: Share?

    package init() {}

    /// Reads one file. Every mistake is told with its line.
    package static func decode(_ file: FleetFile) -> Result<ScenarioDocument, FleetProblems> {
        func failure(_ line: Int, _ message: String, accepted: String) -> Result<ScenarioDocument, FleetProblems> {
            let problem = DocumentProblem(
                file: file.name, line: line, path: "document", message: message, accepted: accepted)
            return .failure(FleetProblems(problems: [problem]))
        }
        guard file.text.utf8.count <= DocumentLimit.fileBytes else {
            return failure(1, "the file has \(file.text.utf8.count) bytes", accepted: "at most \(DocumentLimit.fileBytes) bytes")
        }
        if let forbidden = DocumentText.firstForbiddenCharacter(in: file.text) {
            return failure(forbidden.line, "\(forbidden.name) is not allowed", accepted: "printable UTF-8")
        }
        guard DocumentText.structure(of: file.text) <= DocumentLimit.structure else {
            return failure(1, "the file holds too many values", accepted: "at most \(DocumentLimit.structure)")
        }
        let parsed = DocumentText.split(file.text).map { DocumentParser.parse($0, file: file.name) }
        let problems = parsed.flatMap(\.problems)
        guard problems.isEmpty else { return .failure(FleetProblems(problems: problems)) }
        let nodes = parsed.compactMap(\.node).filter { !$0.isNull }
        guard nodes.count == 1, let node = nodes.first else {
            return failure(1, "\(nodes.count) documents are given", accepted: "one scenario")
        }
        var reading = Reading(file: file.name, mode: .declared)
        let read = ScenarioShape.scenario.read(node, &reading)
        guard reading.problems.isEmpty, let read else { return .failure(FleetProblems(problems: reading.problems)) }
        return .success(read)
    }
}
