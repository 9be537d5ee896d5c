import ArgumentParser
import CommandLineInterface
import Dispatch
import FleetControl
import FleetSimulation
import SolverLibraries

struct SimulateSpotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spot",
        abstract: "Compares spot policies on availability traces.",
        discussion: """
            A trace is a folder with one JSON file a zone, {"metadata": {"gap_seconds": G}, "data": [n0, n1, …]}: how many spot nodes \
            the zone can hold during each G seconds. Policies see their own nodes, what was reclaimed and what was refused, and \
            nothing else. clairvoyant is no policy but the cheapest schedule for somebody who knows the trace. Equal input gives \
            equal output, byte for byte.
            """)

    @Option(help: ArgumentHelp("Folder of traces.", valueName: "dir"), completion: .directory)
    var traces: String

    @Flag(help: "Read any positive number as \"as many as asked\", for traces that say only whether there is any.")
    var unbounded = false

    @Option(help: ArgumentHelp("Windows of 24 h, spread evenly over the trace.", valueName: "number"))
    var windows = 10

    @Option(help: ArgumentHelp("Nodes that shall be ready.", valueName: "number"))
    var target = 3

    @Option(help: ArgumentHelp("Price of an on-demand node, where a spot node costs 1.", valueName: "number"))
    var onDemandRatio = 3.0

    @Option(help: ArgumentHelp("Seconds from the grant of a node to its readiness, in steps of 30.", valueName: "seconds"))
    var coldStart = 120

    @Option(help: ArgumentHelp("Policies, separated by commas: \(SpotContestant.accepted).", valueName: "name,…"))
    var policy: ContestantList = ContestantList(contestants: SpotContestant.standard)

    @Option(help: ArgumentHelp("Seed of policies that draw.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("The solver of the bound. auto is HiGHS where its library is found, else CBC.", valueName: "solver"))
    var solver = SolverChoice.auto

    @OptionGroup var format: PlanFormatOptions

    /// Most nodes the experiment is for: what the bound's program still solves in seconds.
    private static let targetLimit = 100
    /// Beyond it nobody would start on demand.
    private static let coldStartLimit = 3_600

    func validate() throws {
        guard (1...SpotExperiment.windowLimit).contains(windows) else {
            throw ValidationError("--windows is 1 to \(SpotExperiment.windowLimit)")
        }
        guard (1...Self.targetLimit).contains(target) else { throw ValidationError("--target is 1 to \(Self.targetLimit)") }
        guard onDemandRatio > 0, onDemandRatio <= 1_000 else {
            throw ValidationError("--on-demand-ratio is a number above 0, at most 1000")
        }
        guard (0...Self.coldStartLimit).contains(coldStart), coldStart % SpotExperiment.tickSeconds == 0 else {
            throw ValidationError(
                "--cold-start is 0 to \(Self.coldStartLimit) seconds, in steps of \(SpotExperiment.tickSeconds)")
        }
    }

    func run() async throws {
        let trace = try SpotTraceFolder.read(traces, access: LocalFiles())
        let experiment = SpotExperiment(
            windows: windows, target: target, onDemandRatio: onDemandRatio,
            coldStartTicks: coldStart / SpotExperiment.tickSeconds, seed: seed)
        let progress = ProgressLine()
        defer { progress.end() }
        let comparison: SpotComparison
        do {
            comparison = try SpotComparison.run(
                policy.contestants, on: trace, traces: traces, isUnbounded: unbounded, experiment,
                solver: try solver.resolve().solver,
                concurrently: { count, work in DispatchQueue.concurrentPerform(iterations: count, execute: work) },
                progress: { done, all in progress.tell("simulating: \(done) of \(all) windows") })
        } catch {
            throw CommandFailure(.solverFailed, "\(error)")
        }
        progress.end()
        try StandardStreams.console.write(
            format.output.text(page: comparison.page, document: comparison.document))
    }
}

/// `--policy`.
struct ContestantList: ExpressibleByArgument, CustomStringConvertible {
    /// Most policies of one run.
    private static let limit = 32

    let contestants: [SpotContestant]

    init(contestants: [SpotContestant]) { self.contestants = contestants }

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        guard names.count <= Self.limit else { return nil }
        let known = names.compactMap { SpotContestant($0) }
        guard known.count == names.count else { return nil }
        contestants = known
    }

    var description: String { contestants.map(\.description).joined(separator: ",") }
    var defaultValueDescription: String { description }
}
