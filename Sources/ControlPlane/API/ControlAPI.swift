import FleetControl
import FleetModel
import FleetTransport
import Hummingbird

/// What the routes answer with. One file per group of routes extends it.
package struct ControlAPI: Sendable {
    let store: any FleetStore
    let notary: AuditNotary
    let documents: ResourceDocuments
    let desk: DeclarationDesk
    let changes: ChangeHub
    let streams: DocumentHub
    let inquiries: InquiryDesk
    let reconciler: Reconciler
    let clock: any FleetClock
    package let tokens: TokenOffice
    package let metrics: ControlMetrics

    package init(
        store: any FleetStore, notary: AuditNotary, documents: ResourceDocuments, changes: ChangeHub, streams: DocumentHub,
        inquiries: InquiryDesk, reconciler: Reconciler, tokens: TokenOffice, clock: any FleetClock
    ) {
        self.store = store
        self.notary = notary
        self.documents = documents
        desk = DeclarationDesk(store: store, documents: documents, clock: clock)
        self.changes = changes
        self.streams = streams
        self.inquiries = inquiries
        self.reconciler = reconciler
        self.clock = clock
        self.tokens = tokens
        metrics = ControlMetrics()
    }

    // MARK: For whoever operates the control plane

    func health() -> Response { .text(Array("ok\n".utf8)) }

    /// Ready once a first pass told every plane and gateway what holds.
    func readiness() -> Response {
        reconciler.isReady
            ? .text(Array("ready\n".utf8))
            : .text(Array("not ready: the first reconciliation is under way\n".utf8), status: .serviceUnavailable)
    }

    func description() -> Response { .text(PackageResources.openapi_yaml, type: "application/yaml") }

    func metricsPage() -> Response {
        let observation = reconciler.observation
        let passes = reconciler.passes
        var committed = MetricFamily(
            .counter, "tradewind_control_store_changes_total", "Resource changes committed since the start.")
        committed.add(changes.changeCount)
        var watchers = MetricFamily(.gauge, "tradewind_control_watchers", "Open streams, by what they carry.")
        watchers.add(changes.watcherCount, ["stream": "changes"])
        watchers.add(streams.streamCount, ["stream": "documents"])
        var connected = MetricFamily(.gauge, "tradewind_control_connected", "Planes and gateways that report.")
        connected.add(observation.connectedPlanes, ["kind": "plane"])
        connected.add(observation.connectedGateways, ["kind": "gateway"])
        var generations = MetricFamily(
            .gauge, "tradewind_control_document_generation", "Generation of the newest document of each recipient.")
        for (recipient, version) in reconciler.versions where TokenScope(recipient) != nil {
            generations.add(version.generation, ["recipient": recipient])
        }
        var reconciliations = MetricFamily(
            .counter, "tradewind_control_reconciliations_total", "Reconciliation passes since the start.")
        reconciliations.add(passes.done, ["outcome": "done"])
        reconciliations.add(passes.failed, ["outcome": "failed"])
        let decisions = reconciler.decisionMetrics?.families ?? []
        let page = metrics.text([committed, watchers, connected, generations, reconciliations] + decisions)
        return .text(Array(page.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    // MARK: Trust

    private struct TokenRequest: Codable { var scope: String }

    func mintToken(_ request: Request, _ context: APIContext) async throws -> Response {
        let wanted = try await request.decode(
            TokenRequest.self, limit: APILimits.commandBytes, example: #"{"scope":"plane/toronto"}"#)
        guard let scope = TokenScope(wanted.scope) else {
            throw APIError.invalid("scope: a scope is \(TokenScope.accepted)")
        }
        if let key = scope.subject, try await store.resource(key) == nil {
            throw APIError.notFound("there is no \(key); declare it first, then mint its token")
        }
        let token = try await tokens.mint(scope, by: context.author)
        // Streams opened with the token this one replaces end, so that the old token stops working at once.
        streams.disconnect(scope)
        if case .gateway(let name) = scope { inquiries.disconnect(name) }
        reconciler.wake()
        return try .json(["token": token, "scope": scope.description], status: .created)
    }
}
