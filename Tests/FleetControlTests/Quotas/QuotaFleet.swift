import FleetControl
import FleetModel
import FleetRouting
import SeededCases

/// Gateways that take requests of one tenant, and the control plane that leases them its limits: clocks, losses, delays and crashes in the
/// test's hands. It keeps the books the gateways cannot: what all of them use together.
struct QuotaFleet {
    struct Request {
        var reservation: Reservation
        var estimate: UsageEstimate
    }

    struct Gateway {
        var name: GatewayName
        var directory: RoutingDirectory
        var holder: QuotaHolder
        var requests: [Request] = []
        /// On its disk.
        var marks: [QuotaKey: Int64] = [:]

        var accounts: [QuotaHolder.Account] { directory.tenants.accounts }
    }

    static let price = Tenant.Price(input: .init(billionthsPerToken: 2), output: .init(billionthsPerToken: 3))

    let limits: Tenant.Limits
    let fleet: Fleet
    var gateways: [Gateway] = []
    var grantor: QuotaGrantor
    var now = Moment.origin
    var day: Int64 = 100
    /// A bucket of the whole limit, for each rate: what a single meter would have left.
    var requestsLeft: Double
    var tokensLeft: Double
    var spent: [Int64: Int64] = [:]
    private var processes: UInt64 = 0

    init(limits: Tenant.Limits, gateways count: Int) {
        self.limits = limits
        let tenant = Tenant(metadata: Metadata(name: "acme"), limits: limits, price: Self.price)
        let place = Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA")
        let names = (0..<count).map { GatewayName("gateway-\($0)") }
        fleet = Fleet(
            [.tenant(tenant)] + names.map { .gateway(FleetModel.Gateway(metadata: Metadata(name: $0.rawValue), location: place)) }
        )
        grantor = QuotaGrantor(start: now)
        grantor.declare(fleet)
        requestsLeft = Double(limits.requestsPerMinute ?? 0)
        tokensLeft = Double(limits.tokensPerMinute ?? 0)
        for name in names {
            gateways.append(Gateway(name: name, directory: directory(), holder: QuotaHolder(process: 0)))
            follow(gateways.count - 1)
        }
    }

    private func directory() -> RoutingDirectory {
        let place = Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA")
        let snapshot = RoutingSnapshot(
            version: .zero, gateway: "g", gatewayLocation: place,
            workloads: [
                .init(
                    name: "chat", models: ["chat"], latencyBudgetMilliseconds: 1, failoverLatencyBudgetMilliseconds: 1,
                    allowedPlanes: [])
            ], planes: [], routes: [], tenants: fleet.tenants.map(TenantTerms.init), gatewayCount: fleet.gateways.count)
        return RoutingDirectory(snapshot, previous: nil)
    }

    // MARK: What happens

    mutating func pass(_ duration: Duration) {
        now = now.advanced(by: duration)
        let share = duration.seconds / 60
        requestsLeft = min(Double(limits.requestsPerMinute ?? 0), requestsLeft + Double(limits.requestsPerMinute ?? 0) * share)
        tokensLeft = min(Double(limits.tokensPerMinute ?? 0), tokensLeft + Double(limits.tokensPerMinute ?? 0) * share)
        for index in gateways.indices { gateways[index].holder.lapse(gateways[index].accounts, now: now) }
    }

    mutating func follow(_ index: Int) {
        gateways[index].holder.follow(gateways[index].accounts, day: day, month: day / 30, now: now)
        mark(index)
    }

    /// Writes the marks that are due to the gateway's disk.
    mutating func mark(_ index: Int) {
        let accounts = gateways[index].accounts
        let due = gateways[index].holder.marksDue(accounts)
        guard !due.isEmpty else { return }
        gateways[index].marks = gateways[index].holder.marks(moved: due)
        gateways[index].holder.marked(due, accounts)
    }

    @discardableResult
    mutating func ask(_ index: Int, _ estimate: UsageEstimate) -> QuotaRefusal? {
        switch gateways[index].directory.tenants.entries[0].reserve(estimate, workload: WorkloadIndex(0), now: now) {
        case .failure(let refusal): return refusal
        case .success(let reservation):
            gateways[index].requests.append(Request(reservation: reservation, estimate: estimate))
            requestsLeft -= 1
            tokensLeft -= Double(estimate.tokens)
            spent[day, default: 0] += estimate.cost(Self.price)
            return nil
        }
    }

    /// Settles a request with a part of what it reserved, or as failed.
    mutating func end(_ index: Int, _ position: Int, used share: Double?) {
        let request = gateways[index].requests.remove(at: position)
        guard let share else {
            request.reservation.settle(.failed)
            requestsLeft = min(Double(limits.requestsPerMinute ?? 0), requestsLeft + 1)
            tokensLeft = min(Double(limits.tokensPerMinute ?? 0), tokensLeft + Double(request.estimate.tokens))
            return
        }
        let usage = UsageEstimate(
            input: Int64(Double(request.estimate.input) * share), output: Int64(Double(request.estimate.output) * share))
        request.reservation.settle(.used(usage))
        tokensLeft = min(
            Double(limits.tokensPerMinute ?? 0), tokensLeft + Double(request.estimate.tokens - usage.tokens))
    }

    mutating func report(_ index: Int) -> QuotaReport {
        gateways[index].holder.report(gateways[index].accounts, now: now)
    }

    mutating func deliver(_ grant: QuotaGrant, to index: Int) {
        gateways[index].holder.take(grant, gateways[index].accounts, now: now)
        mark(index)
    }

    mutating func exchange(_ index: Int) {
        let report = report(index)
        deliver(grantor.receive(report, from: gateways[index].name, now: now), to: index)
    }

    /// The process ends without notice; its requests end with it, and count as used.
    mutating func restart(_ index: Int) {
        processes += 1
        let marks = gateways[index].marks
        gateways[index] = Gateway(
            name: gateways[index].name, directory: directory(), holder: QuotaHolder(process: processes), marks: marks)
        gateways[index].holder.restore(marks)
        for item in gateways[index].accounts { item.account.distrustRates() }
        follow(index)
    }

    mutating func restartControlPlane() {
        grantor = QuotaGrantor(start: now)
        grantor.declare(fleet)
    }

    var inFlight: Int { gateways.reduce(0) { $0 + $1.requests.count } }
}
