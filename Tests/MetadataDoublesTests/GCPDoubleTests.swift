import FleetModel
import MetadataDoubles
import Testing

@Suite struct GCPDoubleTests {
    private let flavor = (name: "Metadata-Flavor", value: "Google")
    private let path = "/computeMetadata/v1/instance/preempted"

    @Test(
        "tells nothing without its header, behind a proxy, by another method, of unknown values, or for unknown parameters"
    )
    func refusals() {
        var visitor = Visitor(GCPDouble())
        #expect(visitor.ask("GET", path)?.status == 403)
        #expect(visitor.ask("GET", path, [("Metadata-Flavor", "google")])?.status == 403)
        #expect(visitor.ask("GET", path, [flavor, Visitor.forwarded])?.status == 403)
        #expect(visitor.ask("POST", path, [flavor])?.status == 405)
        #expect(visitor.ask("GET", "/computeMetadata/v1/instance/spot", [flavor])?.status == 404)
        for query in ["?wait=true", "?wait_for_change=yes", "?wait_for_change=true&timeout_sec=-1", "?a", "?alt=a&alt=b"] {
            #expect(visitor.ask("GET", path + query, [flavor])?.status == 400, "\(query)")
        }
        let reply = visitor.ask("GET", path, [flavor])
        #expect(reply?.body == "FALSE")
        #expect(reply?.headers["metadata-flavor"] == "Google")
    }

    @Test("a request hangs until the value changes from the version named, or its time is over")
    func hanging() {
        var visitor = Visitor(GCPDouble())
        let etag = visitor.ask("GET", path, [flavor])?.headers["etag"] ?? ""
        let request = DoubleRequest("GET", path + "?wait_for_change=true&timeout_sec=5&last_etag=\(etag)", headers: [flavor])
        #expect(visitor.answer(request) == .hold(.seconds(5), request))
        guard case .reply(let overdue) = visitor.answer(request, isOverdue: true) else {
            Issue.record("a request hangs on beyond its time")
            return
        }
        #expect(overdue.body == "FALSE")
        visitor.reclaim(in: .seconds(30))
        guard case .reply(let reply) = visitor.answer(request) else {
            Issue.record("a change answers nobody")
            return
        }
        #expect(reply.body == "TRUE")
        #expect(reply.headers["etag"] != etag)
        visitor.pass(.seconds(30))
        #expect(visitor.answer(request) == .hangUp)
    }

    @Test("a request that names no version waits for the next change")
    func anyChange() {
        var visitor = Visitor(GCPDouble())
        visitor.reclaim(in: .seconds(30))
        let request = DoubleRequest("GET", path + "?wait_for_change=true", headers: [flavor])
        guard case .hold(_, let held) = visitor.answer(request) else {
            Issue.record("what has changed already answers")
            return
        }
        visitor.machine.cancel()
        guard case .reply(let reply) = visitor.answer(held) else {
            Issue.record("a change answers nobody")
            return
        }
        #expect(reply.body == "FALSE")
    }
}
