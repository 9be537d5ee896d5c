package import FleetModel

/// Leases tenants' limits to the gateways that need them, so that what all gateways may use together never exceeds a limit.
///
/// What a gateway holds is what it said last, or what it was granted in answer to that, whichever is more: a lost answer leaves it
/// counted, and a gateway acts on the answer to its newest report only. A gateway gives back by saying that it holds less. Until a gateway
/// was heard since this process started it counts as holding everything that is leased, for it may: shares of rates lapse
/// (``QuotaSharing/validity``), the rest stays so until it is heard or is no longer declared.
///
/// Each gateway's share is max-min fair over what they want; what nobody wants is spread evenly.
package struct QuotaGrantor: Sendable {
    private struct Held: Sendable {
        var amount: Int64
        var wanted: Int64
    }

    private struct Known: Sendable {
        var heard: Moment
        var process: UInt64
        var sequence: UInt64
        var lines: [QuotaKey: Held]
    }

    /// Lines one report may have; the rest is not leased, which is safe.
    package static let lineLimit = 65_536

    private let start: Moment
    private var known: [GatewayName: Known] = [:]
    private var tenants: [TenantName: Tenant] = [:]
    private var gateways: [GatewayName] = []

    package init(start: Moment) { self.start = start }

    /// Takes what is declared now.
    package mutating func declare(_ fleet: Fleet) {
        tenants = Dictionary(fleet.tenants.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        gateways = fleet.gateways.map(\.name)
        let declared = Set(gateways)
        known = known.filter { declared.contains($0.key) }
    }

    /// Answers a gateway's report. What the answer grants counts as held from here on, whether or not it arrives.
    package mutating func receive(_ report: QuotaReport, from gateway: GatewayName, now: Moment) -> QuotaGrant {
        guard gateways.contains(gateway), !isStale(report, of: gateway, now: now) else {
            return QuotaGrant(process: report.process, sequence: report.sequence, lines: [])
        }
        var said = Known(heard: now, process: report.process, sequence: report.sequence, lines: [:])
        for line in report.lines.prefix(Self.lineLimit) {
            said.lines[line.key] = Held(amount: max(0, line.held), wanted: max(0, line.wanted))
        }
        known[gateway] = said
        var lines: [QuotaGrant.Line] = []
        for line in report.lines.prefix(Self.lineLimit) {
            guard let total = total(line.key), let held = said.lines[line.key] else { continue }
            let ceiling = ceiling(line.key, of: gateway, held: held.amount, total: total, now: now)
            known[gateway]?.lines[line.key]?.amount = max(held.amount, ceiling)
            lines.append(QuotaGrant.Line(key: line.key, ceiling: ceiling))
        }
        return QuotaGrant(process: report.process, sequence: report.sequence, lines: lines)
    }

    /// A report that was overtaken by a later one says what no longer holds. A process that seems older than the last one is taken once that
    /// is silent, so that a clock that went back shuts nobody out.
    private func isStale(_ report: QuotaReport, of gateway: GatewayName, now: Moment) -> Bool {
        guard let said = known[gateway] else { return false }
        if report.process == said.process { return report.sequence <= said.sequence }
        return report.process < said.process && now.since(said.heard) <= QuotaSharing.reportLifetime
    }

    private func ceiling(_ key: QuotaKey, of gateway: GatewayName, held: Int64, total: Int64, now: Moment) -> Int64 {
        let fixed = QuotaSharing.staticShare(total, gateways: gateways.count)
        var taken: Int64 = 0
        for other in gateways where other != gateway {
            taken = min(total, taken + assumed(other, key, fixed: fixed, total: total, now: now))
        }
        let target = max(fixed, fairShare(key, of: gateway, fixed: fixed, total: total))
        return min(target, max(total - taken, min(held, target)))
    }

    /// The most a gateway may be using.
    private func assumed(_ gateway: GatewayName, _ key: QuotaKey, fixed: Int64, total: Int64, now: Moment) -> Int64 {
        guard let said = known[gateway] else {
            return key.limit.lapses && now.since(start) > QuotaSharing.validity ? fixed : total
        }
        if key.limit.lapses, now.since(said.heard) > QuotaSharing.validity { return fixed }
        return min(total, max(fixed, said.lines[key]?.amount ?? 0))
    }

    /// Max-min fairness (Bertsekas and Gallager, Data Networks, section 6.5.2): whoever wants less than an equal part of the rest gets what
    /// it wants, and the others part what that leaves.
    private func fairShare(_ key: QuotaKey, of gateway: GatewayName, fixed: Int64, total: Int64) -> Int64 {
        let wants = gateways.map { max(fixed, min(total, known[$0]?.lines[key]?.wanted ?? 0)) }
        var left = total
        var count = Int64(wants.count)
        var level: Int64?
        for want in wants.sorted() {
            if want > left / count {
                level = left / count
                break
            }
            left -= want
            count -= 1
        }
        let own = max(fixed, min(total, known[gateway]?.lines[key]?.wanted ?? 0))
        if let level { return min(own, level) }
        return own + left / Int64(wants.count)
    }

    private func total(_ key: QuotaKey) -> Int64? {
        guard let tenant = tenants[key.tenant] else { return nil }
        guard let workload = key.workload else { return tenant.limits.total(key.limit) }
        return tenant.workloads.first { $0.workload == workload }?.limits.total(key.limit)
    }
}
