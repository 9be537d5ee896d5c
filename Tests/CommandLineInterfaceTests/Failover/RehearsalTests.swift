import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

@Suite("Failover rehearsal")
struct RehearsalTests {
    private let promise = RecoveryObjective(rto: .seconds(5), rpo: .zero)

    private func request(_ begun: Double, _ seconds: Double, _ outcome: RehearsedRequest.Outcome) -> RehearsedRequest {
        RehearsedRequest(workload: "chat", begun: begun, ended: begun + seconds, outcome: outcome)
    }

    private var usual: [RehearsedRequest] {
        (1...10).map { request(-Double($0), 0.2, .answered(plane: $0 <= 8 ? "toronto" : "frankfurt")) }
    }

    private func measure(_ requests: [RehearsedRequest]) -> RehearsalMeasure {
        RehearsalMeasure(requests, of: "chat", losing: ["toronto"])
    }

    @Test("the recovery time ends with the last request that failed or was slow, and everything after it succeeded")
    func recovery() {
        let after: [RehearsedRequest] = [
            request(-0.1, 0.2, .answered(plane: "toronto")), request(0.5, 2.0, .answered(plane: "frankfurt")),
            request(1.0, 2.25, .unanswered), request(1.5, 0.1, .refused(status: 503)),
            request(3.5, 0.9, .answered(plane: "frankfurt")), request(4.0, 0.3, .answered(plane: "frankfurt")),
        ]
        let measure = measure(usual + after)
        #expect(measure.requests == 16 && measure.failed == 2 && measure.slow == 1)
        #expect(measure.servedThere == 0.8)
        #expect(measure.recovery == 3.25 && measure.since == 2)
        #expect(measure.keeps(promise))
        #expect(!measure.keeps(RecoveryObjective(rto: .seconds(3), rpo: .zero)))
    }

    @Test(
        "after five quiet seconds the fleet has recovered: one slow request later is told of, one that fails breaks the promise")
    func later() {
        let recovered =
            usual + [
                request(0.5, 2, .unanswered), request(7.4, 1.5, .answered(plane: "x")), request(9, 0.1, .answered(plane: "x")),
            ]
        // From 2.5 to 7.4 are less than five seconds, so that the second belongs to the loss; the next comes after six.
        #expect(measure(recovered).recovery == 8.9 && measure(recovered).later == 0)
        let slow = measure(recovered + [request(14.9, 1.5, .answered(plane: "x"))])
        #expect(slow.recovery == 8.9 && slow.later == 1 && slow.slow == 2)
        #expect(slow.keeps(RecoveryObjective(rto: .seconds(9), rpo: .zero)))
        let failed = measure(recovered + [request(14.9, 0.1, .refused(status: 503))])
        #expect(failed.recovery == 8.9 && failed.later == 1 && !failed.keeps(RecoveryObjective(rto: .seconds(9), rpo: .zero)))
        // What hangs from within the outage belongs to it, whenever it ends; so does the first trouble, however late.
        #expect(measure(usual + [request(1, 30, .unanswered), request(32, 0.1, .answered(plane: "x"))]).recovery == 31)
        #expect(measure(usual + [request(6, 0.5, .unanswered), request(7, 0.1, .answered(plane: "x"))]).recovery == 6.5)
    }

    @Test("slow is more than four times the median before the loss, and more than a second")
    func slow() {
        #expect(measure(usual + [request(1, 1.0, .answered(plane: "x")), request(3, 0.1, .answered(plane: "x"))]).slow == 0)
        #expect(measure(usual + [request(1, 1.1, .answered(plane: "x")), request(3, 0.1, .answered(plane: "x"))]).slow == 1)
        let heavy = (1...10).map { request(-Double($0) * 3, 2, .answered(plane: "toronto")) }
        #expect(measure(heavy + [request(1, 7.9, .answered(plane: "x"))]).slow == 0)
        #expect(measure(heavy + [request(1, 8.1, .answered(plane: "x"))]).slow == 1)
    }

    @Test("a success that was begun and never completed is acknowledged work that is lost")
    func lostWork() {
        let measure = measure(
            usual + [request(-0.5, 1, .broken), request(-2, 3, .broken), request(3, 0.1, .answered(plane: "x"))])
        #expect(measure.broken == 2 && measure.lostWork == 2 && measure.failed == 2)
        #expect(!measure.keeps(promise))
        #expect(measure.keeps(RecoveryObjective(rto: .seconds(5), rpo: .seconds(2))))
        #expect(!measure.keeps(RecoveryObjective(rto: .seconds(5), rpo: .seconds(1))))
    }

    @Test("a rehearsal in which nothing succeeds afterwards keeps no promise")
    func neverAgain() {
        #expect(!measure(usual + [request(1, 0.1, .unanswered)]).keeps(promise))
    }

