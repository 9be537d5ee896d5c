import FleetModel
import FleetRouting
import Testing

@Suite("Address quarantine")
struct AddressQuarantineTests {
    private let address = "127.64.0.1:20000"

    @Test("an address passes to another workload only ten minutes after it was last listed")
    func passesAfterTenMinutes() {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/phi/1", address)])
        #expect(script.choice("phi").replica == "near/phi/1")
        script.advance(.seconds(1))
        #expect(script.report("near", [FleetFixture.replica("near/chat/2", address)]).map(\.reason) == [.quarantined])
        #expect(script.choice("chat").reason == "no-replica")
        script.advance(.seconds(598))
        #expect(script.report("near", [FleetFixture.replica("near/chat/2", address)]).map(\.reason) == [.quarantined])
        script.advance(.seconds(1))
        #expect(script.report("near", [FleetFixture.replica("near/chat/2", address)]).isEmpty)
        #expect(script.choice("chat").replica == "near/chat/2")
    }

    @Test("the same workload's next incarnation may take the address at once")
    func sameWorkload() {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/phi/1", address)])
        #expect(script.report("near", [FleetFixture.replica("near/phi/2", address)]).isEmpty)
        #expect(script.choice("phi").replica == "near/phi/2")
    }

    @Test("a plane that claims an address another plane lists gets nothing there, however long the other has been silent")
    func claimedByTwoPlanes() {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/phi/1", address)])
        script.advance(.seconds(3_600))
        #expect(script.report("middle", [FleetFixture.replica("middle/chat/1", address)]).map(\.reason) == [.quarantined])
        #expect(script.choice("chat").reason == "no-replica")
    }

    @Test("what a silent plane said is not acted on once a reuse could have happened")
    func staleKnowledge() {
        var script = GatewayScript()
        script.report("near", [FleetFixture.replica("near/phi/1", address)])
        script.advance(.seconds(540))
        #expect(script.choice("phi").replica == "near/phi/1")
        script.advance(.seconds(1))
        #expect(script.choice("phi").reason == "no-replica")
        script.report("near", [FleetFixture.replica("near/phi/1", address)])
        #expect(script.choice("phi").replica == "near/phi/1")
    }
}
