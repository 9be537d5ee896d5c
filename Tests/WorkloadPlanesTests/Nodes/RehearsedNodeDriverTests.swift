import FleetControl
import FleetModel
import Foundation
import Testing
import WorkloadPlanes

@Suite struct RehearsedNodeDriverTests {
    private let pool = CapacityPool(
        name: "spot", accelerator: "H100-80GB", acceleratorsPerNode: 1, tier: .spot, maxNodes: 4,
        provisioning: NodeProvisioning(launchTime: .milliseconds(1), resumeTime: .milliseconds(1)))

    private func order(_ index: Int, isResume: Bool = false) -> NodeOrder {
        NodeOrder(pool: pool, index: index, isResume: isResume)
    }

    @Test("a node comes up, stops, is resumed and given back", .timeLimit(.minutes(1)))
    func life() async {
        let (events, heard) = AsyncStream.makeStream(of: PlaneEvent.self)
        let driver = RehearsedNodeDriver(capacityFile: "/nowhere/at-all.json") { heard.yield($0) }
        var iterator = events.makeAsyncIterator()
        driver.launch(order(2))
        #expect(await iterator.next() == .nodeLaunched(pool: "spot", node: 2))
        driver.stop(pool: "spot", node: 2)
        #expect(await iterator.next() == .nodeStopped(pool: "spot", node: 2))
        driver.launch(order(2, isResume: true))
        #expect(await iterator.next() == .nodeLaunched(pool: "spot", node: 2))
        driver.release(pool: "spot", node: 2)
        #expect(await iterator.next() == .nodeReleased(pool: "spot", node: 2))
    }

    @Test("no more nodes come up than the capacity file says, whenever it says so", .timeLimit(.minutes(1)))
    func capacity() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "node-capacity-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        func limit(_ text: String) throws {
            try Data(text.utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        }
        try limit(#"{"spot": 1, "other": 0}"#)
        let (events, heard) = AsyncStream.makeStream(of: PlaneEvent.self)
        let driver = RehearsedNodeDriver(capacityFile: file.path) { heard.yield($0) }
        var iterator = events.makeAsyncIterator()
        driver.launch(order(0))
        #expect(await iterator.next() == .nodeLaunched(pool: "spot", node: 0))
        driver.launch(order(1))
        #expect(
            await iterator.next()
                == .nodeRefused(pool: "spot", node: 1, reason: "no capacity: 1 nodes are to be had at present"))
        try limit(#"{"spot": 2}"#)
        driver.launch(order(1))
        #expect(await iterator.next() == .nodeLaunched(pool: "spot", node: 1))
        driver.release(pool: "spot", node: 1)
        #expect(await iterator.next() == .nodeReleased(pool: "spot", node: 1))
    }
}
