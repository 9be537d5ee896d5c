import FleetModel

/// One step of a chain, compiled: where the request goes, what it asks for there, and what the client is told.
package struct FallbackEntry: Sendable {
    /// The entry that stands for this pair of workloads: it has the second one's replicas inside both fences.
    package let workload: WorkloadIndex
    /// What the body's `model` becomes, as the bytes of a JSON string with its quotes; empty where the workload serves no model.
    package let model: [UInt8]
    /// The same without quotes and escapes.
    package let modelText: [UInt8]
    /// `x-tradewind-fallback: NAME` with CR LF.
    package let headerLine: [UInt8]
}

/// Makes, for every pair of a workload and a fallback of it, a workload of its own whose fence is that of both: so a request that
/// fell back sees no plane that its own workload could not have gone to, just as any other request sees none outside its fence.
enum FallbackPairs {
    /// Pairs of one snapshot; more are left out, and the chains that need them are that much shorter.
    static let most = 1_024

    /// No resource name holds `>`, so no pair can pass for a declared workload.
    static func name(_ first: WorkloadName, _ second: WorkloadName) -> WorkloadName { WorkloadName("\(first)>\(second)") }

    /// The workload that serves a pair; nil for the name of a declared one.
    static func second(of name: WorkloadName) -> WorkloadName? {
        guard let mark = name.rawValue.firstIndex(of: ">") else { return nil }
        return WorkloadName(String(name.rawValue[name.rawValue.index(after: mark)...]))
    }

    static func workloads(of snapshot: RoutingSnapshot) -> [RoutingSnapshot.Workload] {
        var pairs: [RoutingSnapshot.Workload] = []
        var seen: Set<WorkloadName> = []
        func add(_ first: RoutingSnapshot.Workload, _ chain: [Fallback]) {
            for entry in chain.prefix(Fallback.most) {
                guard entry.workload != first.name, pairs.count < most,
                    let second = snapshot.workloads.first(where: { $0.name == entry.workload }),
                    seen.insert(name(first.name, second.name)).inserted
                else { continue }
                pairs.append(pair(first, second))
            }
        }
        for workload in snapshot.workloads { add(workload, workload.resilience?.fallback ?? []) }
        for route in snapshot.routes {
            for workload in snapshot.workloads where route.mayLead(to: workload.name) {
                add(workload, route.resilience?.fallback ?? [])
            }
        }
        return pairs
    }

    private static func pair(
        _ first: RoutingSnapshot.Workload, _ second: RoutingSnapshot.Workload
    ) -> RoutingSnapshot.Workload {
        RoutingSnapshot.Workload(
            name: name(first.name, second.name), models: [], latencyBudgetMilliseconds: first.latencyBudgetMilliseconds,
            failoverLatencyBudgetMilliseconds: first.failoverLatencyBudgetMilliseconds,
            allowedPlanes: second.allowedPlanes.filter(first.allowedPlanes.contains),
            excludedPlanes: second.excludedPlanes + first.excludedPlanes, placedPlanes: [],
            refusal: first.refusal ?? second.refusal,
            maxSnapshotAgeMilliseconds: [first.maxSnapshotAgeMilliseconds, second.maxSnapshotAgeMilliseconds]
                .compactMap { $0 }.min(),
            ratesPerReplica: second.ratesPerReplica, balancing: second.balancing, resilience: second.resilience,
            placeFences: PlaceAdmission.fences(first, second), predict: second.predict, revision: second.revision,
            revisionWeights: second.revisionWeights)
    }

    /// The compiled chain of a workload.
    static func entries(
        _ chain: [Fallback], of first: WorkloadName, in snapshot: RoutingSnapshot, indices: [WorkloadName: Int]
    ) -> [FallbackEntry] {
        chain.prefix(Fallback.most).compactMap { entry in
            guard let index = indices[name(first, entry.workload)],
                let second = snapshot.workloads.first(where: { $0.name == entry.workload })
            else { return nil }
            let model = entry.model ?? second.models.first
            return FallbackEntry(
                workload: WorkloadIndex(index), model: model.map(quotedJSON) ?? [], modelText: model.map { Array($0.utf8) } ?? [],
                headerLine: Array("x-tradewind-fallback: \(second.name)\r\n".utf8))
        }
    }

    /// A JSON string (RFC 8259 section 7).
    private static func quotedJSON(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [0x22]
        for byte in text.utf8 {
            if byte < 0x20 {
                bytes += Array("\\u00".utf8) + [hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            } else {
                if byte == 0x22 || byte == 0x5C { bytes.append(0x5C) }
                bytes.append(byte)
            }
        }
        return bytes + [0x22]
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 48 + digit : 87 + digit }
}

extension RoutingSnapshot.Route {
    fileprivate func mayLead(to workload: WorkloadName) -> Bool {
        guard case .workload(let name) = target else { return true }
        return name == workload
    }
}