    // MARK: Scenes

    private func plane(_ name: String, _ provider: ProviderName, _ region: String, latitude: Double) -> WorkloadPlane {
        WorkloadPlane(
            metadata: Metadata(name: name), provider: provider, region: region,
            location: Location(coordinates: Coordinates(latitude: latitude, longitude: 0), country: "DE"), driver: .local,
            pools: [])
    }

    private func workload(_ name: String, _ workloadClass: Workload.Class = .realtime, models: [String]? = nil) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: models ?? [name], workloadClass: workloadClass,
            replica: ReplicaRequirement(profile: []))
    }

    private var fleet: Fleet {
        let gateways = [("north", 60.0), ("south", 0)].map { name, latitude in
            Gateway(
                metadata: Metadata(name: name),
                location: Location(coordinates: Coordinates(latitude: latitude, longitude: 0), country: "DE"))
        }
        return Fleet(
            [
                .workloadPlane(plane("a", "aws", "r1", latitude: 58)), .workloadPlane(plane("b", "aws", "r1", latitude: 57)),
                .workloadPlane(plane("c", "gcp", "r1", latitude: 2)), .workload(workload("chat")),
                .workload(workload("night", .batch)), .workload(workload("site", models: [])),
            ] + gateways.map(Resource.gateway))
    }

    private let placed: [WorkloadName: Set<PlaneName>] = ["chat": ["a", "c"], "night": ["c"], "site": ["a", "b"]]

    private func scenes(
        _ target: RehearsalScene.Target, through gateway: GatewayName? = nil,
        _ classes: Set<Workload.Class> = [.realtime, .batch]
    ) throws(CommandFailure) -> [RehearsalScene] {
        try RehearsalScene.scenes(
            target, fleet, placed: placed, gateways: ["north", "south"], through: gateway, classes: classes)
    }

    @Test("each plane with replicas of a model is lost in turn, seen from the nearest gateway")
    func everyPlane() throws {
        #expect(
            try scenes(.everyPlane) == [
                RehearsalScene(what: "plane a", planes: ["a"], gateway: "north", workloads: ["chat"]),
                RehearsalScene(what: "plane c", planes: ["c"], gateway: "south", workloads: ["chat", "night"]),
            ])
        #expect(
            try scenes(.plane("c"), through: "north", [.batch]) == [
                RehearsalScene(what: "plane c", planes: ["c"], gateway: "north", workloads: ["night"])
            ])
    }

    @Test("regions and providers are lost with all their planes; a name that two providers use must say whose it is")
    func domains() throws {
        #expect(try scenes(.region("aws/r1")).first?.planes == ["a", "b"])
        #expect(try scenes(.provider("aws")).first?.what == "provider aws")
        #expect { try scenes(.region("r1")) } throws: { "\($0)".contains("2 providers have a region r1") }
        #expect { try scenes(.plane("b")) } throws: { "\($0)".contains("nothing to rehearse") }
        #expect { try scenes(.plane("d")) } throws: { ($0 as? CommandFailure)?.exit == .notFound }
        #expect { try scenes(.everyPlane, through: "west") } throws: { ($0 as? CommandFailure)?.exit == .notFound }
    }

    // MARK: The report

    @Test("the report tells each workload's figures beside its promise, as a table, Markdown and JSON")
    func report() {
        let row = RehearsalReport.Row(
            workload: "chat", workloadClass: .realtime, promise: promise,
            measure: measure(usual + [request(1, 0.1, .unanswered), request(2, 0.1, .answered(plane: "x"))]))
        let report = RehearsalReport(losses: [
            .init(
                what: "plane toronto", planes: ["toronto"], how: "frozen", gateway: "north", rows: [row],
                events: [(8.25, "WorkloadPlane/toronto", "PlaneFailed", "4 of 4 observers lost it")])
        ])
        #expect(report.isKept)
        #expect(
            report.page.text == """
                Failover rehearsal: every promise was kept

                Measured:
                  LOST            WORKLOAD   CLASS      REQUESTS   SERVED THERE   FAILED   SLOW   LATER   RTO      PROMISED   LOST WORK   RPO   PROMISE
                  plane toronto   chat       realtime   12         80%            1        0      0       1.10 s   5s         0           0s    kept

                plane toronto, frozen, through gateway north:
                  8.25 s  PlaneFailed  WorkloadPlane/toronto: 4 of 4 observers lost it

                """)
        let first = report.document["losses"].elements.first?["workloads"].elements.first
        #expect(first?["rtoSeconds"].double == 1.1 && first?["promisedRTOSeconds"].double == 5 && first?["kept"].flag == true)
        #expect(report.page.markdown.contains("| plane toronto | chat | realtime | 12 |"))
    }
}
