import FleetControl
import FleetModel
import Testing
import WorkloadPlanes

@Suite struct AzureDialogueTests {
    @Test("asks for the machine's name, then for events every second; the first list may take two minutes")
    func requests() {
        var script = Script(AzureDialogue())
        _ = script.ask()
        let headers = [MetadataRequest.Header(name: "Metadata", value: "true")]
        #expect(
            script.asked
                == MetadataRequest(
                    .get, "/metadata/instance/compute/name?api-version=2021-02-01&format=text", headers: headers))
        _ = script.hear(200, "vm-0")
        let path = "/metadata/scheduledevents?api-version=2020-07-01"
        _ = script.ask()
        #expect(script.asked == MetadataRequest(.get, path, headers: headers, timeout: .seconds(130)))
        #expect(script.azure() == [])
        #expect(script.ask() == .seconds(1))
        #expect(script.asked == MetadataRequest(.get, path, headers: headers, timeout: .seconds(10)))
    }

    @Test("an eviction of this machine is told once with the time until NotBefore; another machine's is passed over")
    func eviction() {
        var script = Script(AzureDialogue())
        #expect(script.azure(Script.event(resources: "\"vm-1\"")) == [])
        #expect(
            script.azure(Script.event(resources: "\"VM-0\""))
                == [.noticed(.termination, within: .seconds(29), cause: "Azure scheduled Preempt for the machine")])
        #expect(script.azure(Script.event(resources: "\"VM-0\"")) == [])
        #expect(script.azure() == [.withdrawn(.termination)])
    }

    @Test("an event that begins before its time is told again: nothing is left", arguments: ["Reboot", "Redeploy", "Terminate"])
    func started(type: String) {
        var script = Script(AzureDialogue())
        let cause = "Azure scheduled \(type) for the machine"
        #expect(
            script.azure(Script.event("e-1", type, notBefore: "Tue, 27 Oct 2020 08:37:00 GMT"))
                == [.noticed(.termination, within: .seconds(900), cause: cause)])
        #expect(
            script.azure(Script.event("e-1", type, status: "Started", notBefore: ""))
                == [.noticed(.termination, within: .zero, cause: cause)])
        #expect(script.azure(Script.event("e-1", type, status: "Started", notBefore: "")) == [])
    }

    @Test("a pause is advice where it is long or of unknown length, and nothing where it is short")
    func freeze() {
        let told = NoticeChange.noticed(.rebalance, within: nil, cause: "Azure will pause the machine")
        for (duration, changes) in [(5, []), (0, []), (8, []), (9, [told]), (-1, [told])] {
            var script = Script(AzureDialogue())
            #expect(script.azure(Script.event("e-1", "Freeze", duration: duration)) == changes)
        }
    }

    @Test("an event is approved once, when nothing runs there any more")
    func approval() {
        var script = Script(AzureDialogue())
        _ = script.azure(Script.event("E-1"))
        #expect(script.azure(Script.event("E-1")) == [])
        script.follower.noteVacated()
        #expect(script.azure(Script.event("E-1")) == [])
        #expect(script.ask() == .zero)
        #expect(script.asked?.method == .post)
        #expect(script.asked?.path == "/metadata/scheduledevents?api-version=2020-07-01")
        #expect(script.asked?.body == #"{"StartRequests":[{"EventId":"E-1"}]}"#)
        #expect(script.asked?.headers.first == .init(name: "Metadata", value: "true"))
        #expect(script.hear(200) == [])
        script.follower.noteVacated()
        for _ in 0..<3 {
            #expect(script.azure(Script.event("E-1", status: "Scheduled")) == [])
            #expect(script.asked?.method == .get)
        }
    }

    @Test("an event is not approved before a round has told it, whatever was said of the one before")
    func approvalOfTheNext() {
        var script = Script(AzureDialogue(), isElsewhere: true)
        _ = script.azure(Script.event("E-1"))
        script.follower.noteVacated()
        _ = script.azure(Script.event("E-1"))
        _ = script.ask()
        #expect(script.asked?.method == .post)
        _ = script.hear(200)
        _ = script.azure(Script.event("E-1", status: "Started", notBefore: ""))
        // The machine goes, another stands there, and the plane still says of the last that it is vacated.
        #expect(script.hear(.hungUp) == [])
        #expect(script.hear(.hungUp) == [.lost(atItsEnd: true)])
        #expect(script.hear(200, "") == [.returned])
        script.follower.noteVacated()
        #expect(script.azure() == [])
        script.follower.noteVacated()
        guard case .noticed(.termination, _, _)? = script.azure(Script.event("E-2")).first else {
            Issue.record("the second eviction was not told")
            return
        }
        #expect(script.asked?.method == .get)
        // Nor after that, until it is said of this one.
        #expect(script.azure(Script.event("E-2")) == [])
        _ = script.ask()
        #expect(script.asked?.method == .get)
        script.follower.noteVacated()
        _ = script.azure(Script.event("E-2"))
        _ = script.ask()
        #expect(script.asked?.body == #"{"StartRequests":[{"EventId":"E-2"}]}"#)
    }

    @Test("an event that comes while another is still listed is told before it is approved")
    func approvalBesideAnother() {
        var script = Script(AzureDialogue())
        _ = script.azure(Script.event("E-1"))
        script.follower.noteVacated()
        let both = [Script.event("E-1", status: "Started", notBefore: ""), Script.event("E-2")]
        _ = script.azure(both[0], both[1])
        #expect(script.asked?.method == .get)
        _ = script.azure(both[0], both[1])
        _ = script.ask()
        #expect(script.asked?.method == .get)
    }

    @Test("what concerns other machines too, has begun, or is only a pause is not approved")
    func notApproved() {
        for event in [
            Script.event(resources: "\"vm-0\",\"vm-1\""), Script.event(status: "Started", notBefore: ""),
            Script.event("e-1", "Freeze"),
        ] {
            var script = Script(AzureDialogue())
            _ = script.azure(event)
            script.follower.noteVacated()
            _ = script.azure(event)
            _ = script.ask()
            #expect(script.asked?.method == .get)
        }
    }

    @Test("an identifier that could not stand in a request, and entries that cannot be read, are passed over")
    func hostile() {
        var script = Script(AzureDialogue())
        let hostile = [
            Script.event("\\\"}]}"), Script.event(""), Script.event(String(repeating: "a", count: 129)), "{}", "null", "[]",
            "{\"EventId\":7}",
        ]
        #expect(script.azure(hostile.joined(separator: ",")) == [])
        #expect(script.hear(200, "{\"Events\":{}}") == [.unheard("Azure answered what is no list of scheduled events")])
        #expect(script.hear(200, "[") == [])
    }
}
