import FleetModel
import FleetTransport
import Hummingbird

extension ControlAPI {
    // MARK: Planes

    func assignmentStream(_ context: APIContext) throws -> Response {
        try stream(.plane(PlaneName(context.parameter("name"))))
    }

    func planeReport(_ request: Request, _ context: APIContext) async throws -> Response {
        let plane = PlaneName(context.parameter("name"))
        let report = try await request.decode(
            PlaneReport.self, limit: APILimits.reportBytes, example: "a plane's report, as tradewind plane sends it")
        guard report.plane == plane else { throw APIError.invalid("plane: the report is of another plane than the path") }
        guard ListenAddress(report.feedAddress) != nil else {
            throw APIError.invalid("feedAddress: an address reads host:port")
        }
        guard report.replicas.count <= APILimits.reportedReplicas else {
            throw APIError.invalid("replicas: at most \(APILimits.reportedReplicas) are taken")
        }
        guard report.replicas.allSatisfy({ $0.id.plane == plane && $0.stateAgeMilliseconds.magnitude < 1e15 }) else {
            throw APIError.invalid("replicas: every one must be of plane \(plane) and of a finite age")
        }
        try require(report.impossiblePart)
        guard try await isDeclared(.plane(plane)) else {
            throw StoreError.notFound(ResourceKey(kind: .workloadPlane, name: plane.rawValue))
        }
        _ = reconciler.receive(report)
        return Response(status: .noContent)
    }

    // MARK: Gateways

    func snapshotStream(_ context: APIContext) throws -> Response {
        try stream(.gateway(GatewayName(context.parameter("name"))))
    }

    func gatewayReport(_ request: Request, _ context: APIContext) async throws -> Response {
        let gateway = GatewayName(context.parameter("name"))
        let report = try await request.decode(
            GatewayReport.self, limit: APILimits.reportBytes, example: "a gateway's report, as tradewind gateway sends it")
        guard report.gateway == gateway else { throw APIError.invalid("gateway: the report is of another gateway than the path") }
        try require(report.impossiblePart)
        guard try await isDeclared(.gateway(gateway)) else {
            throw StoreError.notFound(ResourceKey(kind: .gateway, name: gateway.rawValue))
        }
        _ = reconciler.receive(report)
        guard let quota = report.quota else { return Response(status: .noContent) }
        return try .json(reconciler.grant(quota, to: gateway))
    }

    // MARK: Both

    /// - Parameter impossible: the part of a report whose numbers cannot be, so that nothing of it is taken.
    private func require(_ impossible: String?) throws {
        guard let impossible else { return }
        throw APIError.invalid("\(impossible): a count is a whole number from 0 to 2^53, an age finite")
    }

    private func stream(_ recipient: TokenScope) throws -> Response {
        do {
            return .stream(try streams.listen(as: recipient))
        } catch DocumentHub.Refusal.tooManyStreams {
            throw APIError(
                .tooManyRequests, "too_many_streams",
                "\(APILimits.streamsPerRecipient) streams of \(recipient) are open; is the same name running twice?")
        }
    }

    /// A token lives as long as its plane or gateway is declared, so a stranger is stopped before this; the check covers the moment
    /// between a deletion and the end of the connections that were open.
    private func isDeclared(_ recipient: TokenScope) async throws -> Bool {
        if reconciler.isDeclared(recipient) { return true }
        switch recipient {
        case .admin: return false
        case .plane(let name): return try await store.resource(ResourceKey(kind: .workloadPlane, name: name.rawValue)) != nil
        case .gateway(let name): return try await store.resource(ResourceKey(kind: .gateway, name: name.rawValue)) != nil
        }
    }
}
