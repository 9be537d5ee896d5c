import FleetModel
import FleetRouting
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// This gateway's part in tenants' limits: a ``QuotaHolder`` with the clocks. Lives on the control loop.
final class QuotaDesk {
    private var holder = QuotaHolder(process: UInt64(QuotaDesk.unixMilliseconds()))
    private var tenants: TenantDirectory?

    /// Takes over what a process before this one may have spent.
    func restore(_ kept: SavedSpend) { holder.restore(kept.marks) }

    /// Follows the tenants of a table, before requests are decided by it.
    func follow(_ tenants: TenantDirectory, isFromDisk: Bool) {
        self.tenants = tenants
        if isFromDisk {
            for item in tenants.accounts { item.account.distrustRates() }
        }
        turn()
    }

    /// What must be on disk before more is spent; nil where nothing must. Begins days and months, and lets leases lapse, as time goes.
    func spendDue() -> (file: SavedSpend, moved: [QuotaKey: Int64])? {
        turn()
        let due = holder.marksDue(accounts)
        return due.isEmpty ? nil : (SavedSpend(holder.marks(moved: due)), due)
    }

    func spendIsKept(_ moved: [QuotaKey: Int64]) { holder.marked(moved, accounts) }

    /// What the control plane is told; nil where no tenant has a limit.
    func report() -> QuotaReport? {
        turn()
        return accounts.isEmpty ? nil : holder.report(accounts, now: Self.now())
    }

    func take(_ grant: QuotaGrant) { holder.take(grant, accounts, now: Self.now()) }

    private var accounts: [QuotaHolder.Account] { tenants?.accounts ?? [] }

    private func turn() {
        let seconds = Self.unixMilliseconds() / 1_000
        holder.follow(
            accounts, day: BudgetPeriod.day(unixSeconds: seconds), month: BudgetPeriod.month(unixSeconds: seconds),
            now: Self.now())
        holder.lapse(accounts, now: Self.now())
    }

    private static func now() -> Moment { NIODeadline.now().moment }

    private static func unixMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
