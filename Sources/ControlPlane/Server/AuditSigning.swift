package import Logging
import ServiceLifecycle

/// Signs the audit head every few seconds while it moves, and once more at the end.
package struct AuditSigning: Service {
    private let store: any FleetStore
    private let notary: AuditNotary
    private let logger: Logger

    package init(store: any FleetStore, notary: AuditNotary, logger: Logger) {
        self.store = store
        self.notary = notary
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await sign()
                guard (try? await Task.sleep(for: AuditNotary.period)) != nil else { break }
            }
        }
        await sign()
    }

    /// Signs the head as it stands, unless the log no longer holds the row signed last: then somebody changed it, and a new
    /// signature would cover that up.
    package func sign() async {
        do {
            let head = try await store.auditHead()
            if let signed = notary.signedHead {
                guard head.sequence > signed.head.sequence else { return }
                guard try await store.auditHash(at: signed.head.sequence) == signed.head.hash, notary.isGenuine(signed) else {
                    logger.critical("the audit log does not hold the row signed last; run: tradewind audit verify")
                    return
                }
            }
            guard head.sequence > 0 else { return }
            try notary.sign(head)
        } catch {
            logger.error("the audit head cannot be signed", metadata: ["error": "\(error)"])
        }
    }
}
