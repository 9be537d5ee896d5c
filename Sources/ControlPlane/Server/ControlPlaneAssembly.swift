package import FleetModel
package import FleetTransport
package import Hummingbird
package import Logging

/// The parts of a running control plane, put together over one state folder.
package struct ControlPlaneAssembly: Sendable {
    package let store: SQLiteStore
    package let notary: AuditNotary
    package let tokens: TokenOffice
    package let reconciler: Reconciler
    package let changes: ChangeHub
    package let streams: DocumentHub
    package let inquiries: InquiryDesk
    package let api: ControlAPI

    /// - Parameter prices: what is known of the places and machines a fleet names, for pools that declare no price.
    package init(
        folder: StateFolder, clock: any FleetClock, prices: @escaping @Sendable (Fleet) -> PriceBook, logger: Logger
    ) async throws {
        try PrivateFile.makeFolder(folder.root)
        notary = try AuditNotary(folder: folder)
        store = try SQLiteStore(path: folder.database, now: clock.timestamp(), signed: notary.signedHead)
        let documents = ResourceDocuments()
        tokens = try await TokenOffice(store: store, folder: folder, clock: clock)
        try await tokens.ensure(.admin)
        changes = ChangeHub(version: try await store.contents(of: .provider).resourceVersion, documents: documents)
        streams = DocumentHub()
        inquiries = InquiryDesk()
        reconciler = Reconciler(
            store: store, documents: documents, tokens: tokens, hub: streams, clock: clock, prices: prices, logger: logger)
        api = ControlAPI(
            store: store, notary: notary, documents: documents, changes: changes, streams: streams, inquiries: inquiries,
            reconciler: reconciler, tokens: tokens, clock: clock)
        store.observe { [changes] in changes.publish($0) }
    }

    package var router: Router<APIContext> { Routes.router(for: api) }
}
