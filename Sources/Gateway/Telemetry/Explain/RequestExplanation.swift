package import FleetModel
package import FleetRouting
package import FleetTransport

/// What became of one request and why, as a document for people and programs: the fence, the candidates with their scores, the
/// choice, the attempts, the times.
package struct RequestExplanation {
    let record: RequestRecord
    let gateway: GatewayName
    /// Where replicas' handles are looked up; a replica that is gone has no name any more.
    let table: RoutingTable?
    let clock: WallClock
    let now: Moment

    package init(_ record: RequestRecord, gateway: GatewayName, table: RoutingTable?, clock: WallClock, now: Moment) {
        self.record = record
        self.gateway = gateway
        self.table = table
        self.clock = clock
        self.now = now
    }

    package var document: JSONValue {
        var members: [String: JSONValue] = [
            "gateway": .string(gateway.rawValue), "request": request, "outcome": outcome, "timings": timings,
            "attempts": .array(record.attempts.map(attempt)),
        ]
        members["fence"] = fence
        var decisions: [JSONValue] = []
        if record.decisionCount > 0 { decisions.append(decision(record.first)) }
        if record.decisionCount > 1 { decisions.append(decision(record.last)) }
        members["decisions"] = .array(decisions)
        members["decisionCount"] = .integer(Int64(record.decisionCount))
        return .object(members)
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> JSONValue {
        .string(String(decoding: Array(bytes), as: UTF8.self))
    }
    private static func milliseconds(_ duration: Duration) -> JSONValue { number(duration.milliseconds) }
    /// Microseconds are told, not less.
    private static func number(_ value: Double) -> JSONValue { .number((value * 1_000).rounded() / 1_000) }

    // MARK: Parts

    private var request: JSONValue {
        var members: [String: JSONValue] = [
            "id": Self.text(record.identity.requestID), "traceId": Self.text(record.identity.traceID),
            "time": .string(clock.text(of: record.startedAt)), "ageMilliseconds": Self.milliseconds(now.since(record.endedAt)),
            "method": Self.text(record.method), "path": Self.text(record.path),
        ]
        if !record.model.isEmpty { members["model"] = Self.text(record.model) }
        if let tenant = record.tenant { members["tenant"] = .string(tenant.name.rawValue) }
        if let route = record.route { members["route"] = .string(route.rawValue) }
        if let workload = record.workloadName { members["workload"] = .string(workload) }
        return .object(members)
    }

    private var outcome: JSONValue {
        var members: [String: JSONValue] = [
            "status": .integer(Int64(record.status)), "attempts": .integer(Int64(record.attemptCount)),
            "retries": .integer(Int64(record.retryCount)), "hedged": .bool(record.isHedged), "stream": .bool(record.isStream),
        ]
        if !record.error.isEmpty { members["error"] = .string(record.error) }
        if let fallback = record.fallbackName { members["fallback"] = .string(fallback) }
        if let final = record.final {
            members["plane"] = .string(final.replica.id.plane.rawValue)
            members["replica"] = .string(final.replica.id.description)
            members["reason"] = .string(final.reason.code.description)
        }
        return .object(members)
    }

    private var timings: JSONValue {
        var members: [String: JSONValue] = [
            "queueMilliseconds": Self.milliseconds(record.queueWait),
            "durationMilliseconds": Self.milliseconds(record.endedAt.since(record.startedAt)),
        ]
        if let first = record.firstByteAt { members["firstByteMilliseconds"] = Self.milliseconds(first.since(record.startedAt)) }
        if let first = record.firstTokenAt {
            members["firstTokenMilliseconds"] = Self.milliseconds(first.since(record.startedAt))
        }
        return .object(members)
    }

    /// As it was for this request: that of the workload asked for, narrowed where another answered in its stead.
    private var fence: JSONValue? {
        guard let directory = record.directory, let workload = record.fallback ?? record.workload,
            directory.workloads.indices.contains(workload.value)
        else { return nil }
        let entry = directory[workload]
        var members: [String: JSONValue] = [
            "allowedPlanes": .array(entry.allowedPlanes.map { .string(directory[$0].name.rawValue) }),
            "excludedPlanes": .array(
                entry.excludedPlanes.map { ["plane": .string($0.plane.rawValue), "because": .string($0.because)] }),
            "latencyBudgetMilliseconds": Self.number(entry.latencyBudgetMilliseconds),
        ]
        if let refusal = entry.refusal { members["refusal"] = .string(refusal) }
        return .object(members)
    }

    private func decision(_ detail: DecisionDetail) -> JSONValue {
        var members: [String: JSONValue] = ["planeCount": .integer(Int64(detail.planeCount))]
        var chosen: (plane: PlaneIndex, handle: ReplicaHandle)?
        switch detail.decision {
        case .refuse(let refusal): members["refused"] = .string(refusal.code.description)
        case .send(let handle, let plane, let reason):
            chosen = (plane, handle)
            members["plane"] = .string(name(of: plane))
            members["reason"] = .string(reason.code.description)
            if let id = name(of: handle) { members["replica"] = .string(id) }
        }
        members["candidates"] = .array(detail.planes.map { candidate($0, isChosen: $0.plane == chosen?.plane) })
        members["replicas"] = .array(detail.replicas.map { replica($0, isChosen: $0.handle == chosen?.handle) })
        return .object(members)
    }

    private func candidate(_ plane: DecisionDetail.Plane, isChosen: Bool) -> JSONValue {
        [
            "plane": .string(name(of: plane.plane)), "standing": .string(plane.standing.text), "chosen": .bool(isChosen),
            "competed": .bool(plane.competed), "replicas": .integer(Int64(plane.replicas)),
            "available": .integer(Int64(plane.available)), "load": .integer(Int64(plane.load)),
            "roundTripMilliseconds": Self.number(plane.roundTrip),
            "queueMilliseconds": Self.number(plane.predicted - plane.roundTrip),
            "predictedMilliseconds": Self.number(plane.predicted),
        ]
    }

    private func replica(_ replica: DecisionDetail.Replica, isChosen: Bool) -> JSONValue {
        [
            "replica": name(of: replica.handle).map { .string($0) } ?? .null, "chosen": .bool(isChosen),
            "load": .integer(Int64(replica.load)), "queueMilliseconds": Self.number(replica.queue),
            "ejected": .bool(replica.isEjected), "tried": .bool(replica.wasTried),
        ]
    }

    private func attempt(_ attempt: AttemptRecord) -> JSONValue {
        var members: [String: JSONValue] = [
            "plane": .string(attempt.replica.id.plane.rawValue), "replica": .string(attempt.replica.id.description),
            "reason": .string(attempt.reason.code.description), "outcome": .string(attempt.outcome.text),
            "startMilliseconds": Self.milliseconds(attempt.startedAt.since(record.startedAt)),
            "durationMilliseconds": Self.milliseconds((attempt.endedAt ?? record.endedAt).since(attempt.startedAt)),
        ]
        if attempt.status > 0 { members["status"] = .integer(Int64(attempt.status)) }
        if let sent = attempt.sentAt { members["sentMilliseconds"] = Self.milliseconds(sent.since(record.startedAt)) }
        if let first = attempt.firstByteAt {
            members["firstByteMilliseconds"] = Self.milliseconds(first.since(attempt.startedAt))
        }
        return .object(members)
    }

    // MARK: Names

    private func name(of plane: PlaneIndex) -> String {
        guard let directory = record.directory, directory.planes.indices.contains(plane.value) else { return "" }
        return directory[plane].name.rawValue
    }

    private func name(of handle: ReplicaHandle) -> String? {
        record.attempts.first { $0.replica.handle == handle }?.replica.id.description ?? table?.replica(handle)?.id.description
    }
}
