import AsyncHTTPClient
package import FleetControl
package import FleetModel
package import NIOCore
import ProcessSupervision
import Synchronization

/// Runs replicas as child processes of the plane, each under a supervisor that ends it when the plane dies.
package final class LocalReplicaDriver: ReplicaDriver {
    private struct Running {
        let process: SupervisedProcess
        let probe: ReplicaProbe
        let base: String
        let healthPath: String
        let checkpoint: CheckpointCall?
        let tls: ReplicaTLS?
        let devices: [Int]
    }

    /// The reconciler kills at its own deadline; the supervisor's must lie behind it.
    private static let supervisorGrace = Duration.seconds(3_700)

    private let configuration: PlaneConfiguration
    private let allowance: CommandAllowance
    private let logs: LogFolder
    /// Of all that serve plain HTTP; each that serves TLS has one of its own.
    private let probe: ReplicaProbe
    private let eventLoopGroup: any EventLoopGroup
    private let report: ReplicaEvents
    /// Nil where nothing tells of the machine's accelerators.
    private let accelerators: AcceleratorMonitor?
    private let running = Mutex<[ReplicaID: Running]>([:])

    package init(
        configuration: PlaneConfiguration, eventLoopGroup: any EventLoopGroup, accelerators: AcceleratorMonitor? = nil,
        report: @escaping ReplicaEvents
    ) {
        self.accelerators = accelerators
        self.configuration = configuration
        self.report = report
        self.eventLoopGroup = eventLoopGroup
        allowance = CommandAllowance(
            allowed: configuration.allowedCommands, searchPath: configuration.environment["PATH"] ?? "/usr/bin:/bin")
        logs = LogFolder(path: configuration.logs)
        probe = ReplicaProbe(eventLoopGroup: eventLoopGroup)
    }

    package func start(_ order: StartOrder) {
        let host = configuration.replicaHost
        let command: ReplicaCommand
        do throws(CommandAllowance.Refusal) {
            command = try ReplicaCommand(
                order, host: host, executable: configuration.executable, allowance: allowance,
                environment: configuration.environment)
        } catch {
            report(.startRefused(order.id, reason: error.description))
            return
        }
        logs.prune()
        let process = SupervisedProcess(
            ProcessSpecification(
                program: command.program, arguments: command.arguments, environment: command.environment,
                logFile: logs.file(for: order.id), grace: Self.supervisorGrace),
            shim: configuration.executable)
        let tls = order.specification.engine?.tls
        let probe = tls.map { ReplicaProbe(eventLoopGroup: eventLoopGroup, tls: $0, host: host) } ?? probe
        let base = tls.map { "https://\($0.serverName):\(order.port)" } ?? "http://\(host):\(order.port)"
        running.withLock {
            $0[order.id] = Running(
                process: process, probe: probe, base: base, healthPath: order.specification.healthPath,
                checkpoint: order.specification.checkpoint, tls: tls, devices: order.planeDevices)
        }
        let (id, report, log) = (order.id, report, logs.file(for: order.id))
        Task.detached {
            for await event in process.events {
                switch event {
                case .started(let pid): report(.started(id, pid: pid))
                case .exited(let status): report(.exited(id, reason: "it ended with \(status); its log is \(log)"))
                case .failed(let message): report(.exited(id, reason: message))
                }
            }
        }
    }

    package func stop(_ id: ReplicaID, grace: Duration) { running.withLock { $0[id]?.process.stop() } }
    package func kill(_ id: ReplicaID) { running.withLock { $0[id]?.process.kill() } }
    package func forget(_ id: ReplicaID) {
        guard let gone = running.withLock({ $0.removeValue(forKey: id) }), gone.base.hasPrefix("https:") else { return }
        Task.detached { await gone.probe.shutdown() }
    }

    package func probe(_ id: ReplicaID) async -> PlaneEvent {
        guard let replica = running.withLock({ $0[id] }) else { return .probeFailed(id, reason: "it is not running") }
        switch await replica.probe.health(replica.base + replica.healthPath) {
        case .passed: return .probePassed(id, onward: .zero)
        case .failed(let reason): return .probeFailed(id, reason: reason)
        }
    }

    package func measure(_ id: ReplicaID) async -> ReplicaLoad? {
        guard let replica = running.withLock({ $0[id] }) else { return nil }
        // trtllm-serve has its Prometheus page at the second path; its first one is JSON, which says nothing here.
        var load: ReplicaLoad?
        for path in ["/metrics", "/prometheus/metrics"] where load == nil { load = await replica.probe.load(replica.base + path) }
        // What the machine says of the accelerators it holds goes before what the engine says.
        guard let use = accelerators?.use(of: replica.devices) else { return load }
        var told = load ?? ReplicaLoad()
        told.acceleratorUse = use.use ?? told.acceleratorUse
        told.acceleratorMemoryUse = use.memoryUse ?? told.acceleratorMemoryUse
        return told
    }

    package func checkpoint(_ id: ReplicaID, within: Duration, reason: String) async -> PlaneEvent {
        guard let replica = running.withLock({ $0[id] }), let call = replica.checkpoint else {
            return .checkpointed(id, problem: "it is not running")
        }
        // A connection of its own: saving may take longer than the probe waits for any answer.
        let probe = ReplicaProbe(
            eventLoopGroup: eventLoopGroup, tls: replica.tls, host: configuration.replicaHost, readTimeout: within)
        let problem = await probe.checkpoint(replica.base + call.path, within: within, reason: reason)
        await probe.shutdown()
        return .checkpointed(id, problem: problem)
    }

    package func shutdown() async {
        let own = running.withLock { running in
            defer { running = [:] }
            return running.values.filter { $0.base.hasPrefix("https:") }
        }
        for replica in own { await replica.probe.shutdown() }
        await probe.shutdown()
    }
}
