/// What a pool may say of the life of its nodes, and a replica of its checkpoint.
extension ProblemCollector {
    /// Most nodes a warm pool keeps: each is a line in every report of its plane.
    static let mostWarmNodes = 1_000

    mutating func checkNodes(_ pool: CapacityPool, _ field: FieldPath) {
        if let provisioning = pool.provisioning { checkProvisioning(provisioning, field.key("provisioning")) }
        if let warm = pool.warm { checkWarm(warm, of: pool, field.key("warm"), provisioning: field.key("provisioning")) }
    }

    private mutating func checkProvisioning(_ provisioning: NodeProvisioning, _ field: FieldPath) {
        let times: [(name: String, time: Duration)] = [
            ("launchTime", provisioning.launchTime), ("scaleDownDelay", provisioning.scaleDownDelay),
            ("cooldown", provisioning.cooldown),
        ]
        for (name, time) in times {
            require(
                time > .zero && time <= .seconds(86_400), field.key(name), "\(time.text) is out of range",
                accepted: "a time above 0 and at most 24h")
        }
        if let resume = provisioning.resumeTime, resume <= .zero || resume > provisioning.launchTime {
            report(
                field.key("resumeTime"), "\(resume.text) is no shorter than launching a node anew",
                accepted: "a time above 0 and at most launchTime, \(provisioning.launchTime.text)",
                basis: [field.key("launchTime")])
        }
    }

    private mutating func checkWarm(
        _ warm: WarmPool, of pool: CapacityPool, _ field: FieldPath, provisioning: FieldPath
    ) {
        if pool.isStanding {
            report(
                field, "the pool's nodes are always there", accepted: "warm only beside provisioning: { launchTime: … }",
                basis: [provisioning.key("launchTime")])
        }
        let most = min(pool.maxNodes, Self.mostWarmNodes)
        require(
            warm.nodes >= 1 && warm.nodes <= most, field.key("nodes"), "\(warm.nodes) is out of range",
            accepted: "1 to \(max(1, most)) nodes: at most the pool's maxNodes and \(Self.mostWarmNodes)")
        if let price = warm.usdPerNodeHour {
            require(
                (0...Self.highestUnitPrice).contains(price), field.key("price"), "\(USDPerHour(price).text) is out of range",
                accepted: "0 to \(USDPerHour(Self.highestUnitPrice).text)")
        }
    }

    mutating func checkCheckpoint(_ replica: ReplicaRequirement) {
        guard let checkpoint = replica.checkpoint else { return }
        let field: FieldPath = "spec.replica.checkpoint"
        require(
            TextRules.isPath(checkpoint.path), field.key("path"), "\(quoted(checkpoint.path)) is not a path",
            accepted: "an absolute path such as /checkpoint")
        requireRange(
            checkpoint.timeoutMilliseconds, in: 1...3_600_000, field.key("timeout"), accepted: "a time above 0 and at most 1h")
        if case .command = replica.engine { return }
        report(
            field, "only a command engine can be asked to save its work",
            accepted: "checkpoint only beside engine: { command: … }",
            basis: ["spec.replica.engine"])
    }
}
