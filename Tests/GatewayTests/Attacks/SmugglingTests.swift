import FleetModel
import Gateway
import Testing

@Suite("Attacks: smuggling", .timeLimit(.minutes(3)))
struct SmugglingTests {
    @Test("every message of the corpus is refused, or sent on as what every reader takes it for")
    func corpus() async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], firstByteMilliseconds: 20_000) { fleet in
            for attack in SmugglingCorpus.all { try await Self.check(attack, fleet, upstream) }
            let isSmuggled = upstream.requests.contains { $0.text.contains("/fixed/smuggled") }
            #expect(!isSmuggled)
            #expect(try await fleet.ask("GET /fixed/good HTTP/1.1\r\nHost: a\r\n\r\n").body == "served")
            try await fleet.expectNothingUnderWay()
        }
    }

    private static func check(_ attack: SmugglingCase, _ fleet: TestFleet, _ upstream: ScriptedUpstream) async throws {
        let before = upstream.requests.count
        var seen: [Int] = []
        do { seen = try await run(attack, fleet) } catch { Issue.record("\(attack.name): \(error)") }
        let requests = upstream.requests.dropFirst(before)
        #expect(seen == attack.verdict.statuses, "\(attack.name)")
        #expect(requests.count == attack.verdict.forwarded, "\(attack.name): \(requests.map(\.text))")
        for request in requests {
            let read = WellFormedRequest(request.text)
            #expect(read != nil, "\(attack.name): a replica got \(request.text.debugDescription)")
            if case .forwarded(_, let body) = attack.verdict { #expect(read?.body == body, "\(attack.name)") }
        }
    }

    /// The statuses of what the gateway answered.
    private static func run(_ attack: SmugglingCase, _ fleet: TestFleet) async throws -> [Int] {
        let client = try await fleet.client()
        // A connection the gateway closed while this was still writing is what was asked for.
        try? await client.send(attack.bytes)
        let content: Transcript.Content
        switch attack.verdict {
        case .refused, .forwardedThenRefused:
            // One answer too many is an end too: it fails the case by its status, not by its time.
            let most = attack.verdict.statuses.count
            content = try await client.transcript.wait("the end: \(attack.name)") { content in
                let statuses = RawResponse.all(in: content.text).map(\.status)
                return content.isClosed || statuses.count > most || statuses.count == most && statuses.last == 200
            }
        case .forwarded(let count, _):
            _ = try await client.responses(count)
            content = client.transcript.content
        case .answered:
            _ = try await client.response()
            try await client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            let answers = try await client.responses(2)
            try await client.close()
            #expect(answers[1].status == 200, "\(attack.name): the connection goes on")
            return [answers[0].status]
        case .unanswered:
            // Whatever was to be answered is, once a request that came later was.
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            content = client.transcript.content
        }
        try await client.close()
        return RawResponse.all(in: content.text).map(\.status)
    }

    @Test("the same bytes in pieces come to the same end")
    func inPieces() async throws {
        var limits = ProxyLimits()
        // A busy machine takes its time over so many writes.
        (limits.headTimeout, limits.bodyTimeout) = (.seconds(100), .seconds(100))
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], limits: limits, firstByteMilliseconds: 20_000)
        {
            fleet in
            for attack in SmugglingCorpus.all.enumerated()
            where attack.offset % 17 == 0 && attack.element.bytes.utf8.count < 300 {
                let attack = attack.element
                guard case .refused(let status) = attack.verdict else { continue }
                let client = try await fleet.client()
                for byte in attack.bytes.utf8 {
                    do { try await client.send([byte]) } catch { break }
                }
                let content = try await client.transcript.waitForClose()
                #expect(RawResponse.all(in: content.text).map(\.status) == [status], "\(attack.name)")
                try await client.close()
            }
            #expect(upstream.requests.isEmpty)
            try await fleet.expectNothingUnderWay()
        }
    }
}

extension SmugglingCase.Verdict {
    fileprivate var statuses: [Int] {
        switch self {
        case .refused(let status), .answered(let status): [status]
        case .forwarded(let count, _): Array(repeating: 200, count: count)
        case .forwardedThenRefused(let count, let status): Array(repeating: 200, count: count) + [status]
        case .unanswered: []
        }
    }

    fileprivate var forwarded: Int {
        switch self {
        case .refused, .answered, .unanswered: 0
        case .forwarded(let count, _), .forwardedThenRefused(let count, _): count
        }
    }
}
