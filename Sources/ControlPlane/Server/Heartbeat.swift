import ServiceLifecycle

/// Writes a comment on every open stream now and then.
struct Heartbeat: Service {
    let changes: ChangeHub
    let documents: DocumentHub
    let inquiries: InquiryDesk

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: APILimits.heartbeat)) != nil {
                changes.beat()
                documents.beat()
                inquiries.beat()
            }
        }
    }
}
