import ArgumentParser
import EngineTiming
import Logging
import ServiceLifecycle
import SimulatedEngine
import UnixSignals

/// `tradewind engine`: serves the simulated engine until SIGTERM or SIGINT, then finishes what runs.
struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Serve an OpenAI-compatible model server without weights.",
        discussion: """
            Timing follows a continuous-batching model, text is made from a seed, and faults can be switched on, here or while it \
            runs (POST /faults from this machine). Meant for laptops, demonstrations and tests.
            """)

    @Option(help: "Address to listen on.") var host = "127.0.0.1"
    @Option(help: "Port to listen on; 0 takes a free one.") var port = 8000
    @Option(help: "Names clients may ask for, separated by commas; the first one is in the metrics.") var models = "simulated"
    @Option(help: "Told in system_fingerprint and x-engine-replica.") var replicaId = "simulated"
    @Option(help: "Chooses text, vectors and which requests a fault hits.") var seed: UInt64 = 1

    @Option(help: "After SIGTERM, requests that still run are given up after this many seconds.") var shutdownSeconds: UInt16 = 30

    @OptionGroup(title: "Timing") var timing: TimingOptions
    @OptionGroup(title: "Faults") var faults: FaultOptions

    func run() async throws {
        let logger = Logger(label: "engine")
        let configuration = SimulatedEngineConfiguration(
            host: host, port: port, models: models.split(separator: ",").map(String.init), timing: timing.parameters, seed: seed,
            replicaID: replicaId, faults: faults.settings, maxContextTokens: timing.maxContextTokens)
        let server: SimulatedEngineServer
        do {
            server = try SimulatedEngineServer(configuration: configuration, logger: logger)
        } catch {
            throw ValidationError("\(error)")
        }
        var lifecycle = ServiceGroupConfiguration(
            services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        lifecycle.maximumGracefulShutdownDuration = .seconds(Int64(shutdownSeconds))
        let group = ServiceGroup(configuration: lifecycle)
        async let serving: Void = group.run()
        if let address = await server.boundAddress() {
            logger.notice("listening", metadata: ["address": "\(address)", "replica": "\(replicaId)"])
        }
        try await serving
    }
}

struct TimingOptions: ParsableArguments {
    @Option(help: "Prompt tokens read per second.") var prefillTokensPerSecond = 9_000.0
    @Option(help: "Tokens per second of one request alone in the batch.") var decodeTokensPerSecond = 45.0
    @Option(help: "Share by which each further request lengthens a decode step.") var batchSlowdown = 0.016
    @Option(help: "Requests that run at the same time.") var maxBatch = 64
    @Option(help: "Tokens the KV cache holds over all running requests.") var kvCapacityTokens = 400_000
    @Option(help: "Requests that may wait; one more gets 503.") var maxWaiting = 1_024
    @Option(help: "Longest prompt with its answer, in tokens.") var maxContextTokens = 32_768
    @Option(help: "Time until the model is loaded.") var loadMilliseconds = 0
    @Option(help: "Time after loading in which requests run slower.") var warmUpMilliseconds = 0

    var parameters: EngineTimingParameters {
        EngineTimingParameters(
            prefillTokensPerSecond: prefillTokensPerSecond, decodeTokensPerSecond: decodeTokensPerSecond,
            batchSlowdown: batchSlowdown,
            maxBatch: maxBatch, kvCapacityTokens: kvCapacityTokens, waitingLimit: maxWaiting,
            loadNanoseconds: Self.nanoseconds(loadMilliseconds), warmUpNanoseconds: Self.nanoseconds(warmUpMilliseconds))
    }

    /// Saturates; what is too long is refused with the other parameters.
    private static func nanoseconds(_ milliseconds: Int) -> Int64 {
        let (product, overflow) = Int64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : product
    }
}

struct FaultOptions: ParsableArguments {
    @Option(name: .customLong("fault-slow-factor"), help: "Every step takes this many times as long.") var slowFactor = 1.0
    @Option(name: .customLong("fault-delay-milliseconds"), help: "Wait before a request reaches the engine.") var delay = 0
    @Option(name: .customLong("fault-erroring-share"), help: "Share of requests answered with 500, 0 to 1.") var erroring = 0.0
    @Option(name: .customLong("fault-hanging-share"), help: "Share of requests never answered, 0 to 1.") var hanging = 0.0
    @Option(name: .customLong("fault-refusing"), help: "Refuse every request: unavailable (503) or closing.")
    var refusing: FaultSettings.Refusing?
    @Option(name: .customLong("fault-cut-after-tokens"), help: "Cut every answer's connection after this many tokens.")
    var cutAfterTokens: Int?
    @Option(name: .customLong("fault-die-after-tokens"), help: "End the process hard after this many tokens.") var dieAfterTokens:
        Int?
    @Flag(name: .customLong("fault-accelerator-lost"), help: "Deep health fails and inference gets 500.") var acceleratorLost =
        false
    @Flag(name: .customLong("fault-reaches-health"), help: "Refusing, hanging and erroring hit health and metrics, too.")
    var reachesHealth = false

    var settings: FaultSettings {
        FaultSettings(
            slowFactor: slowFactor, delayMilliseconds: delay, erroringShare: erroring, hangingShare: hanging, refusing: refusing,
            cutAfterTokens: cutAfterTokens, dieAfterTokens: dieAfterTokens, acceleratorLost: acceleratorLost,
            reachesHealth: reachesHealth)
    }
}

extension FaultSettings.Refusing: ExpressibleByArgument {}
