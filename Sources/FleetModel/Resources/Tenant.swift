/// A customer or team whose requests the gateways take: its keys, what it may ask for, how urgent that is, and how much of it.
///
/// As soon as one tenant is declared, gateways answer requests without a known key with 401.
package struct Tenant: Equatable, Sendable {
    /// How a request fares when there is too little for all, in the words of Kubernetes' Gateway API Inference Extension.
    package enum Priority: String, CaseIterable, Sendable, Codable {
        /// Served before others, and never shed.
        case critical
        case standard = "default"
        /// Refused first.
        case sheddable
    }

    /// One key, known by its digest alone.
    package struct APIKey: Equatable, Sendable {
        package var name: String
        /// SHA-256 of the key, 64 hexadecimal digits. One round is enough because keys are 256 random bits: there is nothing to
        /// guess that a slow hash would protect.
        package var sha256: String

        package init(name: String, sha256: String) { (self.name, self.sha256) = (name, sha256) }
    }

    /// A name in a client certificate that leads to the tenant. The certificate is one that the gateway's authorities have signed.
    package enum CertificateName: Hashable, Sendable, Codable {
        /// A subject alternative name of type URI, such as a SPIFFE ID; compared byte by byte.
        case uri(String)
        /// A subject alternative name of type DNS, in lower case.
        case dnsName(String)
        /// The subject's common name, where there is exactly one; compared byte by byte.
        case commonName(String)

        package var text: String {
            switch self {
            case .uri(let text), .dnsName(let text), .commonName(let text): text
            }
        }
    }

    /// Most of everything a tenant may use over all gateways together; nil does not limit.
    package struct Limits: Equatable, Sendable, Codable {
        package var requestsPerMinute: Int?
        /// Read and written tokens together.
        package var tokensPerMinute: Int?
        /// Requests that are being answered.
        package var concurrentRequests: Int?
        /// Within a calendar day and month, UTC, by ``Price``.
        package var budgetPerDay: USD?
        package var budgetPerMonth: USD?

        package init(
            requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, concurrentRequests: Int? = nil, budgetPerDay: USD? = nil,
            budgetPerMonth: USD? = nil
        ) {
            self.requestsPerMinute = requestsPerMinute
            self.tokensPerMinute = tokensPerMinute
            self.concurrentRequests = concurrentRequests
            self.budgetPerDay = budgetPerDay
            self.budgetPerMonth = budgetPerMonth
        }

        package static let none = Limits()
    }

    /// What the tenant pays for tokens; budgets are counted by it.
    package struct Price: Equatable, Sendable, Codable {
        package var input: USDPerMillionTokens
        package var output: USDPerMillionTokens

        package init(input: USDPerMillionTokens, output: USDPerMillionTokens) { (self.input, self.output) = (input, output) }
    }

    /// Limits on one workload, which hold beside those of the whole tenant, and its price where that differs.
    package struct WorkloadTerms: Equatable, Sendable {
        package var workload: WorkloadName
        package var limits: Limits
        package var price: Price?

        package init(workload: WorkloadName, limits: Limits = .none, price: Price? = nil) {
            self.workload = workload
            self.limits = limits
            self.price = price
        }
    }

    package var metadata: Metadata
    /// Where the tenant's users are at home, ISO 3166-1 alpha-2; nil where that is not known.
    package var country: String?
    /// Model names it may ask for; empty allows every one.
    package var models: [String]
    package var priority: Priority
    package var apiKeys: [APIKey]
    /// Names of client certificates that are as good as a key.
    package var clientCertificates: [CertificateName]
    package var limits: Limits
    package var price: Price?
    package var workloads: [WorkloadTerms]

    package var name: TenantName { TenantName(metadata.name) }

    package init(
        metadata: Metadata, country: String? = nil, models: [String] = [], priority: Priority = .standard, apiKeys: [APIKey] = [],
        clientCertificates: [CertificateName] = [], limits: Limits = .none, price: Price? = nil, workloads: [WorkloadTerms] = []
    ) {
        self.clientCertificates = clientCertificates
        self.metadata = metadata
        self.country = country
        self.models = models
        self.priority = priority
        self.apiKeys = apiKeys
        self.limits = limits
        self.price = price
        self.workloads = workloads
    }
}

extension USD: Codable {
    package init(from decoder: any Decoder) throws { billionths = try decoder.singleValueContainer().decode(Int64.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(billionths)
    }
}

extension USDPerMillionTokens: Codable {
    package init(from decoder: any Decoder) throws { billionthsPerToken = try decoder.singleValueContainer().decode(Int64.self) }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(billionthsPerToken)
    }
}
