import FleetControl
import FleetModel
import Testing
import WorkloadPlanes

@Suite struct GCPDialogueTests {
    @Test("reads the state, then waits for it to change from that version on, and looks for maintenance each time")
    func requests() {
        var script = Script(GCPDialogue())
        var paths: [String] = []
        for _ in 0..<4 {
            _ = script.ask()
            paths.append(script.asked?.path ?? "")
            #expect(script.asked?.headers == [.init(name: "Metadata-Flavor", value: "Google")])
            _ = script.hear(200, paths.count % 2 == 1 ? "FALSE" : "NONE", etag: "5fa09de8cb14ec4", flavor: "Google")
        }
        let root = "/computeMetadata/v1/instance/"
        #expect(
            paths == [
                root + "preempted", root + "maintenance-event",
                root + "preempted?wait_for_change=true&timeout_sec=5&last_etag=5fa09de8cb14ec4", root + "maintenance-event",
            ])
    }

    @Test("a preemption is told once with its 30 seconds, and withdrawn when it is no more")
    func preemption() {
        var script = Script(GCPDialogue())
        #expect(script.gcp() == [])
        #expect(
            script.gcp(preempted: "TRUE")
                == [.noticed(.termination, within: .seconds(30), cause: "GCP preempts the instance")])
        for _ in 0..<5 { #expect(script.gcp(preempted: "TRUE") == []) }
        #expect(script.gcp() == [.withdrawn(.termination)])
    }

    @Test("maintenance that ends the machine counts, one that moves it does not")
    func maintenance() {
        var script = Script(GCPDialogue())
        #expect(script.gcp(maintenance: "MIGRATE_ON_HOST_MAINTENANCE") == [])
        #expect(
            script.gcp(maintenance: "TERMINATE_ON_HOST_MAINTENANCE")
                == [.noticed(.termination, within: .seconds(60), cause: "GCP ends the instance for host maintenance")])
        #expect(
            script.gcp(preempted: "TRUE", maintenance: "TERMINATE_ON_HOST_MAINTENANCE")
                == [.noticed(.termination, within: .seconds(30), cause: "GCP preempts the instance")])
        #expect(script.gcp(preempted: "TRUE") == [])
    }

    @Test("whoever answers without Metadata-Flavor is not believed")
    func flavor() {
        var script = Script(GCPDialogue())
        #expect(script.hear(200, "TRUE", etag: "abc") == [.unheard("what answers is not GCP's metadata server")])
        #expect(script.gcp() == [.heardAgain])
    }

    @Test("a version that could not stand in a query is not waited for", arguments: ["", "a&b", "a b", "\"a\"", "a\u{e9}"])
    func hostileVersion(etag: String) {
        var script = Script(GCPDialogue())
        _ = script.gcp(etag: etag)
        #expect(script.ask() == .seconds(1))
        #expect(script.asked?.path == "/computeMetadata/v1/instance/preempted")
    }

    @Test("503 during maintenance of the server itself is asked again, after a second first and half a minute at last")
    func unavailable() {
        var script = Script(GCPDialogue())
        #expect(script.hear(503, flavor: "Google") == [.unheard("GCP answered 503 for preempted")])
        let waits = (0..<7).map { _ in
            let wait = script.ask()
            #expect(script.hear(503, flavor: "Google") == [])
            return wait
        }
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30), .seconds(30)])
    }
}
