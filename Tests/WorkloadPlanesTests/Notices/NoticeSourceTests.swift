import FleetModel
import Testing
import WorkloadPlanes

@Suite struct NoticeSourceTests {
    private func pool(_ name: PoolName, _ tier: CapacityPool.Tier, nodes: Int) -> CapacityPool {
        CapacityPool(name: name, accelerator: "H100-80GB", acceleratorsPerNode: 1, tier: tier, maxNodes: nodes)
    }

    @Test("by default each cloud's own link-local service is asked, for the one node that the machine is")
    func standard() throws {
        for (service, base) in [
            (NoticeService.ec2, "http://169.254.169.254"), (.gcp, "http://metadata.google.internal"),
            (.azure, "http://169.254.169.254"),
        ] {
            let node = try #require(WatchedNode("spot/3"))
            let source = try NoticeSource(service: service, node: node)
            #expect(source.url(of: node)?.base == base)
            #expect(source.nodes(of: [pool("other", .spot, nodes: 2)]) == [node])
        }
    }

    @Test("with {pool} and {node} every spot node has its own address, and no other node is followed")
    func everyNode() throws {
        let source = try NoticeSource(service: .ec2, url: "http://127.0.0.1:7070/ec2/lab/{pool}/{node}")
        let nodes = source.nodes(of: [
            pool("spot-b", .spot, nodes: 2), pool("owned", .reserved, nodes: 4), pool("spot-a", .spot, nodes: 1),
            pool("paid", .onDemand, nodes: 1),
        ])
        #expect(nodes.map(\.description) == ["spot-a/0", "spot-b/0", "spot-b/1"])
        #expect(nodes.map { source.url(of: $0)?.base } == nodes.map { "http://127.0.0.1:7070/ec2/lab/\($0)" })
        #expect(source.nodes(of: [pool("huge", .spot, nodes: 100_000)]).count == NoticeSource.nodeLimit)
    }

    @Test("an address must be plain HTTP, and say of which node it speaks")
    func mistakes() {
        let node = WatchedNode(pool: "spot", index: 0)
        for url in [
            "https://169.254.169.254", "169.254.169.254", "http://", "http://a@169.254.169.254", "http://h/?x=1", "file:///x",
        ] {
            #expect(throws: NoticeSource.Mistake.self) { try NoticeSource(service: .ec2, url: url, node: node) }
        }
        #expect(throws: NoticeSource.Mistake.self) { try NoticeSource(service: .ec2) }
        #expect(throws: NoticeSource.Mistake.self) { try NoticeSource(service: .ec2, url: "http://127.0.0.1:1") }
        #expect(throws: NoticeSource.Mistake.self) {
            try NoticeSource(service: .ec2, url: "http://127.0.0.1:1/{pool}/{node}", node: node)
        }
        for text in ["", "spot", "spot/", "/0", "spot/-1", "spot/1/2", "Spot/0", "spot/1234567", "spot/٣"] {
            #expect(WatchedNode(text) == nil, "\(text)")
        }
    }
}
