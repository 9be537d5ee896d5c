import ArgumentParser
import CommandLineInterface
import FleetDocuments
import FleetModel
import FleetPlanning
import FleetTransport
import FoundationEssentials

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Plans what to buy, what runs where and who is served where, with a proof of how good that is.",
        discussion: """
            With -f the fleet is the files', without it the one a control plane holds; then the difference from what runs now is \
            shown: + comes, ~ becomes another number, - goes. --out keeps the plan; `tradewind apply -f` carries it out, and \
            refuses it once the fleet has changed. A plan is printed whatever it leaves unserved, and then the status is 0.
            """)

    @OptionGroup var input: PlanningInputOptions

    @Option(
        help: ArgumentHelp("Plan a problem file (docs/planning.md) instead of a fleet.", valueName: "file"), completion: .file())
    var problem: String?

    @Option(
        help: ArgumentHelp("Write the planning problem as JSON, for this or any other solver.", valueName: "file"),
        completion: .file())
    var exportProblem: String?

    @Option(
        help: ArgumentHelp("Write the plan as a document that `tradewind apply -f` carries out.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Show what a loss does to the plan: \(Loss.accepted). May be repeated.", valueName: "loss"))
    var lose: [String] = []

    @Option(help: ArgumentHelp("Print all that is known about one workload's places instead.", valueName: "workload"))
    var explain: String?

    @Flag(help: "With -f: show the difference from what runs now as well.")
    var compare = false

    @OptionGroup var format: PlanFormatOptions
    @OptionGroup var search: SearchOptions

    func validate() throws {
        guard problem == nil || (input.files.isEmpty && !compare && out == nil) else {
            throw ValidationError("--problem is planned as it is: without -f, --compare and --out")
        }
    }

    func run() async throws {
        let progress = ProgressLine()
        let desk = try search.desk(progress)
        defer { progress.end() }
        if let problem {
            let bytes = try LocalFiles().existing(problem, limit: PosedProblem.fileLimit)
            return try finish(try PosedProblem(file: problem, bytes), desk, progress)
        }
        guard input.files.isEmpty || compare else {
            return try finish(try pose(try input.declared()), desk, progress)
        }
        let (running, hour) = try await input.connection.withFleetClient { client in
            (try await client.runningFleet(), HourOfWeek.utc(secondsSince1970: UInt64(max(0, client.now()))))
        }
        let declared = input.files.isEmpty ? running.fleet : try input.declared()
        try finish(try pose(declared, drained: running.drained), desk, progress, running: running, hour: hour)
    }

    private func pose(_ fleet: Fleet, drained: Set<PlaneName> = []) throws -> PosedProblem {
        try PosedProblem(
            fleet: fleet, drained: drained, catalogue: try input.catalogue(),
            unmetUSDPerRequest: search.unmetUSDPerRequest)
    }

    private func finish(
        _ posed: PosedProblem, _ desk: PlanningDesk, _ progress: ProgressLine, running: RunningFleet? = nil,
        hour: Int? = nil
    ) throws {
        let losses = try PlanningDesk.losses(lose, in: posed.problem)
        try explain.map { try PlanOutput.require(workload: $0, in: posed.problem) }
        if let exportProblem {
            try LocalFiles().write(JSONText.pretty(try PlanDocument.json(posed.problem)) + "\n", to: exportProblem)
        }
        // A plan for files is of no stored generation.
        let generation = input.files.isEmpty ? running?.generation ?? 0 : 0
        let planned = try desk.plan(posed, generation: generation)
        if let out {
            let document = try PlanDocument.placementPlan(planned)
            try LocalFiles().write(FleetEncoder.yaml([.placementPlan(document)]), to: out)
        }
        let output = PlanOutput(
            planned: planned, losses: try desk.examine(losses, of: planned),
            changes: running.flatMap { running in
                hour.flatMap { PlanChanges(planned, hourOfWeekUTC: $0, running: running.replicas) }
            },
            explained: explain)
        progress.end()
        try StandardStreams.console.write(try output.text(format.output))
        if let out {
            StandardStreams.console.remark("The plan is in \(out); `tradewind apply -f \(out)` carries it out.")
        }
    }
}
