import FleetControl
import FleetModel
import Testing

@Suite struct NodeHoursTests {
    private func nodes(_ states: [NodeReport.State]) -> [NodeReport] {
        states.enumerated().map { NodeReport(pool: "spot", index: $0.offset, state: $0.element) }
    }

    @Test("every state costs its own price for its time")
    func cost() {
        var hours = NodeHours()
        hours.add(nodes([.ready, .launching, .stopped]), of: "paris", for: .seconds(3_600))
        hours.add(nodes([.ready, .ready, .reclaiming]), of: "paris", for: .seconds(1_800))
        let pool = NodeFixture.pool(warm: WarmPool(nodes: 1, state: .stopped, usdPerNodeHour: 0.5))
        // 8 USD/h: 1 h + 2 · ½ h ready, 1 h launching, ½ h reclaiming; 0.5 USD/h: 1 h stopped.
        #expect(hours.usd(of: "paris", pool) == 8 * 3.5 + 0.5)
        #expect(hours.usd(of: "rome", pool) == 0)
    }

    @Test("an idle node costs as a running one where nothing else is declared, a stopped one is not known")
    func unknown() {
        #expect(NodeFixture.pool(warm: WarmPool(nodes: 1, state: .idle)).usdPerHour(of: .idle) == 8)
        var hours = NodeHours()
        hours.add(nodes([.stopped]), of: "paris", for: .seconds(60))
        #expect(hours.usd(of: "paris", NodeFixture.pool()) == nil)
    }

    @Test("owned nodes cost nothing more")
    func owned() {
        var pool = NodeFixture.pool()
        pool.owned = true
        #expect(pool.usdPerHour(of: .ready) == 0)
    }
}
