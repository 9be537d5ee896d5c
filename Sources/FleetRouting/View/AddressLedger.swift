import FleetModel

/// Remembers which workload's replicas held which address, so that a reused port never receives another workload's data.
///
/// **The rule.** A request of workload A goes to an address only while all of this holds:
/// 1. The newest report of the replica's plane lists it there (``FleetView``), and the plane was heard from within
///    ``RoutingLimits/addressTrust`` (checked at every decision, ``PlaneState/isTrusted(at:)``). Planes give an
///    ended replica's address to another workload only after ten minutes, so that even the stalest table a gateway still acts
///    on is younger than any reuse.
/// 2. No plane's newest report lists a replica of another workload at the address, and none did within the last
///    ``RoutingLimits/addressQuarantine`` by this gateway's clock, whatever newer reports say: a plane that breaks the promise,
///    or two planes that claim one address, get no request there. The earlier holder keeps it.
/// 3. The connection was opened for that very incarnation: when an incarnation is gone or moves, the router orders its
///    connections closed (``RouterAction/closeConnections(_:)``), and handles are never shared between incarnations.
struct AddressLedger: Sendable {
    private struct Tenancy: Sendable {
        var workload: WorkloadName
        var lastSeen: Moment
    }

    private var tenancies: [ListenAddress: Tenancy] = [:]

    /// Notes that a replica of the workload is listed at the address; false while another workload's claim stands, or while
    /// the ledger is full of claims that still stand.
    ///
    /// - Parameter isListedForAnother: whether some plane's newest report lists another workload's replica there. Asked only
    ///   where the workload does not hold the address already.
    mutating func claim(
        _ address: ListenAddress, for workload: WorkloadName, now: Moment, isListedForAnother: () -> Bool
    ) -> Bool {
        if let tenancy = tenancies[address] {
            guard tenancy.workload == workload || (isOver(tenancy, now: now) && !isListedForAnother()) else { return false }
        } else {
            guard !isListedForAnother(), hasRoom(now: now) else { return false }
        }
        tenancies[address] = Tenancy(workload: workload, lastSeen: now)
        return true
    }

    private mutating func hasRoom(now: Moment) -> Bool {
        if tenancies.count < RoutingLimits.rememberedAddresses { return true }
        tenancies = tenancies.filter { !isOver($0.value, now: now) }
        return tenancies.count < RoutingLimits.rememberedAddresses
    }

    private func isOver(_ tenancy: Tenancy, now: Moment) -> Bool {
        now.since(tenancy.lastSeen) >= RoutingLimits.addressQuarantine
    }
}
