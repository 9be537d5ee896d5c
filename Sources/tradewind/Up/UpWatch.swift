import CommandLineInterface
import FleetModel

/// Follows the declared planes and gateways of a running control plane.
enum UpWatch {
    /// One value for every time something may have changed, several changes in one where they come fast. Never ends by itself:
    /// a watch that breaks (the control plane restarts) is opened again, and counts as a change.
    static func changes(_ connection: ClientConnection) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let tasks = [ResourceKind.workloadPlane, .gateway].map { kind in
                Task {
                    while !Task.isCancelled {
                        do {
                            for try await _ in connection.events(of: .watch(.resources(kind), after: nil)) {
                                continuation.yield()
                            }
                        } catch {
                            // Whatever broke it, opening it again is the answer.
                        }
                        try? await Task.sleep(for: .seconds(1))
                        continuation.yield()
                    }
                }
            }
            continuation.onTermination = { _ in for task in tasks { task.cancel() } }
        }
    }
}
