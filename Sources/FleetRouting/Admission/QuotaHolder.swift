package import FleetModel

/// What this gateway holds of tenants' limits: says what it has and wants, and acts on what it is granted.
///
/// Pure: it moves the meters the event loops take from, and its own book of what the control plane counts it to hold. Budgets are used
/// up to a mark that is on disk already, so that a process that ends without notice has used no more than its successor knows of.
package struct QuotaHolder: Sendable {
    package typealias Account = (tenant: TenantName, workload: WorkloadName?, account: QuotaAccount)

    /// Marks go forward by this part of a budget; as much may be lost with a crash.
    private static let markSteps: Int64 = 64

    private struct Entry: Sendable {
        /// The control plane counts it to hold this.
        var held: Int64
        var total: Int64
        var gateways: Int
        var asked: Int64 = 0
        /// Use that is on disk. Budgets only.
        var mark: Int64 = 0
    }

    private var entries: [QuotaKey: Entry] = [:]
    private var sequence: UInt64 = 0
    private var reportedAt: Moment?
    private var grantedAt: Moment?
    private var days: Int64 = 0
    private var months: Int64 = 0
    /// What a process before this one may have used, by budget.
    private var marks: [QuotaKey: Int64] = [:]

    private let process: UInt64

    /// - Parameter process: when this process started, milliseconds of the wall clock.
    package init(process: UInt64) { self.process = process }

    /// Takes over the marks of a predecessor.
    package mutating func restore(_ marks: [QuotaKey: Int64]) { self.marks = marks }

    // MARK: Following what is declared, and the calendar

    /// Brings the book in step with the accounts there are, and begins a day or month where one began.
    package mutating func follow(_ accounts: [Account], day: Int64, month: Int64, now: Moment) {
        days = max(days, day)
        months = max(months, month)
        var next: [QuotaKey: Entry] = [:]
        for item in accounts {
            for limit in QuotaLimit.allCases {
                guard let total = item.account.limits.total(limit) else { continue }
                let key = key(item, limit)
                next[key] = entry(key, item.account, total: total, now: now)
            }
        }
        for (key, entry) in entries where next[key] == nil && entry.mark > 0 { marks[key] = entry.mark }
        marks = marks.filter { $0.key.period >= ($0.key.limit == .day ? days : months) }
        entries = next
    }

    private func key(_ item: Account, _ limit: QuotaLimit) -> QuotaKey {
        QuotaKey(
            tenant: item.tenant, workload: item.workload, limit: limit,
            period: limit == .day ? days : limit == .month ? months : 0)
    }

    private func entry(_ key: QuotaKey, _ account: QuotaAccount, total: Int64, now: Moment) -> Entry {
        if let known = entries[key], known.total == total, known.gateways == account.gateways { return known }
        let fixed = QuotaSharing.staticShare(total, gateways: account.gateways)
        var entry = Entry(held: fixed, total: total, gateways: account.gateways)
        if let meter = account.rate(key.limit) {
            if meter.share != fixed { meter.setShare(perMinute: fixed, now: now) }
            entry.asked = meter.asked
            return entry
        }
        guard let meter = account.ceiling(key.limit) else { return entry }
        if key.limit == .concurrency {
            meter.raise(to: fixed)
            entry.held = max(fixed, meter.lower(to: fixed))
        } else if let known = entries[key] {
            // What was used of the same period counts on, under another limit too.
            entry.mark = max(meter.used, known.mark)
            entry.held = max(fixed, meter.lower(to: min(fixed, entry.mark)))
        } else {
            meter.begin(ceiling: 0)
            entry.mark = min(marks[key] ?? 0, total)
            if entry.mark > 0 { meter.charge(entry.mark) }
            entry.held = max(fixed, entry.mark)
            meter.raise(to: entry.mark)
        }
        entry.asked = meter.asked
        return entry
    }

    // MARK: Marks

    /// Budgets whose marks must move forward before more of them can be used; empty where all is well.
    package func marksDue(_ accounts: [Account]) -> [QuotaKey: Int64] {
        var due: [QuotaKey: Int64] = [:]
        for item in accounts {
            for limit in [QuotaLimit.day, .month] {
                guard let meter = item.account.ceiling(limit), let entry = entries[key(item, limit)] else { continue }
                let step = max(1, entry.total / Self.markSteps)
                let wanted = min(max(entry.held, meter.used), meter.used + step)
                if wanted > entry.mark, meter.used + step / 2 >= entry.mark { due[key(item, limit)] = wanted }
            }
        }
        return due
    }

    /// Every mark as it should be on disk once some moved.
    package func marks(moved due: [QuotaKey: Int64]) -> [QuotaKey: Int64] {
        var all = marks
        for (key, entry) in entries where entry.mark > 0 { all[key] = entry.mark }
        for (key, mark) in due { all[key] = mark }
        return all
    }

    /// The marks are on disk: so much may be used.
    package mutating func marked(_ due: [QuotaKey: Int64], _ accounts: [Account]) {
        for item in accounts {
            for limit in [QuotaLimit.day, .month] {
                let key = key(item, limit)
                guard let mark = due[key], let entry = entries[key] else { continue }
                entries[key]?.mark = max(entry.mark, mark)
                item.account.ceiling(limit)?.raise(to: min(entry.held, mark))
            }
        }
    }

    // MARK: Leases

    /// What to tell the control plane now.
    package mutating func report(_ accounts: [Account], now: Moment) -> QuotaReport {
        sequence += 1
        let elapsed = reportedAt.map { now.since($0).seconds }
        reportedAt = now
        var lines: [QuotaReport.Line] = []
        for item in accounts {
            for limit in QuotaLimit.allCases {
                let key = key(item, limit)
                guard var entry = entries[key] else { continue }
                // Use beyond a reservation happened, allowed or not.
                if let meter = item.account.ceiling(limit) { entry.held = max(entry.held, meter.used) }
                lines.append(
                    QuotaReport.Line(key: key, held: entry.held, wanted: wanted(item.account, limit, &entry, elapsed: elapsed)))
                entries[key] = entry
            }
        }
        return QuotaReport(process: process, sequence: sequence, lines: lines.sorted { $0.key < $1.key })
    }

    /// Half as much again as was asked for of late.
    private func wanted(_ account: QuotaAccount, _ limit: QuotaLimit, _ entry: inout Entry, elapsed: Double?) -> Int64 {
        let asked = account.rate(limit)?.asked ?? account.ceiling(limit)?.asked ?? 0
        let recent = max(0, asked - entry.asked)
        entry.asked = asked
        switch limit {
        case .requests, .tokens:
            guard let elapsed, elapsed > 0 else { return 0 }
            return Int64(min(Double(recent) * 60 / elapsed * 1.5, 1e15))
        case .concurrency:
            guard let meter = account.ceiling(limit) else { return 0 }
            // Each refused request was asked for once more than is in flight.
            return (meter.used + max(0, min(recent, meter.asked - meter.used))) * 3 / 2
        case .day, .month:
            guard let meter = account.ceiling(limit) else { return 0 }
            return meter.used + max(entry.total / Self.markSteps, min(recent, entry.total) * 3)
        }
    }

    /// Acts on a grant; false where it does not answer the newest report.
    @discardableResult
    package mutating func take(_ grant: QuotaGrant, _ accounts: [Account], now: Moment) -> Bool {
        guard grant.process == process, grant.sequence == sequence, let sent = reportedAt else { return false }
        // One answer per report: a repeated one could undo what was given back since.
        sequence += 1
        grantedAt = sent
        let ceilings = Dictionary(grant.lines.map { ($0.key, $0.ceiling) }, uniquingKeysWith: { first, _ in first })
        for item in accounts {
            for limit in QuotaLimit.allCases {
                let key = key(item, limit)
                guard let ceiling = ceilings[key], entries[key] != nil else { continue }
                set(key, item.account, to: ceiling, now: now)
            }
        }
        return true
    }

    /// Goes back to the static share of rates once what was granted has lapsed.
    package mutating func lapse(_ accounts: [Account], now: Moment) {
        guard let grantedAt, now.since(grantedAt) >= QuotaSharing.validity else { return }
        self.grantedAt = nil
        for item in accounts {
            for limit in QuotaLimit.allCases where limit.lapses {
                let key = key(item, limit)
                guard let entry = entries[key] else { continue }
                set(key, item.account, to: QuotaSharing.staticShare(entry.total, gateways: entry.gateways), now: now)
            }
        }
    }

    private mutating func set(_ key: QuotaKey, _ account: QuotaAccount, to ceiling: Int64, now: Moment) {
        guard let entry = entries[key] else { return }
        let ceiling = min(max(ceiling, 0), entry.total)
        if let meter = account.rate(key.limit) {
            if meter.share != ceiling { meter.setShare(perMinute: ceiling, now: now) }
            entries[key]?.held = ceiling
            return
        }
        guard let meter = account.ceiling(key.limit) else { return }
        if ceiling >= entry.held {
            entries[key]?.held = ceiling
            if key.limit == .concurrency { meter.raise(to: ceiling) }
        } else {
            entries[key]?.held = max(ceiling, meter.lower(to: min(ceiling, meter.ceiling)))
        }
    }
}
