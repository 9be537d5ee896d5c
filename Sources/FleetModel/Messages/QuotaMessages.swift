/// One kind of limit a tenant has. Requests and tokens are rates per minute, day and month are spend in billionths of a dollar.
package enum QuotaLimit: String, CaseIterable, Sendable, Codable, Comparable {
    case requests, tokens, concurrency, day, month

    /// A share of it lapses by itself, so that what a lost gateway held comes back.
    package var lapses: Bool { self == .requests || self == .tokens }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Which limit of which tenant: the whole tenant's, or that on one workload; of a budget, in which period.
package struct QuotaKey: Hashable, Sendable, Codable, Comparable {
    package var tenant: TenantName
    package var workload: WorkloadName?
    package var limit: QuotaLimit
    /// ``BudgetPeriod`` of a budget; 0 for anything else.
    package var period: Int64

    package init(tenant: TenantName, workload: WorkloadName?, limit: QuotaLimit, period: Int64 = 0) {
        self.tenant = tenant
        self.workload = workload
        self.limit = limit
        self.period = period
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.tenant, left.workload?.rawValue ?? "", left.limit, left.period)
            < (right.tenant, right.workload?.rawValue ?? "", right.limit, right.period)
    }
}

/// What a gateway holds of tenants' limits and what it could use. Part of its report to the control plane.
package struct QuotaReport: Equatable, Sendable, Codable {
    package struct Line: Equatable, Sendable, Codable {
        package var key: QuotaKey
        /// It uses no more than this until it is granted more in answer to this report or a later one.
        package var held: Int64
        /// What it would use if it might.
        package var wanted: Int64

        package init(key: QuotaKey, held: Int64, wanted: Int64) { (self.key, self.held, self.wanted) = (key, held, wanted) }
    }

    /// When the gateway's process started, milliseconds of its wall clock: tells reports of a predecessor apart.
    package var process: UInt64
    /// Grows with each report of one process. Only the answer to the newest is acted on.
    package var sequence: UInt64
    /// Sorted by key.
    package var lines: [Line]

    package init(process: UInt64, sequence: UInt64, lines: [Line]) {
        (self.process, self.sequence, self.lines) = (process, sequence, lines)
    }
}

/// What a gateway may use from now on: the answer to its ``QuotaReport``.
package struct QuotaGrant: Equatable, Sendable, Codable {
    package struct Line: Equatable, Sendable, Codable {
        package var key: QuotaKey
        /// Lower than what it holds asks it to give back.
        package var ceiling: Int64

        package init(key: QuotaKey, ceiling: Int64) { (self.key, self.ceiling) = (key, ceiling) }
    }

    /// Of the report it answers.
    package var process: UInt64
    package var sequence: UInt64
    package var lines: [Line]

    package init(process: UInt64, sequence: UInt64, lines: [Line]) {
        (self.process, self.sequence, self.lines) = (process, sequence, lines)
    }
}

/// How limits are shared by the gateways of a fleet.
package enum QuotaSharing {
    /// How long a share of a rate holds after the report that it answers was sent. Longer than most outages of a control plane, and no
    /// longer than one would wait for what a lost gateway held.
    package static let validity = Duration.seconds(600)
    /// A report older than this never arrives: longer than a request to the control plane may take.
    package static let reportLifetime = Duration.seconds(60)
    /// The part of a limit that is not leased: every gateway has an equal share of it, whatever it hears.
    package static let staticPart: Int64 = 4

    /// What each gateway may use without asking.
    package static func staticShare(_ limit: Int64, gateways: Int) -> Int64 {
        gateways <= 1 ? limit : limit / (staticPart * Int64(gateways))
    }
}

/// Calendar days and months in UTC as numbers.
package enum BudgetPeriod {
    /// Days since 1970-01-01.
    package static func day(unixSeconds: Int64) -> Int64 {
        unixSeconds >= 0 ? unixSeconds / 86_400 : (unixSeconds - 86_399) / 86_400
    }

    /// Months since January of year 0 (Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, `civil_from_days`).
    package static func month(unixSeconds: Int64) -> Int64 {
        let shifted = day(unixSeconds: unixSeconds) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return year * 12 + month - 1
    }
}

extension Tenant.Limits {
    /// The whole limit, over all gateways; nil where there is none.
    package func total(_ limit: QuotaLimit) -> Int64? {
        switch limit {
        case .requests: requestsPerMinute.map(Int64.init)
        case .tokens: tokensPerMinute.map(Int64.init)
        case .concurrency: concurrentRequests.map(Int64.init)
        case .day: budgetPerDay?.billionths
        case .month: budgetPerMonth?.billionths
        }
    }
}
