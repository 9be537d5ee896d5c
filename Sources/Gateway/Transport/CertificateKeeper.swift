package import FleetModel
package import Logging

/// Keeps the workers' transport in step with what is declared and with what stands in the files.
///
/// Files are looked at every ``interval``. New content that cannot serve leaves what is in force as it is, and is told once.
package actor CertificateKeeper {
    /// How long a renewed certificate waits at most until it is used.
    static let interval = Duration.seconds(2)
    /// In order of preference (RFC 7301): what clients that know both get.
    static let protocols = ["h2", "http/1.1"]

    /// Given by flags: it goes before what the fleet declares.
    private let fixed: GatewayTLS?
    private let isExposed: Bool
    private let workers: [WorkerHandle]
    /// Files of authorities are kept in step too.
    private let dialer: Dialer
    private let logger: Logger
    private var declared: GatewayTLS?
    private var hasTenants = false
    private var upstreams: Set<ReplicaTLS> = []
    private var upstreamProblems: [String] = []
    private var tried: (declaration: GatewayTLS, files: CertificateFiles)?
    private var inForce: ClientTransport
    private var lastProblem: String?
    private var lastObstacle: String?

    /// - Parameter initial: what the workers were started with.
    package init(
        fixed: GatewayTLS?, initial: ClientTransport, isExposed: Bool, workers: [WorkerHandle], dialer: Dialer, logger: Logger
    ) {
        self.fixed = fixed
        inForce = initial
        self.isExposed = isExposed
        self.workers = workers
        self.dialer = dialer
        self.logger = logger
    }

    /// Takes what a snapshot says.
    func follow(_ snapshot: RoutingSnapshot) {
        declared = snapshot.tls
        hasTenants = !snapshot.tenants.isEmpty
        upstreams = Set(snapshot.workloads.compactMap(\.tls))
        look()
    }

    /// What clients must say to reach this gateway.
    var scheme: ClientConnection.Scheme {
        if case .plain = inForce { return .http }
        return .https
    }

    /// Looks at the files until cancelled.
    func run() async {
        while !Task.isCancelled {
            look()
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Takes over what changed.
    package func look() {
        defer { tellObstacle() }
        lookAtUpstreams()
        guard let declaration = fixed ?? declared else {
            tried = nil
            lastProblem = nil
            if case .plain = inForce { return }
            return use(.plain, "clients speak plain HTTP")
        }
        do {
            let files = try CertificateFiles(of: declaration)
            if let tried, tried.declaration == declaration, tried.files == files { return }
            tried = (declaration, files)
            let certificates = try files.serverCertificates(declaration, protocols: Self.protocols)
            lastProblem = nil
            use(.tls(certificates), "TLS certificates are in force")
        } catch {
            if case .plain = inForce { use(.unavailable, "clients are not taken in") }
            tell("\(error)")
        }
    }

    private func lookAtUpstreams() {
        let problems = dialer.trust.refresh(upstreams)
        for problem in problems where !upstreamProblems.contains(problem) {
            logger.error("authorities of replicas stay as they were: \(problem)")
        }
        upstreamProblems = problems
    }

    private func use(_ transport: ClientTransport, _ text: Logger.Message) {
        inForce = transport
        for worker in workers { worker.use(transport) }
        logger.info(text)
    }

    private func tell(_ problem: String) {
        guard problem != lastProblem else { return }
        lastProblem = problem
        if case .tls = inForce {
            logger.error("TLS certificates stay as they were: \(problem)")
        } else {
            logger.error("no client is taken in until there is a TLS certificate: \(problem)")
        }
    }

    /// Says why a gateway that listens beyond loopback takes nobody in.
    private func tellObstacle() {
        guard isExposed else { return }
        var obstacle: String?
        switch inForce {
        case .plain: obstacle = "spec.tls of its kind: Gateway, or --tls-certificate and --tls-key"
        case .unavailable: return
        case .tls(let certificates):
            if !hasTenants, !certificates.requiresClientCertificates {
                obstacle = "a document of kind Tenant, or clientCertificates with mode: require"
            }
        }
        guard obstacle != lastObstacle else { return }
        lastObstacle = obstacle
        if let obstacle {
            logger.error("this gateway listens beyond loopback and takes no client in; it needs \(obstacle)")
        } else {
            logger.info("this gateway takes clients in beyond loopback")
        }
    }
}

extension ClientTransport {
    /// How clients are taken in by what is declared. Fails where a file is missing or cannot serve.
    package init(_ declaration: GatewayTLS?) throws {
        guard let declaration else {
            self = .plain
            return
        }
        let files = try CertificateFiles(of: declaration)
        self = .tls(try files.serverCertificates(declaration, protocols: CertificateKeeper.protocols))
    }
}
