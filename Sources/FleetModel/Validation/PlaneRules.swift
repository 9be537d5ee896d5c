extension ProblemCollector {
    mutating func checkPlane(_ plane: WorkloadPlane) {
        require(
            TextRules.isWord(plane.region), "spec.region", "\(quoted(plane.region)) is not a region",
            accepted: "the provider's name for the region, such as eu-central-1")
        checkLocation(plane.location, "spec.location")
        let pools: FieldPath = "spec.pools"
        if case .endpoint(let driver) = plane.driver {
            checkEndpoint(driver, "spec.driver.endpoint")
        } else {
            require(
                !plane.pools.isEmpty, pools, "the plane has nothing to run replicas on",
                accepted: "at least one pool of accelerators")
        }
        for (position, pool) in plane.pools.enumerated() { checkPool(pool, pools.index(position)) }
        requireDistinct(plane.pools.map(\.name.rawValue), pools, what: "pool", leaf: "name")
        for (position, network) in plane.networks.enumerated() where !TextRules.isNetwork(network) {
            report(
                ("spec.networks" as FieldPath).index(position), "\(quoted(network)) is not a network", accepted: TextRules.network
            )
        }
        requireDistinct(plane.networks, "spec.networks", what: "network")
        checkEgress(plane.egress, availability: plane.availability)
    }

    mutating func checkEgress(_ egress: USDPerGiB?, availability: Share?) {
        if let egress {
            require(
                (0...Self.highestUnitPrice).contains(egress.value), "spec.egress", "\(egress.text) is out of range",
                accepted: "0 to \(USDPerGiB(Self.highestUnitPrice).text)")
        }
        if let availability {
            require(
                availability > .none && availability <= .whole, "spec.availability", "\(availability.text) is out of range",
                accepted: "a share above 0%, such as 99.9%")
        }
    }

    /// US dollars per node-hour, GiB or GiB-month: more than anything costs.
    static let highestUnitPrice = 1e6

    private mutating func checkPool(_ pool: CapacityPool, _ field: FieldPath) {
        require(
            ResourceNameRule.allows(pool.name.rawValue), field.key("name"), "\(quoted(pool.name.rawValue)) is not a name",
            accepted: ResourceNameRule.accepted)
        checkAccelerator(pool.accelerator, field.key("accelerator"))
        requireRange(
            pool.acceleratorsPerNode, in: 1...1_024, field.key("acceleratorsPerNode"), accepted: "1 to 1024 accelerators per node"
        )
        requireRange(pool.maxNodes, in: 1...100_000, field.key("maxNodes"), accepted: "1 to 100000 nodes")
        if pool.owned, pool.tier != .reserved {
            report(
                field.key("tier"), "owned capacity cannot be \(pool.tier.rawValue)",
                accepted: "tier: reserved, since owned machines are paid for already, or owned: false",
                basis: [field.key("owned")])
        }
        checkTerms(pool, field)
        checkNodes(pool, field)
    }

    private mutating func checkTerms(_ pool: CapacityPool, _ field: FieldPath) {
        if let price = pool.usdPerNodeHour {
            require(
                (0...Self.highestUnitPrice).contains(price), field.key("price"), "\(USDPerHour(price).text) is out of range",
                accepted: "0 to \(USDPerHour(Self.highestUnitPrice).text)")
        }
        if pool.commitment != nil, pool.term == nil {
            report(
                field.key("commitment"), "\(pool.owned ? "owned" : pool.tier.rawValue) capacity is committed to by nobody",
                accepted: "the field only with tier: reserved and without owned", basis: [field.key("tier"), field.key("owned")])
        }
        if let rate = pool.interruptionsPerNodeHour {
            require(
                (0...1).contains(rate), field.key("interruptions"), "\(InterruptionRate(perNodeHour: rate).text) is out of range",
                accepted: "0%/h to 100%/h")
        }
        guard pool.tier != .spot else { return }
        for (name, isGiven) in [
            ("interruptions", pool.interruptionsPerNodeHour != nil), ("replacementTime", pool.replacementTime != nil),
        ] where isGiven {
            report(
                field.key(name), "\(pool.tier.rawValue) capacity is not reclaimed", accepted: "the field only with tier: spot",
                basis: [field.key("tier")])
        }
    }

    /// The URL is never repeated in a message: a careless one holds a password.
    private mutating func checkEndpoint(_ driver: EndpointDriver, _ field: FieldPath) {
        require(TextRules.isUpstreamURL(driver.url), field.key("url"), "this is not an upstream URL", accepted: TextRules.url)
        switch driver.key {
        case .file(let name):
            require(
                TextRules.isKeyFile(name), field.key("key").key("file"), "this is not a file name", accepted: TextRules.keyFile)
        case .environment(let name):
            require(
                TextRules.isVariable(name), field.key("key").key("environment"), "this is not a variable name",
                accepted: TextRules.variable)
        case nil: break
        }
        require(
            TextRules.isPath(driver.healthPath), field.key("healthPath"), "\(quoted(driver.healthPath)) is not a path",
            accepted: "an absolute path such as /health")
        requireRange(
            driver.maxConcurrentRequests, in: 1...100_000, field.key("maxConcurrentRequests"), accepted: "1 to 100000 requests")
    }
}
