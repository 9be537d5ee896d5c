import FleetModel
import FleetRouting
import Gateway
import Testing

extension TestFleet {
    /// Waits until no request is under way and no client connected, and checks that nothing is counted that is over.
    func expectNothingUnderWay(_ comment: Comment? = nil) async throws {
        // The loop notices in its own time that connections ended; the suite's time limit ends what never comes.
        while true {
            let counters = try await counters()
            if counters.requestsInFlight == 0, counters.openClientConnections == 0 { break }
            await Task.yield()
        }
        #expect(try await statistics().inFlight == 0, comment)
        for workload in ["chat", "phi"] as [WorkloadName] {
            let account = try #require(self.account(workload))
            #expect([account.active.value, account.retries.value, account.pending.value] == [0, 0, 0], comment)
            #expect(account.planes.allSatisfy { $0.requests.value == 0 && $0.retries.value == 0 }, comment)
        }
        let counters = try await counters()
        #expect(counters.openUpstreamConnections == counters.idleUpstreamConnections, comment)
    }
}
