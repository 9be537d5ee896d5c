import FleetTransport
import Foundation

/// A state folder that goes away with its test.
final class ScratchFolder: Sendable {
    let state: StateFolder

    init() {
        state = StateFolder(root: NSTemporaryDirectory() + "tradewind-test-\(UUID().uuidString)")
    }

    deinit { try? FileManager.default.removeItem(atPath: state.root) }
}
