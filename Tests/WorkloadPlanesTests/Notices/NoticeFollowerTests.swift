import FleetControl
import FleetModel
import SeededCases
import Testing
import WorkloadPlanes

@Suite struct NoticeFollowerTests {
    private let action = #"{"action":"terminate","time":"2020-10-27T08:24:00Z"}"#

    @Test("an end that is moved is told again, nearer or later")
    func moved() {
        var script = Script(EC2Dialogue())
        _ = script.ec2(action: action)
        let changes = script.ec2(action: #"{"action":"terminate","time":"2020-10-27T08:22:31Z"}"#)
        #expect(changes == [.noticed(.termination, within: .seconds(30), cause: "EC2 will terminate the instance")])
    }

    @Test("silence takes no machine: connections that fail or are refused change nothing, however many")
    func silence() {
        for isElsewhere in [false, true] {
            var script = Script(EC2Dialogue(), isElsewhere: isElsewhere)
            _ = script.ec2(action: action)
            for count in 0..<200 {
                #expect(script.hear(.failed("nothing listens there")) == (count == 0 ? [.unheard("nothing listens there")] : []))
            }
        }
    }

    @Test("a machine that hangs up before its announced end is there, and after it is gone with the second time")
    func end() {
        var script = Script(EC2Dialogue())
        _ = script.ec2(action: action)
        for _ in 0..<20 { #expect(script.hear(.hungUp) == []) }
        #expect(script.now < Moment(nanoseconds: 120_000_000_000))
        _ = script.ec2(action: action)
        script.now = Moment(nanoseconds: 121_000_000_000)
        #expect(script.hear(.hungUp) == [])
        #expect(script.hear(.hungUp) == [.lost(atItsEnd: true)])
        for _ in 0..<20 { #expect(script.hear(.hungUp) == []) }
        #expect(script.hear(401) == [.returned])
        #expect(script.ask() == .zero)
        #expect(script.asked?.method == .put)
        #expect(script.ec2() == [])
    }

    @Test("without a notice only a machine watched from elsewhere is taken for gone: one's own would not notice")
    func unannounced() {
        var elsewhere = Script(GCPDialogue(), isElsewhere: true)
        for _ in 0..<9 { #expect(elsewhere.hear(.hungUp) == []) }
        _ = elsewhere.gcp()
        #expect((0..<3).map { _ in elsewhere.hear(.hungUp) } == [[], [], [.lost(atItsEnd: false)]])
        var own = Script(GCPDialogue(), isElsewhere: false)
        _ = own.gcp()
        for _ in 0..<200 { #expect(own.hear(.hungUp) == []) }
    }

    @Test("of the events of one list the first 64 count, and one that is listed twice is one")
    func limits() {
        var script = Script(AzureDialogue())
        let events = (0..<100).map { Script.event("e-\($0)") } + [Script.event("e-0")]
        #expect(script.azure(events.joined(separator: ",")).count == 64)
    }

    @Test("an end beyond all bounds is a bounded one")
    func bounds() {
        var script = Script(EC2Dialogue())
        #expect(
            script.ec2(action: #"{"action":"stop","time":"9999-12-31T23:59:59Z"}"#)
                == [.noticed(.termination, within: .seconds(30 * 86_400), cause: "EC2 will stop the instance")])
    }

    @Test("fuzz: whatever a service answers, a follower neither fails, nor asks without pause, nor loses a machine by it")
    func fuzz() {
        let pieces = [
            "", "TRUE", "FALSE", "NONE", "{", "}", "[", "{\"Events\":[]}", "{\"Events\":[{\"EventId\":\"a\"}]}", "null", "\u{0}",
            #"{"action":"terminate","time":"2020-10-27T08:24:00Z"}"#, #"{"action":1}"#, #"{"noticeTime":"2020-10-27T08:22:00Z"}"#,
            "token", String(repeating: "[", count: 400), Script.event(), "{\"Events\":[\(Script.event())]}", "vm-0", "1e999",
        ]
        for seed in 0..<caseCount(perMille: 30) {
            var random = SeededGenerator(seed: seed)
            let dialogue = random.pick([EC2Dialogue(), GCPDialogue(), AzureDialogue()] as [any NoticeDialogue])
            var script = Script(dialogue, isElsewhere: random.isOne(in: 2))
            for _ in 0..<60 {
                var body = Array((random.pick(pieces) + (random.isOne(in: 4) ? random.pick(pieces) : "")).utf8)
                if !body.isEmpty, random.isOne(in: 3) { body[random.below(body.count)] = UInt8(random.below(256)) }
                let answer = MetadataAnswer.response(
                    MetadataResponse(
                        status: random.pick([200, 200, 200, 404, 401, 400, 503, 301]), body: body, etag: random.pick(pieces),
                        flavor: random.pick(["Google", "Google", "google", ""])))
                let changes = script.hear(answer)
                #expect(!changes.contains(.lost(atItsEnd: true)) && !changes.contains(.lost(atItsEnd: false)), "seed \(seed)")
                if random.isOne(in: 5) { script.follower.noteVacated() }
                let isHeaderSafe = script.asked?.headers.allSatisfy { $0.value.utf8.allSatisfy { (32...126).contains($0) } }
                #expect(isHeaderSafe == true, "seed \(seed)")
                #expect(script.asked?.path.utf8.allSatisfy { (33...126).contains($0) } == true, "seed \(seed)")
            }
            // 60 answers are at most eight a round, and rounds are at least a second apart.
            #expect(script.now >= Moment(nanoseconds: 6_000_000_000), "seed \(seed)")
        }
    }
}
