import FleetModel
import FleetRouting
import Gateway
import Testing

@Suite("Metrics page")
struct MetricsPageTests {
    private func page() -> String {
        var view = FleetView(gateway: ControlFixture.gateway)
        var snapshot = ControlFixture.snapshot(generation: 12, feed: nil)
        snapshot.workloads[0].resilience = WorkloadResilience(circuitBreakers: CircuitBreakers(maxRequests: 9))
        _ = view.accept(snapshot)
        _ = view.table?.directory.workloads[0].account.begin(at: PlaneIndex(0), isRetry: true, budget: nil)
        _ = view.accept(
            ControlFixture.report(sequence: 1, replica: ListenAddress(host: "127.0.0.1", port: 9)), now: .origin)
        var facts = ControlFacts()
        facts.table = view.table
        facts.contact = .origin
        facts.planes = [.init(name: "near", isFeedLive: true, roundTrip: .milliseconds(20))]
        facts.readiness.update(view.table)
        var counters = LoopCounters()
        counters.requestFinished(
            workload: WorkloadIndex(0), plane: PlaneIndex(0), status: 200, firstByte: .milliseconds(30),
            duration: .milliseconds(300))
        counters.requestFinished(workload: nil, plane: nil, status: 404, firstByte: nil, duration: .zero)
        counters.upstreamFailed(.connect)
        counters.routed(.failover)
        counters.refused(.fenced)
        return MetricsPage.render(
            counters: counters, routers: [], facts: facts, now: Moment.origin.advanced(by: .milliseconds(1_500)))
    }

    @Test(
        "shows what happened by names users know",
        arguments: [
            #"tradewind_gateway_requests_total{workload="chat",plane="near",code="200"} 1"#,
            #"tradewind_gateway_requests_total{workload="",plane="",code="404"} 1"#,
            #"tradewind_gateway_time_to_first_byte_seconds_bucket{workload="chat",le="0.025"} 0"#,
            #"tradewind_gateway_time_to_first_byte_seconds_bucket{workload="chat",le="0.05"} 1"#,
            #"tradewind_gateway_request_duration_seconds_sum{workload="chat"} 0.3"#,
            #"tradewind_gateway_request_duration_seconds_bucket{workload="chat",le="+Inf"} 1"#,
            #"tradewind_gateway_upstream_failures_total{kind="connect"} 1"#,
            #"tradewind_gateway_decisions_total{reason="failover"} 1"#,
            #"tradewind_gateway_refusals_total{reason="fenced"} 1"#,
            #"tradewind_gateway_ready 1"#, #"tradewind_gateway_snapshot_version{epoch="1"} 12"#,
            #"tradewind_gateway_snapshot_age_seconds 1.5"#, #"tradewind_gateway_feed_live{plane="near"} 1"#,
            #"tradewind_gateway_plane_round_trip_seconds{plane="near"} 0.02"#,
            #"tradewind_gateway_replicas{workload="chat",plane="near"} 1"#,
            #"tradewind_gateway_circuit_breaker_active{workload="chat",kind="pending"} 0"#,
            #"tradewind_gateway_circuit_breaker_active{workload="chat",plane="near",kind="requests"} 1"#,
            #"tradewind_gateway_circuit_breaker_active{workload="chat",plane="near",kind="retries"} 1"#,
            #"tradewind_gateway_hedges_total 0"#, #"tradewind_gateway_fallbacks_total 0"#,
        ])
    func samples(line: String) {
        #expect(page().split(separator: "\n").contains { $0 == line })
    }

    @Test("each family is described once, before its samples, and every line is well formed")
    func form() {
        var described: Set<Substring> = []
        for line in page().split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ")
            if line.hasPrefix("# TYPE ") {
                #expect(described.insert(words[2]).inserted)
            } else if !line.hasPrefix("#") {
                #expect(words.count == 2)
                #expect(Double(words[1]) != nil)
                let name = words[0].prefix { $0 != "{" }
                #expect(described.contains { name.hasPrefix($0) })
            }
        }
    }
}
