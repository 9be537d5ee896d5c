import FleetModel
import FleetRouting
import FleetTransport
import Foundation
import Gateway
import NIOCore
import SeededCases
import Testing

@Suite("Metric conventions")
struct MetricConventionTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")

    /// A page on which every family has a sample.
    private static func page() -> String {
        var view = FleetView(gateway: ControlFixture.gateway)
        var snapshot = ControlFixture.snapshot(generation: 12, feed: nil)
        snapshot.workloads[0].resilience = WorkloadResilience(circuitBreakers: CircuitBreakers(maxRequests: 9))
        _ = view.accept(snapshot)
        _ = view.accept(ControlFixture.report(sequence: 1, replica: ListenAddress(host: "127.0.0.1", port: 9)), now: .origin)
        var facts = ControlFacts()
        facts.table = view.table
        facts.contact = .origin
        facts.planes = [.init(name: "near", isFeedLive: true, roundTrip: .milliseconds(20))]
        var counters = LoopCounters()
        for workload in [WorkloadIndex(0), nil] {
            counters.requestFinished(
                workload: workload, plane: workload == nil ? nil : PlaneIndex(0), status: 200, firstByte: .milliseconds(30),
                duration: .seconds(100))
            counters.generation.firstToken(workload, after: .milliseconds(7))
            counters.generation.waited(workload, .milliseconds(70))
            counters.generation.used(workload, input: 5, output: 6)
        }
        return MetricsPage.render(counters: counters, routers: [], facts: facts, now: Moment(nanoseconds: 1_500_000_000))
    }

    @Test("the page is in order by the format and by the naming rules of promtool")
    func format() {
        let text = PrometheusText(Self.page())
        #expect(text.problems == [])
        #expect(
            text.families.allSatisfy { !$0.samples.isEmpty && $0.name.hasPrefix("tradewind_gateway_") && $0.help.hasSuffix(".") })
    }

    @Test(
        "the reader of the page finds what is wrong",
        arguments: [
            "# HELP a_total A.\n# TYPE a_total counter\na_total 1", "# HELP a A.\n# TYPE a counter\na 1\n",
            "# HELP a_total A.\n# TYPE a_total counter\na_total -1\n", "# HELP a A.\n# TYPE a gauge\na 1\na 2\n",
            "# HELP a A.\n# TYPE a gauge\nb 1\n", "# HELP a A.\n# TYPE a gauge\na{x=\"1} 1\n",
            "# HELP a A.\n# TYPE a gauge\na{x=1} 1\n",
            "# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n", "# HELP a A.\n# TYPE a gauge\na one\n", "a 1\n",
            "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n",
            "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n",
            "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n",
        ])
    func strictness(_ text: String) {
        #expect(!PrometheusText(text).problems.isEmpty)
    }

    @Test("models, paths, methods, hosts and ids that clients make up add no series")
    func cardinality() async throws {
        let near = try await ScriptedUpstream { request in
            let statuses = [200, 201, 202, 299, 302, 400, 404, 418, 422, 450, 501]
            return [.send(ScriptedUpstream.response(statuses[request.number % statuses.count], "x"))]
        }
        try await TestFleet.with([.init(plane: "near", address: near.address)]) { fleet in
            func series() async throws -> Int {
                var facts = ControlFacts()
                facts.table = fleet.table
                let page = MetricsPage.render(
                    counters: try await fleet.counters(), routers: [], facts: facts, now: NIODeadline.now().moment)
                let text = PrometheusText(page)
                #expect(text.problems == [])
                return text.seriesCount
            }
            var random = SeededGenerator(seed: 7)
            func hostile(_ number: Int) -> String {
                let word = "w\(number)-\(random.next() % 1_000_000)"
                switch number % 5 {
                case 0: return TestFleet.post(word)
                case 1: return TestFleet.post(path: "/v1/\(word)/chat/completions")
                case 2: return "\(word.uppercased()) /fixed/\(word) HTTP/1.1\r\nHost: \(word)\r\n\r\n"
                case 3: return TestFleet.post(headers: "x-request-id: \(word)\r\nx-\(word): 1\r\n")
                default: return "GET /\(word) HTTP/1.1\r\nHost: \(word)\r\n\r\n"
                }
            }
            // Every workload and every class of statuses there is, once.
            for number in 0..<200 { _ = try await fleet.ask(hostile(number)) }
            let before = try await series()
            for number in 200..<600 { _ = try await fleet.ask(hostile(number)) }
            #expect(try await series() == before)
            // 2 workloads asked for and none, 1 plane and none, codes by StatusLabel.
            #expect(before < 3 * 2 * StatusLabel.allCases.count + 200)
        }
    }

    @Test("every metric is documented, and every documented metric exists")
    func documented() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/telemetry.md"), encoding: .utf8)
        let documented = page.split(separator: "\n").compactMap { line -> String? in
            guard line.hasPrefix("| `tradewind_gateway_") else { return nil }
            return line.dropFirst(3).prefix { $0 != "`" && $0 != "{" }.description
        }
        #expect(documented.sorted() == PrometheusText(Self.page()).families.map(\.name).sorted())
    }

    @Test("every metric and label the dashboard asks for exists")
    func dashboard() throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "examples/grafana/tradewind-gateway.json"))
        let dashboard = try JSONValue(bytes: Array(bytes))
        let families = PrometheusText(Self.page()).families
        let names = Set(families.flatMap { family in family.samples.map(\.name) })
        let labels = Set(families.flatMap { $0.samples.flatMap { $0.labels.map(\.name) } } + ["job", "instance"])
        let expressions = dashboard["panels"].elements.flatMap { $0["targets"].elements.compactMap { $0["expr"].text } }
        #expect(expressions.count >= 24 && expressions.allSatisfy { $0.contains("tradewind_gateway_") })
        var asked: Set<String> = []
        for expression in expressions {
            for match in expression.matches(of: /tradewind_gateway_[a-z0-9_]+/) {
                #expect(names.contains(String(match.output)), "\(match.output) in \(expression)")
                asked.insert(String(match.output))
            }
            for match in expression.matches(of: /by \(([a-z, ]+)\)/) {
                for label in match.output.1.split(separator: ", ") {
                    #expect(labels.contains(String(label)), "\(label) in \(expression)")
                }
            }
        }
        // A family nobody looks at is not worth its series.
        for family in families {
            #expect(asked.contains(family.name) || asked.contains(family.name + "_bucket"), "no panel shows \(family.name)")
        }
    }
}
