import ArgumentParser
import CommandLineInterface
import Dispatch
import FleetCatalogue
import FleetModel
import FleetPlanning
import FleetTransport
import FoundationEssentials
import LinearOptimization
import SolverLibraries

extension PlanFormat: ExpressibleByArgument {}
extension SolverChoice: ExpressibleByArgument {}

/// The fleet to plan: of files, or the one a control plane holds.
struct PlanningInputOptions: ParsableArguments {
    @Option(name: [.customShort("f"), .customLong("file")], help: FileArgument.help, completion: .file())
    var files: [String] = []

    @OptionGroup var connection: ConnectionOptions

    /// The files' fleet.
    func declared() throws -> Fleet {
        let sources = try FleetSourceCollection.collect(files, access: LocalFiles())
        return Fleet(try FleetDeclaration.resources(in: sources, known: []))
    }

    /// The embedded catalogue, under what was imported into the state folder.
    func catalogue() throws -> Catalogue {
        let variable = ProcessInfo.processInfo.environment[ConnectionChoice.stateVariable].flatMap { $0.isEmpty ? nil : $0 }
        let root = connection.state ?? variable ?? ConnectionChoice.defaultState
        return try CatalogImports(folder: StateFolder(root: root)).catalogue()
    }

    /// The problem of the files' fleet, or of the control plane's.
    func posed(unmetUSDPerRequest: Double) async throws -> PosedProblem {
        let catalogue = try catalogue()
        guard files.isEmpty else {
            return try PosedProblem(fleet: try declared(), catalogue: catalogue, unmetUSDPerRequest: unmetUSDPerRequest)
        }
        let running = try await connection.withFleetClient { try await $0.runningFleet() }
        return try PosedProblem(
            fleet: running.fleet, drained: running.drained, catalogue: catalogue, unmetUSDPerRequest: unmetUSDPerRequest)
    }
}

/// How a plan or report is printed.
struct PlanFormatOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("How to print.", valueName: "format"))
    var output = PlanFormat.table
}

/// How hard to search.
struct SearchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Longest time to search for one plan; the best found so far counts, with its gap.", valueName: "time"))
    var deadline: TimeLimit = TimeLimit(duration: .seconds(60))

    @Option(
        help: ArgumentHelp("Stop once a plan is proven to cost at most this much more than the cheapest.", valueName: "share"))
    var gap = GapLimit(share: Share(0.01))

    @Option(help: ArgumentHelp("The solver. auto is HiGHS where its library is found, else CBC.", valueName: "solver"))
    var solver = SolverChoice.auto

    @Option(help: ArgumentHelp("What one request that is not served counts for.", valueName: "usd"))
    var unmetUSDPerRequest = 1.0

    func resolved() throws -> SolverChoice.Resolution {
        do { return try solver.resolve() } catch { throw CommandFailure(.invalid, "\(error)") }
    }

    func desk(_ progress: ProgressLine) throws -> PlanningDesk {
        let resolution = try resolved()
        if let note = resolution.note, StandardStreams.isErrorWatched { StandardStreams.console.remark(note) }
        let (limit, gap) = (deadline.duration, gap.share.fraction)
        let start = ContinuousClock.now
        return PlanningDesk(
            solver: resolution.solver.name,
            planner: {
                let end = ContinuousClock.now + limit
                let effort = PlanningEffort(
                    relativeGap: gap, secondsLeft: { (end - ContinuousClock.now).seconds },
                    concurrently: { count, work in DispatchQueue.concurrentPerform(iterations: count, execute: work) },
                    progress: { progress.tell($0) })
                return Planner(solver: resolution.solver, effort: effort)
            }, seconds: { (ContinuousClock.now - start).seconds })
    }
}

/// `--deadline`.
struct TimeLimit: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration

    init(duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = Duration(text: argument) else { return nil }
        self.duration = duration
    }

    var description: String { duration.text }
    var defaultValueDescription: String { description }
}

/// `--gap`.
struct GapLimit: ExpressibleByArgument, CustomStringConvertible {
    let share: Share

    init(share: Share) { self.share = share }

    init?(argument: String) {
        guard let share = Share(text: argument) else { return nil }
        self.share = share
    }

    var description: String { share.text }
    var defaultValueDescription: String { description }
}
