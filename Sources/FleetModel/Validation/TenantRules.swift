/// What a key's digest looks like, in documents and in the snapshot.
package enum KeyDigestRule {
    package static let accepted = "64 hexadecimal digits in lower case, as tradewind tenant key create prints them"

    package static func allows(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// What names of client certificates look like.
package enum CertificateNameRule {
    package static let uri = "a URI such as spiffe://example.org/ns/team/sa/batch (no spaces, at most 2048 bytes)"
    package static let dnsName = "a host name such as batch.example.com, in lower case and without *"
    package static let commonName = "the subject's common name, such as batch (1 to 64 characters)"

    /// A scheme and something behind it, in visible ASCII; no longer than SPIFFE lets an ID be.
    static func isURI(_ text: String) -> Bool {
        let scheme = text.utf8.prefix { $0 != 0x3A }
        return text.utf8.count <= 2_048 && !scheme.isEmpty && scheme.count + 1 < text.utf8.count
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && scheme.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || [0x2B, 0x2D, 0x2E].contains($0) }
            && (97...122).contains(scheme[scheme.startIndex])
    }

    /// RFC 5280 gives a common name 64 characters at most (ub-common-name).
    static func isCommonName(_ text: String) -> Bool {
        (1...64).contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
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
        checkCertificateNames(tenant)
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

    private mutating func checkCertificateNames(_ tenant: Tenant) {
        let certificates: FieldPath = "spec.clientCertificates"
        require(
            tenant.clientCertificates.count <= Limits.certificateNames, certificates,
            "\(tenant.clientCertificates.count) names are given", accepted: "at most \(Limits.certificateNames)")
        for (position, name) in tenant.clientCertificates.prefix(Limits.certificateNames).enumerated() {
            let field = certificates.index(position)
            switch name {
            case .uri(let text):
                require(
                    CertificateNameRule.isURI(text), field.key("uri"), "\(quoted(text)) is not a URI",
                    accepted: CertificateNameRule.uri)
            case .dnsName(let text):
                require(
                    TextRules.isHostName(text), field.key("dnsName"), "\(quoted(text)) is not a name of a certificate",
                    accepted: CertificateNameRule.dnsName)
            case .commonName(let text):
                require(
                    CertificateNameRule.isCommonName(text), field.key("commonName"), "\(quoted(text)) is not a common name",
                    accepted: CertificateNameRule.commonName)
            }
        }
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
        static let certificateNames = 256
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
    func keyConflicts() -> [FleetProblem] { digestConflicts() + certificateConflicts() }

    private func certificateConflicts() -> [FleetProblem] {
        var owners: [Tenant.CertificateName: TenantName] = [:]
        var found: [FleetProblem] = []
        for tenant in tenants {
            for (position, name) in tenant.clientCertificates.enumerated() {
                if let owner = owners[name] {
                    found.append(
                        FleetProblem(
                            key: ResourceKey(kind: .tenant, name: tenant.metadata.name),
                            field: ("spec.clientCertificates" as FieldPath).index(position),
                            message: "certificates with \(quoted(name.text)) are already tenant \(owner)'s",
                            accepted: "a name of its own"))
                } else {
                    owners[name] = tenant.name
                }
            }
        }
        return found
    }

    private func digestConflicts() -> [FleetProblem] {
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
