import FleetControl
import FleetModel
import FleetTransport
import Hummingbird

extension ControlAPI {
    // MARK: Replicas

    func replicas() async throws -> Response {
        let now = clock.now()
        let observation = reconciler.observation
        let items = try observation.reports(now: now).flatMap { report, age in
            let isConnected = observation.connection(of: report.plane, now: now) == .connected
            return try report.replicas.map { try Self.item($0, age: age, isConnected: isConnected).canonicalText }
        }
        return .list(items, resourceVersion: try await store.contents(of: .workload).resourceVersion)
    }

    private static func item(_ replica: ReplicaReport, age: Duration, isConnected: Bool) -> JSONValue {
        let silence = "last known: the plane does not report"
        let reason = isConnected ? replica.reason : [silence, replica.reason].filter { !$0.isEmpty }.joined(separator: "; ")
        var status: [String: JSONValue] = [
            "state": .string(replica.state.rawValue), "reason": .string(reason), "restarts": .integer(Int64(replica.restarts)),
            "ageMilliseconds": .integer(Int64(replica.stateAgeMilliseconds + age.milliseconds)),
        ]
        if let address = replica.address { status["address"] = .string(address) }
        if let pid = replica.pid { status["pid"] = .integer(Int64(pid)) }
        if let running = replica.running { status["running"] = .integer(Int64(running)) }
        if let waiting = replica.waiting { status["waiting"] = .integer(Int64(waiting)) }
        if let generation = replica.generation { status["generation"] = .integer(Int64(clamping: generation)) }
        if let use = replica.kvCacheUse { status["kvCacheUse"] = .number(use) }
        if let use = replica.acceleratorUse { status["acceleratorUse"] = .number(use) }
        if let use = replica.acceleratorMemoryUse { status["acceleratorMemoryUse"] = .number(use) }
        return [
            "kind": "Replica", "metadata": ["name": .string(replica.id.description)],
            "spec": [
                "workload": .string(replica.id.workload.rawValue), "plane": .string(replica.id.plane.rawValue),
                "pool": .string(replica.pool.rawValue), "accelerator": .string(replica.accelerator.name),
            ],
            "status": .object(status),
        ]
    }

    // MARK: Events and audit

    func events(_ request: Request) async throws -> Response {
        let limit = try Self.limit(request)
        let key = try Self.subject(request)
        let items = try await store.events(of: key, limit: limit).map { stored in
            let item: JSONValue = [
                "kind": "Event", "metadata": ["name": .string("event-\(stored.id)")],
                "involvedObject": [
                    "kind": .string(stored.event.subject.kind.rawValue), "name": .string(stored.event.subject.name),
                ],
                "type": .string(stored.event.severity.rawValue), "reason": .string(stored.event.reason),
                "message": .string(stored.event.message), "count": .integer(Int64(stored.count)),
                "firstTimestamp": .string(stored.firstTime), "lastTimestamp": .string(stored.lastTime),
            ]
            return try item.canonicalText
        }
        return .list(items, resourceVersion: try await store.contents(of: .workload).resourceVersion)
    }

    func audit(_ request: Request) async throws -> Response {
        let limit = try Self.limit(request)
        let rows =
            if let after = try request.number("after") {
                try await store.audit(after: after, limit: limit)
            } else {
                try await store.newestAudit(limit: limit)
            }
        let items = try rows.map { row in
            let item: JSONValue = [
                "kind": "AuditRow", "metadata": ["name": .string("audit-\(row.sequence)")],
                "sequence": .integer(Int64(row.sequence)), "time": .string(row.time), "author": .string(row.author),
                "verb": .string(row.verb), "subject": .string(row.subject),
                "resourceVersion": .string(String(row.resourceVersion)), "specDigest": .string(row.specDigest),
                "previousHash": .string(row.previousHash), "hash": .string(row.hash),
            ]
            return try item.canonicalText
        }
        return .list(items, resourceVersion: try await store.contents(of: .workload).resourceVersion)
    }

    func verifyAudit() async throws -> Response {
        if let signed = notary.signedHead, !notary.isGenuine(signed) {
            let answer: JSONValue = [
                "intact": false, "sequence": .integer(Int64(clamping: signed.head.sequence)),
                "reason": "the signed head was not signed with this control plane's key",
            ]
            return try .json(answer)
        }
        let answer: JSONValue =
            switch try await store.verifyAudit(against: notary.signedHead) {
            case .intact(let rows, let signedThrough):
                ["intact": true, "rows": .integer(Int64(rows)), "signedThrough": .integer(Int64(signedThrough))]
            case .broken(let sequence, let reason):
                ["intact": false, "sequence": .integer(Int64(clamping: sequence)), "reason": .string(reason)]
            }
        return try .json(answer)
    }

    // MARK: Explaining

    private struct Explanation: Codable {
        /// What one gateway may do with the workload.
        struct Door: Codable {
            struct Excluded: Codable {
                var plane: PlaneName
                var because: String
            }

            var gateway: GatewayName
            var allowedPlanes: [PlaneName]
            var excludedPlanes: [Excluded]
            var refusal: String?
        }

        var workload: WorkloadName
        var chosen: [PlacementDecision.Choice]
        var rejected: [PlacementDecision.Rejection]
        var shortfalls: [String]
        var plan: PlacementDecision.PlanFidelity?
        /// Nil where the declared demand decides.
        var scaling: ScalingDecision?
        var gateways: [Door]
    }

    /// Decided anew from the store by a copy of the loop's state, which gives what the loop decides.
    func explain(_ context: APIContext) async throws -> Response {
        let name = WorkloadName(context.parameter("workload"))
        let contents = try await store.contents()
        let fleet = try documents.fleet(contents)
        let records = try await store.planeRecords()
        let set = FleetDocumentSet(
            decided: try reconciler.preview(fleet, records: records, rollouts: try await store.rollouts()), records: records,
            feedPeers: [:])
        guard let placement = set.decision.placement(of: name) else {
            throw APIError.notFound("there is no Workload/\(name.rawValue); explain takes the name of a workload")
        }
        let doors = set.sendable.compactMap { document -> Explanation.Door? in
            guard case .snapshot(let snapshot) = document,
                let workload = snapshot.workloads.first(where: { $0.name == name })
            else { return nil }
            return Explanation.Door(
                gateway: snapshot.gateway, allowedPlanes: workload.allowedPlanes,
                excludedPlanes: workload.excludedPlanes.map { Explanation.Door.Excluded(plane: $0.plane, because: $0.because) },
                refusal: workload.refusal)
        }
        return try .json(
            Explanation(
                workload: name, chosen: placement.chosen, rejected: placement.rejected, shortfalls: placement.shortfalls,
                plan: placement.plan, scaling: set.decided.scaling[name], gateways: doors))
    }

    // MARK: Parts of a request

    private static func limit(_ request: Request) throws -> Int {
        let wanted = try request.number("limit") ?? 1_000
        guard (1...UInt64(APILimits.listedRecords)).contains(wanted) else {
            throw APIError.badRequest("query parameter limit is 1 to \(APILimits.listedRecords)")
        }
        return Int(wanted)
    }

    /// `for=plural/name` of an event list.
    private static func subject(_ request: Request) throws -> ResourceKey? {
        guard let text = request.uri.queryParameters["for"] else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let kind = ResourceKind(spelling: String(parts[0])) else {
            throw APIError.badRequest("query parameter for reads PLURAL/NAME, such as for=workloads/chat")
        }
        return ResourceKey(kind: kind, name: String(parts[1]))
    }
}
