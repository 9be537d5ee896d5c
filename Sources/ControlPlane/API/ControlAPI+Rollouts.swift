import FleetControl
import FleetDocuments
import FleetModel
import FleetTransport
import Hummingbird

extension ControlAPI {
    // MARK: Versions

    private struct RolloutAnswer: Codable {
        var workload: WorkloadName
        /// The generation that serves when nothing is under way.
        var stableGeneration: UInt64
        var phase: String
        var reason: String
        /// The generation that was rolled back; nil where none was.
        var rolledBackGeneration: UInt64?
        /// Nil where nothing is under way.
        var status: RolloutStatus?
    }

    func rollout(_ context: APIContext) async throws -> Response {
        let workload = try Self.workload(context)
        guard let row = try await store.rollouts()[workload] else {
            let key = ResourceKey(kind: .workload, name: workload.rawValue)
            guard try await store.resource(key) != nil else { throw StoreError.notFound(key) }
            throw APIError.conflict("\(key) was declared just now; ask again in a moment")
        }
        return try answer(workload, row.record)
    }

    private struct RolloutRequest: Codable { var command: String }

    func directRollout(_ request: Request, _ context: APIContext) async throws -> Response {
        let workload = try Self.workload(context)
        let wanted = try await request.decode(
            RolloutRequest.self, limit: APILimits.commandBytes, example: #"{"command":"promote"}"#)
        if wanted.command == "undo" { return try await undo(workload, context) }
        guard let command = RolloutCommand(rawValue: wanted.command) else {
            let known = (RolloutCommand.allCases.map(\.rawValue) + ["undo"]).joined(separator: ", ")
            throw APIError.invalid("command: \(quoted(wanted.command)) is none of \(known)")
        }
        let record = try await store.direct(command, rollout: workload, by: context.author, at: clock.timestamp())
        reconciler.wake()
        return try answer(workload, record)
    }

    /// Declares the version before: the stable one while another takes over or was rolled back, else the one before it.
    private func undo(_ workload: WorkloadName, _ context: APIContext) async throws -> Response {
        let key = ResourceKey(kind: .workload, name: workload.rawValue)
        guard let stored = try await store.resource(key), case .workload(let declared) = try documents.resource(stored),
            let row = try await store.rollouts()[workload]
        else { throw StoreError.notFound(key) }
        let histories = try RolloutShelf().histories([workload: row])
        guard let history = histories[workload],
            let earlier = history.record.progress == nil ? history.previous : history.stable
        else { throw APIError.conflict("\(key) has had no other version") }
        var restored = declared.adopting(templateOf: earlier)
        restored.metadata = Metadata(
            name: declared.metadata.name, labels: declared.metadata.labels, resourceVersion: stored.resourceVersion)
        _ = try await desk.put(key, FleetEncoder.json(.workload(restored)), isDryRun: false, by: context.author)
        reconciler.wake()
        return try answer(workload, row.record)
    }

    private func answer(_ workload: WorkloadName, _ record: RolloutRecord) throws -> Response {
        let decided = reconciler.rollout(of: workload)?.versions?.status
        let status = record.progress.flatMap { progress in
            decided.flatMap { progress.phase != .rolledBack && $0.target.generation == progress.target ? $0 : nil }
        }
        return try .json(
            RolloutAnswer(
                workload: workload, stableGeneration: record.stable, phase: record.progress?.phase.rawValue ?? "stable",
                reason: record.progress?.reason ?? "",
                rolledBackGeneration: record.progress.flatMap { $0.phase == .rolledBack ? $0.target : nil }, status: status))
    }

    private static func workload(_ context: APIContext) throws -> WorkloadName {
        let key = try key(context)
        guard key.kind == .workload else {
            throw APIError.notFound("only workloads are rolled out: /api/v1alpha1/workloads/NAME/rollout")
        }
        return WorkloadName(key.name)
    }

    // MARK: Single replicas

    func drainReplica(_ context: APIContext) async throws -> Response {
        let text = ["plane", "workload", "incarnation"].map { context.parameter($0) }.joined(separator: "/")
        guard let replica = ReplicaID(text) else {
            throw APIError.badRequest("a replica is PLANE/WORKLOAD/INCARNATION, such as toronto/chat/3")
        }
        let report = reconciler.observation.report(of: replica.plane)
        guard report?.replicas.contains(where: { $0.id == replica && $0.state != .gone }) == true else {
            throw APIError.notFound("there is no replica \(replica); GET /api/v1alpha1/replicas lists them")
        }
        try await store.drain(replica: replica, by: context.author, at: clock.timestamp())
        reconciler.wake()
        let answer: JSONValue = ["replica": .string(replica.description), "drained": true]
        return try .json(answer)
    }
}
