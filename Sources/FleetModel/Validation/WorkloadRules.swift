extension ProblemCollector {
    mutating func checkWorkload(_ workload: Workload) {
        checkModels(of: workload)
        for (position, model) in workload.models.enumerated() where !TextRules.isModelName(model) {
            report(
                ("spec.models" as FieldPath).index(position), "\(quoted(model)) is not a model name",
                accepted: TextRules.modelName)
        }
        requireDistinct(workload.models, "spec.models", what: "model")
        checkReplica(workload.replica)
        checkObjective(workload.objective)
        checkRecovery(of: workload)
        checkSize(workload.egressPerRequest, atMost: Gibibytes(1_024), "spec.traffic.egressPerRequest")
        checkJurisdictions(workload.data.residency, "spec.data.residency")
        checkPurchase(workload.purchase)
        checkScaling(of: workload)
        checkBalancing(workload.balancing)
        checkAdmission(workload.admission)
        checkResilience(of: workload)
        checkRollout(workload.rollout)
        for (position, demand) in workload.demand.enumerated() {
            checkDemand(demand, ("spec.demand" as FieldPath).index(position))
        }
        requireDistinct(workload.demand.map { "\($0.from), \($0.location.country)" }, "spec.demand", what: "origin", leaf: "from")
    }

    /// A workload without models is an ordinary server: routes lead to it, and nothing of it is about a model.
    private mutating func checkModels(of workload: Workload) {
        if workload.models.isEmpty, case .simulated = workload.replica.engine {
            report(
                "spec.models", "the simulated engine has no model to serve", accepted: "at least one model name clients ask for",
                basis: ["spec.replica.engine"])
        }
        if workload.models.isEmpty, workload.predict != nil {
            report("spec.predict", "no model is named that could predict", accepted: "spec.predict only beside spec.models")
        }
        if let revision = workload.replica.revision {
            require(
                (1...256).contains(revision.utf8.count) && revision.utf8.allSatisfy { (33...126).contains($0) },
                "spec.replica.artifact.revision", "\(quoted(revision)) is not a version",
                accepted: "1 to 256 visible ASCII characters without spaces")
        }
    }

    private mutating func checkReplica(_ replica: ReplicaRequirement) {
        let profile: FieldPath = "spec.replica.profile"
        require(
            !replica.profile.isEmpty, profile, "no accelerator type can run it",
            accepted: "one entry per accelerator type, such as H100-80GB: { accelerators: 1, rate: 11 req/s }")
        for entry in replica.profile {
            let field = profile.key(entry.accelerator.name)
            checkAccelerator(entry.accelerator, field)
            // A number taken over from the requirement is judged there.
            if entry.accelerators != replica.accelerators {
                requireRange(entry.accelerators, in: 1...1_024, field.key("accelerators"), accepted: "1 to 1024 accelerators")
            }
            checkRate(entry.rate, field.key("rate"))
        }
        checkAcceleratorRequirement(replica)
        checkSize(replica.artifact, atMost: Gibibytes(1_048_576), "spec.replica.artifact.size")
        checkCheckpoint(replica)
        let drain: FieldPath = "spec.replica.drainTimeout"
        require(
            replica.drainTimeout <= .seconds(3_600), drain, "\(replica.drainTimeout.text) is too long", accepted: "at most 1h")
        switch replica.engine {
        case .simulated(let engine): checkSimulated(engine, "spec.replica.engine.simulated")
        case .command(let engine): checkCommand(engine, "spec.replica.engine")
        case nil: break
        }
    }

    private mutating func checkAcceleratorRequirement(_ replica: ReplicaRequirement) {
        let accelerator: FieldPath = "spec.replica.accelerator"
        if let count = replica.accelerators {
            requireRange(count, in: 1...1_024, accelerator.key("count"), accepted: "1 to 1024 accelerators")
        }
        requireDistinct(
            replica.architectures.map(\.rawValue), accelerator.key("architecture"), what: "architecture")
        requireDistinct(replica.types.map(\.name), accelerator.key("type"), what: "accelerator type")
        for (position, type) in replica.types.enumerated() { checkAccelerator(type, accelerator.key("type").index(position)) }
        let objections = replica.profile.compactMap { replica.objection(to: $0.accelerator) }
        guard let first = objections.first, objections.count == replica.profile.count else { return }
        report(
            "spec.replica.profile", "no entry meets the accelerator asked for: \(first)",
            accepted: "an entry for a type that does, or another spec.replica.accelerator", basis: [accelerator])
    }

    private mutating func checkRate(_ rate: RequestsPerSecond, _ field: FieldPath) {
        require(
            rate.value > 0 && rate.value <= WorkloadLimits.requestsPerSecond, field, "\(rate.text) is out of range",
            accepted: "a rate above 0 and at most \(RequestsPerSecond(WorkloadLimits.requestsPerSecond).text)")
    }

    private mutating func checkSize(_ size: Gibibytes?, atMost most: Gibibytes, _ field: FieldPath) {
        guard let size else { return }
        require(size <= most, field, "\(size.text) is out of range", accepted: "a size above 0 and at most \(most.text)")
    }

    private mutating func checkSimulated(_ engine: SimulatedEngineSpec, _ field: FieldPath) {
        requireRange(engine.maxBatch, in: 1...65_536, field.key("maxBatch"), accepted: "1 to 65536 requests")
        requireRange(engine.kvCapacityTokens, in: 1...1_000_000_000, field.key("kvCapacity"), accepted: "1 to 1000000000 tokens")
        requireRange(
            engine.loadMilliseconds, in: 0...3_600_000, field.key("loadTime"), accepted: "a time of at most 1h such as 20s")
        requireRange(
            engine.warmUpMilliseconds, in: 0...3_600_000, field.key("warmUp"), accepted: "a time of at most 1h such as 5s")
    }

    private mutating func checkCommand(_ engine: CommandEngineSpec, _ field: FieldPath) {
        let command = field.key("command")
        require(
            engine.command.first.map { !$0.isEmpty } ?? false, command, "no program is named",
            accepted: "the program and its arguments, such as [vllm, serve, my-model, --host, '{host}', --port, '{port}']")
        for (position, element) in engine.command.enumerated() where element.utf8.contains(0) {
            report(command.index(position), "a NUL character cannot be passed to a program", accepted: "text without NUL")
        }
        for (name, value) in engine.environment.sorted(by: { $0.key < $1.key }) {
            let entry = field.key("environment").key(name)
            require(TextRules.isVariable(name), entry, "\(quoted(name)) is not a variable", accepted: TextRules.variable)
            require(!value.utf8.contains(0), entry, "a NUL character cannot be passed to a program", accepted: "text without NUL")
        }
        require(
            TextRules.isPath(engine.readinessPath), field.key("readinessPath"), "\(quoted(engine.readinessPath)) is not a path",
            accepted: "an absolute path such as /health")
        requireRange(
            engine.startTimeoutMilliseconds, in: 1...86_400_000, field.key("startTimeout"),
            accepted: "a time above 0 and at most 24h such as 10m")
        guard let tls = engine.tls else { return }
        require(
            TextRules.isHostName(tls.serverName) && tls.serverName.utf8.contains { (97...122).contains($0) },
            field.key("tls").key("serverName"), "\(quoted(tls.serverName)) is not a host name", accepted: TextRules.hostName)
        if let path = tls.caFile {
            require(
                TextRules.isFilePath(path), field.key("tls").key("caFile"), "this is not the path of a file",
                accepted: TextRules.filePath)
        }
    }

    private mutating func checkObjective(_ objective: Objective) {
        if objective.failoverLatencyBudget < objective.latencyBudget {
            report(
                "spec.objective.failoverLatencyBudget",
                "\(objective.failoverLatencyBudget.text) is less than the latency budget",
                accepted: "at least latencyBudget, \(objective.latencyBudget.text)", basis: ["spec.objective.latencyBudget"])
        }
        checkTargetUtilization(objective)
    }

    /// A replica that may not be used at all serves nobody.
    private mutating func checkTargetUtilization(_ objective: Objective) {
        require(
            objective.targetUtilization > .none && objective.targetUtilization <= .whole, "spec.objective.targetUtilization",
            "\(objective.targetUtilization.text) is out of range", accepted: "a share above 0% and at most 100%, such as 80%")
    }

    mutating func checkAccelerator(_ accelerator: AcceleratorType, _ field: FieldPath) {
        require(
            TextRules.isWord(accelerator.name), field, "\(quoted(accelerator.name)) is not an accelerator type",
            accepted: "a type such as H100-80GB, A100-80GB or CPU")
    }
}

enum WorkloadLimits {
    /// More than any fleet serves, and small enough for sums of it to stay exact to a request.
    static let requestsPerSecond = 1e9
    static let concurrentUsers = 1e9
}
