import FleetControl
import FleetModel
import FleetTransport
import Hummingbird

extension ControlAPI {
    // MARK: Reading

    func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let kind = try Self.kind(context)
        if try request.flag("watch") { return try await watch(kind, after: try request.number("resourceVersion")) }
        let contents = try await store.contents(of: kind)
        return .list(
            try contents.resources.map(document), resourceVersion: contents.resourceVersion,
            fleetGeneration: contents.declarationVersion)
    }

    func read(_ request: Request, _ context: APIContext) async throws -> Response {
        let key = try Self.key(context)
        guard let stored = try await store.resource(key) else { throw StoreError.notFound(key) }
        return .text(Array((try document(stored) + "\n").utf8), type: "application/json")
    }

    /// As it is kept, with what is known of a workload's demand right now.
    private func document(_ stored: StoredResource) throws -> String {
        guard stored.key.kind == .workload, let text = stored.status,
            let demand = reconciler.demand(for: WorkloadName(stored.key.name)),
            var status = try? FleetJSON.decode(ResourceStatus.self, from: Array(text.utf8))
        else { return try documents.document(stored) }
        var told = stored
        status.demand = demand
        told.status = String(decoding: try FleetJSON.encode(status), as: UTF8.self)
        return try documents.document(told)
    }

    /// Without a version the watch begins with what there is; with one it begins after it.
    private func watch(_ kind: ResourceKind, after version: UInt64?) async throws -> Response {
        let contents = try await store.contents(of: kind)
        if let version, version > contents.resourceVersion { throw APIError.expired(version) }
        let initial =
            version == nil
            ? try contents.resources.map { try changes.event(.added, $0, version: $0.resourceVersion) } : []
        do {
            return .stream(try changes.watch(kind, after: version ?? contents.resourceVersion, initial: initial))
        } catch ChangeHub.Refusal.expired(let version) {
            throw APIError.expired(version)
        } catch ChangeHub.Refusal.tooManyWatchers {
            throw APIError(
                .tooManyRequests, "too_many_watchers", "\(APILimits.watchers) watches are open; end one, or try again later")
        }
    }

    // MARK: Declaring

    private struct Applied: Codable {
        struct Result: Codable {
            var kind: String
            var name: String
            var action: String
            var resourceVersion: String
        }

        var results: [Result]

        init(_ outcomes: [DeclarationOutcome]) {
            results = outcomes.map {
                Result(
                    kind: $0.key.kind.rawValue, name: $0.key.name, action: $0.action.rawValue,
                    resourceVersion: String($0.resourceVersion))
            }
        }
    }

    func apply(_ request: Request, _ context: APIContext) async throws -> Response {
        let outcomes = try await desk.apply(
            try await Self.document(request), isDryRun: try request.flag("dryRun"), by: context.author)
        reconciler.wake()
        return try .json(Applied(outcomes))
    }

    func put(_ request: Request, _ context: APIContext) async throws -> Response {
        let key = try Self.key(context)
        let isDryRun = try request.flag("dryRun")
        let outcome = try await desk.put(
            key, try await Self.document(request), isDryRun: isDryRun, by: context.author)
        reconciler.wake()
        guard !isDryRun, let stored = try await store.resource(key) else { return try .json(Applied([outcome])) }
        return .text(Array((try documents.document(stored) + "\n").utf8), type: "application/json")
    }

    func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let keys = [try Self.key(context)] + (try Self.companions(request))
        let isDryRun = try request.flag("dryRun")
        let outcomes = try await desk.delete(keys, isDryRun: isDryRun, by: context.author)
        if !isDryRun {
            // Their tokens are gone; what was opened with them ends now, not when somebody comes to look.
            for scope in try await tokens.forget(keys) { streams.disconnect(scope) }
            reconciler.wake()
        }
        return try .json(Applied(outcomes))
    }

    private struct DrainRequest: Codable { var drained: Bool }

    func drain(_ request: Request, _ context: APIContext) async throws -> Response {
        let key = try Self.key(context)
        guard key.kind == .workloadPlane else {
            throw APIError.notFound("only planes are drained: POST /api/v1alpha1/workloadplanes/NAME/drain")
        }
        let plane = PlaneName(key.name)
        let wanted = try await request.decode(
            DrainRequest.self, limit: APILimits.commandBytes, example: #"{"drained":true}"#)
        try await store.setDrained(wanted.drained, plane: plane, by: context.author, at: clock.timestamp())
        reconciler.wake()
        let answer: JSONValue = ["plane": .string(plane.rawValue), "drained": .bool(wanted.drained)]
        return try .json(answer)
    }

    // MARK: Parts of a request

    private static func kind(_ context: APIContext) throws -> ResourceKind {
        let plural = context.parameter("plural")
        guard let kind = ResourceKind.allCases.first(where: { $0.plural == plural }) else {
            let known = ResourceKind.allCases.map(\.plural).joined(separator: ", ")
            throw APIError.notFound("there is no such list; there are \(known), replicas, events and audit")
        }
        return kind
    }

    static func key(_ context: APIContext) throws -> ResourceKey {
        let kind = try kind(context)
        let name = context.parameter("name")
        guard ResourceNameRule.allows(name) else { throw APIError.badRequest("a name is \(ResourceNameRule.accepted)") }
        return ResourceKey(kind: kind, name: name)
    }

    /// The `with=plural/name` of a deletion.
    private static func companions(_ request: Request) throws -> [ResourceKey] {
        try request.uri.queryParameters.getAll("with").map { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let kind = ResourceKind(spelling: String(parts[0])),
                ResourceNameRule.allows(String(parts[1]))
            else { throw APIError.badRequest("with reads PLURAL/NAME, such as with=workloadplanes/toronto") }
            return ResourceKey(kind: kind, name: String(parts[1]))
        }
    }

    private static func document(_ request: Request) async throws -> String {
        let bytes = try await request.bytes(limit: APILimits.documentBytes)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw APIError.badRequest("the body is no UTF-8 text") }
        return text
    }
}
