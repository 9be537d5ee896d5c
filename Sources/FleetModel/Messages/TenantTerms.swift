/// A tenant as gateways are told of it: what its keys' digests are, what it may ask for, and how much.
package struct TenantTerms: Equatable, Sendable, Codable {
    /// Limits and price on one workload.
    package struct Workload: Equatable, Sendable, Codable {
        package var workload: WorkloadName
        package var limits: Tenant.Limits
        package var price: Tenant.Price?

        package init(workload: WorkloadName, limits: Tenant.Limits, price: Tenant.Price?) {
            self.workload = workload
            self.limits = limits
            self.price = price
        }
    }

    package var name: TenantName
    package var country: String?
    package var priority: Tenant.Priority
    /// Model names it may ask for; empty allows every one.
    package var models: [String]
    /// SHA-256 of each key, 64 hexadecimal digits. Sorted. Keys themselves never leave whoever made them.
    package var keys: [String]
    /// Names of client certificates, in the order declared; nil where there is none.
    package var certificateNames: [Tenant.CertificateName]?
    package var limits: Tenant.Limits
    package var price: Tenant.Price?
    /// Sorted by workload.
    package var workloads: [Workload]

    package init(
        name: TenantName, country: String? = nil, priority: Tenant.Priority = .standard, models: [String] = [], keys: [String],
        certificateNames: [Tenant.CertificateName]? = nil, limits: Tenant.Limits = .none, price: Tenant.Price? = nil,
        workloads: [Workload] = []
    ) {
        self.certificateNames = certificateNames
        self.name = name
        self.country = country
        self.priority = priority
        self.models = models
        self.keys = keys
        self.limits = limits
        self.price = price
        self.workloads = workloads
    }

    package init(_ tenant: Tenant) {
        self.init(
            name: tenant.name, country: tenant.country, priority: tenant.priority, models: tenant.models.sorted(),
            keys: tenant.apiKeys.map(\.sha256).sorted(),
            certificateNames: tenant.clientCertificates.isEmpty ? nil : tenant.clientCertificates, limits: tenant.limits,
            price: tenant.price,
            workloads: tenant.workloads.sorted { $0.workload < $1.workload }.map { terms in
                Workload(workload: terms.workload, limits: terms.limits, price: terms.price)
            })
    }
}
