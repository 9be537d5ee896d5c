import FleetModel
import MetadataDoubles
import Testing

@Suite struct AzureDoubleTests {
    private let metadata = (name: "Metadata", value: "true")
    private let events = "/metadata/scheduledevents?api-version=2020-07-01"
    private let name = "/metadata/instance/compute/name?api-version=2021-02-01&format=text"

    private var visitor: Visitor {
        Visitor(AzureDouble(node: DoubleNode(service: .azure, plane: "azure-paris", pool: "spot", index: 2)))
    }

    @Test("refuses what lacks its header or version, comes through a proxy, or names a parameter twice: 400 each")
    func refusals() {
        for (method, target, headers, status) in [
            ("GET", events, [], 400), ("GET", events, [("Metadata", "1")], 400),
            ("GET", events, [metadata, Visitor.forwarded], 400),
            ("GET", "/metadata/scheduledevents", [metadata], 400),
            ("GET", "/metadata/scheduledevents?api-version=latest", [metadata], 400),
            ("GET", events + "&api-version=2020-07-01", [metadata], 400), ("PUT", events, [metadata], 405),
            ("GET", "/metadata/instance/compute/name?api-version=2021-02-01", [metadata], 400),
            ("GET", "/metadata/other?api-version=2020-07-01", [metadata], 404), ("GET", events, [metadata], 200),
            ("GET", events, [("metadata", "True")], 200),
        ] as [(String, String, [(name: String, value: String)], Int)] {
            var visitor = visitor
            #expect(visitor.ask(method, target, headers)?.status == status, "\(method) \(target)")
        }
    }

    @Test("takes five requests a second")
    func rate() {
        var visitor = visitor
        for _ in 0..<5 { #expect(visitor.ask("GET", events, [metadata])?.status == 200) }
        #expect(visitor.ask("GET", events, [metadata])?.status == 429)
        visitor.pass(.seconds(1))
        #expect(visitor.ask("GET", events, [metadata])?.status == 200)
    }

    @Test("lists an eviction under the machine's name, and after its approval as begun")
    func eviction() {
        var visitor = visitor
        #expect(visitor.ask("GET", name, [metadata])?.body == "azure-paris_spot_2")
        #expect(visitor.ask("GET", events, [metadata])?.body == #"{"DocumentIncarnation":1,"Events":[]}"#)
        visitor.reclaim(in: .seconds(30))
        let id = "7C1BA500-0000-4000-8000-000000000001"
        #expect(
            visitor.ask("GET", events, [metadata])?.body
                == #"{"DocumentIncarnation":2,"Events":[{"EventId":"\#(id)","EventStatus":"Scheduled","EventType":"Preempt","#
                + #""ResourceType":"VirtualMachine","Resources":["azure-paris_spot_2"],"#
                + #""NotBefore":"Tue, 27 Oct 2020 08:22:30 GMT","Description":"","EventSource":"Platform","#
                + #""DurationInSeconds":-1}]}"#
        )
        visitor.pass(.seconds(1))
        for body in ["", "{}", #"{"StartRequests":[]}"#, #"{"StartRequests":[{"EventId":"x"}]}"#] {
            #expect(visitor.ask("POST", events, [metadata], body: body)?.status == 400, "\(body)")
        }
        visitor.pass(.seconds(1))
        let approval = #"{"StartRequests":[{"EventId":"\#(id)"}]}"#
        #expect(visitor.ask("POST", events, body: approval)?.status == 400)
        for _ in 0..<2 { #expect(visitor.ask("POST", events, [metadata], body: approval)?.status == 200) }
        let list = visitor.ask("GET", events, [metadata])?.body ?? ""
        #expect(list.contains(#""EventStatus":"Started""#) && list.contains(#""NotBefore":"""#))
        visitor.pass(.seconds(1))
        #expect(visitor.answer(DoubleRequest("GET", events, headers: [metadata])) == .hangUp)
    }
}
