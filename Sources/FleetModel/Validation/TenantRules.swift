/// What a key's digest looks like, in documents and in the snapshot.
package enum KeyDigestRule {
    package static let accepted = "64 hexadecimal digits in lower case, as tradewind tenant key create prints them"

    package static func allows(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

extension ProblemCollector {
    mutating func checkAdmission(_ admission: WorkloadAdmission) {
        let queue: FieldPath = "spec.admission.queue"
        require(
            admission.queueTimeoutMilliseconds <= 600_000, queue.key("timeout"), "the wait is too long", accepted: "0s to 10m")
        require(
            admission.coldStartTimeoutMilliseconds ?? 0 <= 3_600_000, queue.key("coldStartTimeout"), "the wait is too long",
            accepted: "0s to 1h")
        requireRange(admission.queuedRequests, in: 1...65_536, queue.key("maxRequests"), accepted: "1 to 65536 requests")
        requireRange(
            admission.queuedBytes, in: 1...1 << 34, queue.key("maxBytes"), accepted: "a size up to 16GiB, such as 64MiB")
    }

    mutating func checkTenant(_ tenant: Tenant) {
        if let country = tenant.country {
            require(
                PlaceRules.isCountry(country), "spec.country", "\(quoted(country)) is not a country",
                accepted: "an ISO 3166-1 alpha-2 code such as CA, DE or SG")
        }
        checkModels(tenant)
        checkKeys(tenant)
        checkLimits(tenant.limits, "spec.limits")
        checkPrice(tenant.price, "spec.price")
        require(
            tenant.workloads.count <= Limits.workloads, "spec.workloads", "\(tenant.workloads.count) workloads are named",
            accepted: "at most \(Limits.workloads)")
        requireDistinct(tenant.workloads.map(\.workload.rawValue), "spec.workloads", what: "workload", leaf: "workload")
        for (position, terms) in tenant.workloads.prefix(Limits.workloads).enumerated() {
            let field = ("spec.workloads" as FieldPath).index(position)
            checkLimits(terms.limits, field.key("limits"))
            checkPrice(terms.price, field.key("price"))
            checkIsPriced(terms.limits, terms.price ?? tenant.price, field.key("limits"))
        }
        checkIsPriced(tenant.limits, tenant.price, "spec.limits")
    }

    private mutating func checkModels(_ tenant: Tenant) {
        require(
            tenant.models.count <= Limits.models, "spec.models", "\(tenant.models.count) models are named",
            accepted: "at most \(Limits.models), or none to allow every one")
        for (position, model) in tenant.models.prefix(Limits.models).enumerated() where !TextRules.isModelName(model) {
            report(
                ("spec.models" as FieldPath).index(position), "\(quoted(model)) is not a model name",
                accepted: TextRules.modelName)
        }
        requireDistinct(tenant.models, "spec.models", what: "model")
    }

    private mutating func checkKeys(_ tenant: Tenant) {
        let keys: FieldPath = "spec.apiKeys"
        require(
            tenant.apiKeys.count <= Limits.keys, keys, "\(tenant.apiKeys.count) keys are given",
            accepted: "at most \(Limits.keys)")
        for (position, key) in tenant.apiKeys.prefix(Limits.keys).enumerated() {
            let field = keys.index(position)
            require(
                ResourceNameRule.allows(key.name), field.key("name"), "\(quoted(key.name)) is not a name",
                accepted: ResourceNameRule.accepted)
            // What stands there may be the key itself, so it is not repeated.
            require(
                KeyDigestRule.allows(key.sha256), field.key("sha256"), "the value is not a SHA-256 digest",
                accepted: KeyDigestRule.accepted)
        }
        requireDistinct(tenant.apiKeys.map(\.name), keys, what: "key", leaf: "name")
    }

    private mutating func checkLimits(_ limits: Tenant.Limits, _ field: FieldPath) {
        let counts = [
            ("requestsPerMinute", limits.requestsPerMinute), ("tokensPerMinute", limits.tokensPerMinute),
            ("concurrentRequests", limits.concurrentRequests),
        ]
        for case (let name, let count?) in counts {
            requireRange(count, in: 1...Limits.count, field.key(name), accepted: "1 to \(Limits.count), or no limit without it")
        }
        for case (let name, let amount?) in [("perDay", limits.budgetPerDay), ("perMonth", limits.budgetPerMonth)] {
            require(
                amount.billionths > 0 && amount <= Limits.budget, field.key("budget").key(name), "\(amount.text) is out of range",
                accepted: "an amount above 0 and at most \(Limits.budget.text)")
        }
    }

    private mutating func checkPrice(_ price: Tenant.Price?, _ field: FieldPath) {
        guard let price else { return }
        for (name, value) in [("input", price.input), ("output", price.output)] {
            require(
                value.billionthsPerToken <= Limits.price.billionthsPerToken, field.key(name), "\(value.text) is out of range",
                accepted: "at most \(Limits.price.text)")
        }
    }

    private mutating func checkIsPriced(_ limits: Tenant.Limits, _ price: Tenant.Price?, _ field: FieldPath) {
        guard price == nil, limits.budgetPerDay != nil || limits.budgetPerMonth != nil else { return }
        report(
            field.key("budget"), "a budget needs a price to be counted by",
            accepted: "spec.price beside it, such as { input: 0.5 USD/Mtok, output: 1.5 USD/Mtok }", basis: ["spec.price"])
    }

    private enum Limits {
        static let keys = 256
        static let models = 1_024
        static let workloads = 256
        /// Large enough for any fleet, small enough that a product with a price cannot overflow.
        static let count = 1_000_000_000
        static let budget = USD(billionths: 1_000_000 * USD.billionthsPerDollar)
        static let price = USDPerMillionTokens(billionthsPerToken: 10_000_000)
    }
}

extension Fleet {
    /// A key must lead to one tenant.
    func keyConflicts() -> [FleetProblem] {
        var owners: [String: TenantName] = [:]
        var found: [FleetProblem] = []
        for tenant in tenants {
            for (position, key) in tenant.apiKeys.enumerated() where KeyDigestRule.allows(key.sha256) {
                if let owner = owners[key.sha256] {
                    found.append(
                        FleetProblem(
                            key: ResourceKey(kind: .tenant, name: tenant.metadata.name),
                            field: ("spec.apiKeys" as FieldPath).index(position).key("sha256"),
                            message: "the key is already one of tenant \(owner)", accepted: "a key of its own"))
                } else {
                    owners[key.sha256] = tenant.name
                }
            }
        }
        return found
    }
}
