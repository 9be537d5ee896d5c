import CommandLineInterface
import FleetModel
import FleetTransport
import MetadataDoubles
import NIOPosix
import WideAreaRelay

/// The parts of a fleet on one machine, started and stopped in order.
///
/// Parts that keep serving without the control plane (planes, gateways) go on while it is restarted; each is restarted alone.
actor LocalFleet {
    private let options: UpOptions
    private let progress: UpProgress
    private let sources: [FleetSource]
    private var memory: UpMemory
    private var server: KeptPart?
    private var relays: [KeptPart] = []
    private var doubles: (part: KeptPart, address: DoubleAddress)?
    private var planes: [PlaneName: KeptPart] = [:]
    private var gateways: [GatewayName: KeptPart] = [:]
    /// Ports given to gateways; never taken back, so that a port means one gateway for as long as `up` runs.
    private var ports: [GatewayName: Int] = [:]
    private var readyGateways: Set<GatewayName> = []
    /// Those whose clients speak TLS.
    private var secureGateways: Set<GatewayName> = []
    /// Those that take in nobody who comes as a probe does: clients need a certificate, or a PROXY header.
    private var closedGateways: Set<GatewayName> = []
    private var wideArea: WideArea
    private var isKilled = false

    init(options: UpOptions, sources: [FleetSource], memory: UpMemory, progress: UpProgress) {
        self.options = options
        self.sources = sources
        self.memory = memory
        self.progress = progress
        wideArea = WideArea(options.folder)
    }

    // MARK: Up

    /// Starts everything, then follows what is declared until cancelled. Throws where it cannot start.
    func run() async throws {
        try await startServer()
        let client = try ControlClient(
            url: options.serverURL, token: try adminToken(), eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let connection = ClientConnection(client: client, startHint: "Its log is in \(options.folder.logs)/serve.log")
        do {
            try await apply(connection)
            let fleet = try await reconcile(connection, isFirst: true)
            // Beside the rest: a gateway that is long in coming must not keep declared changes waiting.
            let waiting = Task { try await awaitGateways(fleet, connection) }
            defer { waiting.cancel() }
            for await _ in UpWatch.changes(connection) {
                do {
                    _ = try await reconcile(connection, isFirst: false)
                } catch let failure as CommandFailure where failure.exit == .unreachable {
                    // The control plane is being restarted; the watch comes back with it.
                } catch  where !Task.isCancelled {
                    // What runs goes on running, whatever is wrong with what was declared since.
                    progress.tell("cannot follow what is declared: \(error)")
                }
            }
        } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
    }

    private func startServer() async throws {
        let server = KeptPart(.server(options.folder, port: options.portBase), options: options, progress: progress)
        self.server = server
        progress.tell("starting the control plane on \(options.serverURL)")
        await begin(server)
        while await ReadinessProbe.ask(port: options.portBase) != .ready {
            if await server.endings > 0 { throw failure(of: server) }
            try await Task.sleep(for: .milliseconds(50))
        }
        progress.tell("the control plane is ready")
    }

    private func adminToken() throws -> String {
        guard let token = try PrivateFile.readSecret(options.folder.adminToken) else {
            throw CommandFailure(.serverFailed, "the control plane has made no admin token in \(options.folder.adminToken)")
        }
        return token
    }

    private func apply(_ connection: ClientConnection) async throws {
        guard !sources.isEmpty else { return }
        let progress = progress
        let console = Console(
            write: { text in for line in text.split(separator: "\n") { progress.tell(String(line)) } },
            remark: { progress.tell($0) })
        try await FleetClient(connection: connection, console: console, now: { 0 }).apply(sources, isDryRun: false)
    }

    // MARK: What is declared and what runs

    /// Starts what is declared and does not run, and stops what runs and is not declared any more.
    private func reconcile(_ connection: ClientConnection, isFirst: Bool) async throws -> Fleet {
        let (fleet, stored) = try await DeclaredFleet.read(connection)
        let order = memory.order(stored)
        secureGateways = Set(fleet.gateways.filter { $0.tls != nil }.map(\.name))
        closedGateways = Set(
            fleet.gateways.filter { $0.tls?.clientCertificates?.mode == .require || $0.clientPlace?.proxyProtocol != nil }
                .map(\.name))
        if isFirst {
            memory.learn(commandsOf: fleet.workloads, declared: try FleetDeclaration.keys(in: sources))
            if fleet.gateways.isEmpty || fleet.planes.isEmpty {
                progress.tell(
                    "nothing is declared yet: give files with -f, or `tradewind apply -f FILE --state \(options.folder.root)`")
            }
            try await startRelay(WideArea.links(fleet))
        }
        try memory.save(options.folder)
        await stopUndeclared(fleet)
        if fleet.planes.contains(where: { $0.driver == .local }) { try await startDoubles() }
        for plane in fleet.planes where planes[plane.name] == nil {
            try await makeToken(.plane(plane.name), connection)
            await start(plane, isLate: !isFirst)
        }
        for name in order where gateways[name] == nil {
            try await makeToken(.gateway(name), connection)
            try await start(name, isLate: !isFirst)
        }
        return fleet
    }

    private func stopUndeclared(_ fleet: Fleet) async {
        for name in gateways.keys.sorted() where !fleet.gateways.contains(where: { $0.name == name }) {
            await gateways.removeValue(forKey: name)?.stop()
            progress.tell("gateway \(name) stopped: it is not declared any more")
        }
        for name in planes.keys.sorted() where !fleet.planes.contains(where: { $0.name == name }) {
            await planes.removeValue(forKey: name)?.stop()
            progress.tell("plane \(name) stopped: it is not declared any more")
        }
    }

    private func startRelay(_ links: [RelayLink]) async throws {
        guard options.hasWideArea, !links.isEmpty else { return }
        try wideArea.prepare(links)
        let relay = KeptPart(
            .relay(configuration: wideArea.configuration, ports: wideArea.ports), options: options, progress: progress)
        relays.append(relay)
        await begin(relay)
        while try !wideArea.learnPorts(links) {
            if await relay.endings > 0 { throw failure(of: relay) }
            try await Task.sleep(for: .milliseconds(20))
        }
        progress.tell("wide area: \(links.count) stretches with the delay of their distance")
    }

    /// Planes that run here have machines, whose clouds tell them when they take them back.
    private func startDoubles() async throws {
        guard doubles == nil else { return }
        // What an earlier run wrote would be believed.
        try PrivateFile.write([], to: options.folder.metadataDouble)
        let part = KeptPart(.metadataDouble(options.folder), options: options, progress: progress)
        await begin(part)
        while true {
            if let address = try DoubleClient.address(in: options.folder.metadataDouble) {
                doubles = (part, address)
                return
            }
            if await part.endings > 0 { throw failure(of: part) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func start(_ plane: WorkloadPlane, isLate: Bool) async {
        let allowed = memory.commands + options.allowedCommands.filter { !memory.commands.contains($0) }
        let part = KeptPart(
            .plane(
                plane.name, options, allowedCommands: allowed,
                notices: doubles.map { DoubledServices.arguments(of: plane, at: $0.address) } ?? []),
            options: options, progress: progress)
        planes[plane.name] = part
        progress.tell("starting plane \(plane.name)")
        if isLate, !wideArea.bound.isEmpty {
            progress.tell("plane \(plane.name) came later: it is without wide-area delay until the next `tradewind up`")
        }
        await begin(part)
    }

    private func start(_ gateway: GatewayName, isLate: Bool) async throws {
        let port = ports[gateway] ?? (ports.values.max() ?? options.portBase) + 1
        do {
            try await PortCheck.requireFree([port])
        } catch  where isLate {
            return progress.tell("gateway \(gateway) is not started: \(error)")
        }
        ports[gateway] = port
        let part = KeptPart(
            .gateway(gateway, options, port: port, via: wideArea.via(gateway)), options: options, progress: progress)
        gateways[gateway] = part
        progress.tell("starting gateway \(gateway) on \(url(gateway, port))")
        await begin(part)
    }

    /// Planes and gateways find their token in the state folder.
    private func makeToken(_ scope: TokenScope, _ connection: ClientConnection) async throws {
        let file = options.folder.tokenFile(scope)
        guard try PrivateFile.readSecret(file) == nil else { return }
        guard let token = try await connection.value(of: .createToken(scope))["token"].text else {
            throw CommandFailure(.serverFailed, "the control plane made no token for \(scope)")
        }
        try PrivateFile.write(Array(token.utf8), to: file)
    }

    private func begin(_ part: KeptPart) async {
        // After the second signal nothing is started any more.
        if !isKilled { await part.start() }
    }

    // MARK: Ready

    /// How long until a person is told what is missing, and again after as long.
    private static let patience = Duration.seconds(30)

    private func awaitGateways(_ fleet: Fleet, _ connection: ClientConnection) async throws {
        let names = memory.gateways.filter { gateways[$0] != nil }
        var reminder = ContinuousClock.now.advanced(by: Self.patience)
        while readyGateways.count < names.count {
            for name in names where !readyGateways.contains(name) {
                guard let port = ports[name] else { continue }
                let answer =
                    closedGateways.contains(name)
                    ? await ReadinessProbe.ask(connection, about: name)
                    : await ReadinessProbe.ask(port: port, isSecure: secureGateways.contains(name))
                switch answer {
                case .ready:
                    readyGateways.insert(name)
                    progress.tell("gateway \(name) is ready")
                case .waiting(let why) where ContinuousClock.now >= reminder:
                    progress.tell("gateway \(name) is not ready yet: \(why)")
                case .waiting: break
                }
            }
            if ContinuousClock.now >= reminder { reminder = .now.advanced(by: Self.patience) }
            try await Task.sleep(for: .milliseconds(100))
        }
        tellSummary(fleet, names)
    }

    private func tellSummary(_ fleet: Fleet, _ names: [GatewayName]) {
        let width = (names.map(\.rawValue.count) + ["control API".count]).max() ?? 0
        let padded = { (text: String) in text + String(repeating: " ", count: width - text.count) }
        progress.write("")
        progress.tell("the fleet is up")
        progress.write("  \(padded("control API"))  \(options.serverURL) (token in \(options.folder.adminToken))")
        for name in names { progress.write("  \(padded(name.rawValue))  \(url(name, ports[name] ?? 0))/v1") }
        if let name = names.first, let port = ports[name], let request = UpExample.curl(fleet, url: url(name, port)) {
            progress.write("")
            progress.write("  try   \(request)")
        }
        progress.write("")
        progress.write("  state \(options.folder.root)")
        progress.write("  logs  \(options.folder.logs)")
        progress.write("  Ctrl-C stops everything.")
    }

    private func url(_ gateway: GatewayName, _ port: Int) -> String {
        "\(secureGateways.contains(gateway) ? "https" : "http")://\(UpOptions.host):\(port)"
    }

    // MARK: Rehearsed losses

    /// Takes planes away, all or none of them; the reason where that cannot be.
    func take(_ planes: [PlaneName], _ kind: LossOrder.Kind) async -> String? {
        guard !planes.isEmpty else { return "no plane is named" }
        var taken: [KeptPart] = []
        for name in planes {
            guard let part = self.planes[name], await part.take(kind) else {
                for part in taken { await part.giveBack() }
                return "plane \(name) does not run here"
            }
            taken.append(part)
        }
        return nil
    }

    func giveBack(_ planes: [PlaneName]) async {
        for name in planes { await self.planes[name]?.giveBack() }
    }

    // MARK: Down

    /// Ends everything, those who need others first: gateways, planes, relay, control plane.
    func stop() async {
        await Self.stop(gateways.keys.sorted().compactMap { gateways[$0] })
        await Self.stop(planes.keys.sorted().compactMap { planes[$0] })
        await Self.stop(relays + (doubles.map { [$0.part] } ?? []))
        await Self.stop(server.map { [$0] } ?? [])
    }

    /// Kills every part at once; `stop()` then has nothing to wait for.
    func kill() async {
        isKilled = true
        let parts =
            Array(gateways.values) + Array(planes.values) + relays + (doubles.map { [$0.part] } ?? [])
            + (server.map { [$0] } ?? [])
        for part in parts { await part.kill() }
    }

    private static func stop(_ parts: [KeptPart]) async {
        await withTaskGroup { group in
            for part in parts { group.addTask { await part.stop() } }
        }
    }

    private func failure(of part: KeptPart) -> CommandFailure {
        let log = options.log(part.part)
        return CommandFailure(
            .serverFailed, "\(part.part.name) did not start; the end of its log \(log) is above", details: LogTail.lines(log))
    }
}
