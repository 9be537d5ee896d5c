import ArgumentParser
import CommandLineInterface
import Dispatch
import FleetCatalogue
import FleetModel
import FleetSimulation
import SolverLibraries

struct SimulateFleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Plays a whole fleet through a scenario: demand, spot reclaims, outages.",
        discussion: """
            The scenario file says how long, who asks for what and what goes wrong (docs/simulate.md). What runs where, and where each \
            request goes, is decided by the code that decides live. Equal input gives equal output, byte for byte.
            """)

    @OptionGroup var input: PlanningInputOptions

    @Option(help: ArgumentHelp("What happens to the fleet.", valueName: "file"), completion: .file())
    var scenario: String

    @Option(
        help: ArgumentHelp(
            "Compare with these ways to buy, separated by commas, instead of the scenario's: \(FleetVariant.accepted).",
            valueName: "name,…"))
    var policy: String?

    @Option(help: ArgumentHelp("Another seed than the scenario's.", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Write what it was like at each moment, as CSV.", valueName: "file"), completion: .file())
    var timeline: String?

    @Option(help: ArgumentHelp("Write a report with plots, as one HTML file.", valueName: "file"), completion: .file())
    var report: String?

    @Option(help: ArgumentHelp("Write what happened, one line each.", valueName: "file"), completion: .file())
    var log: String?

    @OptionGroup var format: PlanFormatOptions
    @OptionGroup(title: "Options of the policy planned, and of the bound's solver") var search: SearchOptions

    func run() async throws {
        let fleet = try input.declared()
        var scenario = try ScenarioSource.read(scenario, of: fleet, access: LocalFiles())
        if let seed { scenario.seed = seed }
        let own = scenario.policies
        let policies = policy?.split(separator: ",", omittingEmptySubsequences: false).map { name in
            own.first { $0.name == name } ?? ScenarioPolicy(String(name))
        }
        let catalogue = try input.catalogue()
        let progress = ProgressLine()
        defer { progress.end() }
        let desk = try search.desk(progress)
        let run = try FleetSimulationRun.run(
            WorldSetup(fleet: fleet, prices: catalogue.priceBook(for: fleet), scenario: scenario), policies: policies ?? own,
            plan: { fleet in
                let posed = try PosedProblem(
                    fleet: fleet, catalogue: catalogue, unmetUSDPerRequest: search.unmetUSDPerRequest)
                return try PlanDocument.placementPlan(try desk.plan(posed))
            },
            solver: try search.resolved().solver,
            concurrently: { count, work in DispatchQueue.concurrentPerform(iterations: count, execute: work) },
            progress: { share in progress.tell("simulating: \(Int(share * 100)) %") })
        progress.end()
        if let timeline { try LocalFiles().write(run.timelineCSV, to: timeline) }
        if let report { try LocalFiles().write(SimulationReport(run).html, to: report) }
        if let log { try LocalFiles().write(run.log, to: log) }
        try StandardStreams.console.write(format.output.text(page: run.page, document: run.document))
    }
}
