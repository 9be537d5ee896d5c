import ArgumentParser
import CommandLineInterface
import FleetTransport
import FoundationEssentials
import UnixSignals

/// `tradewind up`: a whole fleet on this machine, made of the parts the other commands start.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run a whole fleet on this machine.",
        discussion: """
            Starts the control plane, a relay that stands in for distance, and every declared plane and gateway as processes of \
            their own, and starts again what ends. Without -f it runs what the state folder holds. The control API takes port N, \
            the gateways N+1, N+2, … in the order they are declared. Ctrl-C ends everything in order, a second one at once.
            """)

    /// Largest number of gateways whose ports must lie below 65536.
    private static let highestPortBase = 65_000

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: ArgumentHelp(
            "Fleet documents to apply: a file, or a folder of .yaml, .yml and .json files.", valueName: "FILE|DIR"),
        completion: .file())
    var files: [String] = []

    @Option(name: .long, help: ArgumentHelp("The folder that holds the fleet's state.", valueName: "DIR"), completion: .directory)
    var state = "./.tradewind"

    @Option(name: .long, help: ArgumentHelp("Port of the control API; the gateways follow.", valueName: "N"))
    var portBase = 8080

    @Flag(name: .long, help: "Do not delay bytes between gateways and planes as distance would.")
    var noWideArea = false

    @Option(
        name: .customLong("allow-command"),
        help: ArgumentHelp("A program that planes may run besides those of the given files.", valueName: "PROGRAM"))
    var allowedCommands: [String] = []

    func validate() throws {
        guard (1...Self.highestPortBase).contains(portBase) else {
            throw ValidationError("--port-base is 1 to \(Self.highestPortBase)")
        }
    }

    func run() async throws {
        // Before anything starts: a signal must find its handler.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        let folder = StateFolder(root: LocalFiles().absolute(state))
        let sources = try FleetSourceCollection.collect(files, access: LocalFiles())
        let lock = try Self.lock(folder)
        let memory = try remember(sources, folder)
        try await PortCheck.requireFree(portBase...portBase + memory.gateways.count)

        let options = UpOptions(
            folder: folder, portBase: portBase, hasWideArea: !noWideArea,
            allowedCommands: allowedCommands,
            environment: ProcessInfo.processInfo.environment)
        let progress = UpProgress()
        let fleet = LocalFleet(options: options, sources: sources, memory: memory, progress: progress)
        let running = Task { try await fleet.run() }
        let losses = Task { await LossDesk(folder: folder, fleet: fleet, progress: progress).run() }
        let listening = Task {
            var count = 0
            for await signal in signals {
                count += 1
                guard count == 1 else { return await fleet.kill() }
                progress.tell("\(signal): stopping; once more stops at once")
                running.cancel()
            }
        }
        let result = await running.result
        losses.cancel()
        await losses.value
        await fleet.stop()
        listening.cancel()
        withExtendedLifetime(lock) {}
        if case .failure(let error) = result, !(error is CancellationError), !running.isCancelled { throw error }
        progress.tell("everything has stopped")
    }

    /// Keeps a second `up` off the state folder.
    private static func lock(_ folder: StateFolder) throws -> FileLock {
        do {
            return try FileLock(path: folder.upLock)
        } catch let taken as FileLock.Taken {
            let holder = taken.holder.map { " (process \($0))" } ?? ""
            throw CommandFailure(
                .conflict,
                "another `tradewind up`\(holder) runs on \(folder.root); stop it, or take another folder with --state DIR")
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }

    /// What an earlier run knew and what the files declare. Mistakes in the files end the command here, with nothing started;
    /// only where there is a store, which may hold what they refer to, are references left to be judged together with it.
    private func remember(_ sources: [FleetSource], _ folder: StateFolder) throws -> UpMemory {
        var memory = UpMemory.load(folder)
        guard !sources.isEmpty else { return memory }
        if !FileManager.default.fileExists(atPath: folder.database) {
            _ = try FleetDeclaration.resources(in: sources, known: [])
        }
        memory.learn(try FleetDeclaration.keys(in: sources))
        return memory
    }
}
