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
        let gauges = [
            ControlMetrics.Gauge(
                name: "tradewind_control_store_changes_total", help: "Resource changes committed since the start.",
                isCounter: true, samples: [("", changes.changeCount)]),
            ControlMetrics.Gauge(
                name: "tradewind_control_watchers", help: "Open streams, by what they carry.",
                samples: [
                    ("stream=\"changes\"", UInt64(changes.watcherCount)), ("stream=\"documents\"", UInt64(streams.streamCount)),
                ]),
            ControlMetrics.Gauge(
                name: "tradewind_control_connected", help: "Planes and gateways that report.",
                samples: [
                    ("kind=\"plane\"", UInt64(observation.connectedPlanes)),
                    ("kind=\"gateway\"", UInt64(observation.connectedGateways)),
                ]),
            ControlMetrics.Gauge(
                name: "tradewind_control_document_generation", help: "Generation of the newest document of each recipient.",
                samples: reconciler.versions.filter { TokenScope($0.recipient) != nil }.map {
                    ("recipient=\"\($0.recipient)\"", $0.version.generation)
                }),
            ControlMetrics.Gauge(
                name: "tradewind_control_reconciliations_total", help: "Reconciliation passes since the start.", isCounter: true,
                samples: [("outcome=\"done\"", passes.done), ("outcome=\"failed\"", passes.failed)]),
        ]
        return .text(Array(metrics.text(gauges: gauges).utf8), type: "text/plain; version=0.0.4; charset=utf-8")
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
