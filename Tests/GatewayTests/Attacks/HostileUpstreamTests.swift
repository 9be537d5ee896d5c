import FleetModel
import Gateway
import Testing

/// Replicas that hang, lie, break off or talk nonsense: no client gets another one's answer or half of one that looks whole, and the
/// next request is served.
@Suite("Attacks: hostile replicas", .timeLimit(.minutes(3)))
struct HostileUpstreamTests {
    private enum Outcome: Sendable, Equatable {
        case answer(Int, String)
        case failure(Int)
    }

    private struct Case: Sendable {
        let name: String
        let steps: [ScriptedUpstream.Step]
        let outcome: Outcome
    }

    private static let head = "HTTP/1.1 200 OK\r\n"
    private static let chunked = head + "Transfer-Encoding: chunked\r\n\r\n"
    private static let ok = ScriptedUpstream.ok("fine")

    /// Heads no two readers agree on.
    private static let malformed: [Case] = [
        "nonsense\r\n\r\n", "\u{16}\u{3}\u{1}\u{0}\u{1}\r\n\r\n", "\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 \r\n\r\n",
        "HTTP/1.1 99 No\r\n\r\n",
        "HTTP/1.1 2000 No\r\n\r\n", "HTTP/1.1 abc No\r\n\r\n", "HTTP/1.1 -20 No\r\n\r\n", "HTTP/3.0 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 O\u{0}K\r\nContent-Length: 0\r\n\r\n", head + "X: a\u{0}b\r\nContent-Length: 0\r\n\r\n",
        head + "X: a\rb\r\nContent-Length: 0\r\n\r\n", head + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        head + "X : a\r\nContent-Length: 0\r\n\r\n",
        head + ": a\r\nContent-Length: 0\r\n\r\n", head + "X\r\nContent-Length: 0\r\n\r\n",
        head + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nfine", head + "Content-Length: -4\r\n\r\nfine",
        head + "Content-Length: 4x\r\n\r\nfine", head + "Content-Length: +4\r\n\r\nfine", head + "Content-Length:\r\n\r\nfine",
        head + "Content-Length: 99999999999999999999\r\n\r\nfine",
        head + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n",
        head + "Transfer-Encoding: gzip\r\n\r\nfine", head + "Transfer-Encoding: chunked, gzip\r\n\r\nfine",
        head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        head + "X: " + String(repeating: "a", count: 1_000_000) + "\r\nContent-Length: 0\r\n\r\n",
        head + String(repeating: "X: a\r\n", count: 10_000) + "Content-Length: 0\r\n\r\n",
        String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 1_000) + ok,
        String(repeating: "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", count: 1_000),
    ].map { Case(name: String($0.prefix(60)).debugDescription, steps: [.send($0)], outcome: .failure(502)) }

    private static let broken: [Case] =
        [
            "Z\r\n", "-4\r\nfine\r\n", "0x4\r\nfine\r\n", "4\nfine\n", "4\r\nfineX\r\n", "FFFFFFFFFFFFFFFFF\r\nfine\r\n",
            "4\r\nfine\r\n0\n\n",
            "4;\u{0}\r\nfine\r\n",
        ].map { Case(name: "chunk \($0.debugDescription)", steps: [.send(chunked + $0)], outcome: .failure(502)) } + [
            Case(name: "ends in a chunk", steps: [.send(chunked + "a\r\nhalf"), .close], outcome: .failure(502)),
            Case(name: "resets in a chunk", steps: [.send(chunked + "a\r\nhalf"), .reset], outcome: .failure(502)),
            Case(name: "ends before the last chunk", steps: [.send(chunked + "4\r\nfine\r\n"), .close], outcome: .failure(502)),
            Case(
                name: "ends in the trailers", steps: [.send(chunked + "4\r\nfine\r\n0\r\nX: y"), .close], outcome: .failure(502)),
            Case(
                name: "less than its length", steps: [.send(head + "Content-Length: 9\r\n\r\nhalf"), .close],
                outcome: .failure(502)),
            Case(
                name: "resets in its body", steps: [.send(head + "Content-Length: 9\r\n\r\nhalf"), .reset], outcome: .failure(502)
            ),
            Case(name: "ends in its head", steps: [.send("HTTP/1.1 200 OK\r\nContent-"), .close], outcome: .failure(502)),
            Case(name: "says nothing and ends", steps: [.close], outcome: .failure(502)),
            Case(name: "says nothing and resets", steps: [.reset], outcome: .failure(502)),
            Case(
                name: "an interim response and the end", steps: [.send("HTTP/1.1 100 Continue\r\n\r\n"), .close],
                outcome: .failure(502)),
        ]

    /// What is odd and still clear.
    private static let odd: [Case] = [
        Case(name: "byte by byte", steps: ok.utf8.map { .send(String(UnicodeScalar($0))) }, outcome: .answer(200, "fine")),
        Case(
            name: "chunks byte by byte",
            steps: (chunked + "4;x\r\nfine\r\n0\r\nX: y\r\n\r\n").utf8.map { .send(String(UnicodeScalar($0))) },
            outcome: .answer(200, "4\r\nfine\r\n0\r\n\r\n")),
        Case(
            name: "a few interim responses",
            steps: [.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok)],
            outcome: .answer(200, "fine")),
        Case(name: "more than its length", steps: [.send(ok + "and more")], outcome: .answer(200, "fine")),
        Case(name: "two responses", steps: [.send(ok + ScriptedUpstream.ok("poison"))], outcome: .answer(200, "fine")),
        Case(
            name: "a body where none may be", steps: [.send("HTTP/1.1 204 No\r\n\r\n" + ScriptedUpstream.ok("poison"))],
            outcome: .answer(204, "")),
        Case(
            name: "until the end of the connection", steps: [.send("HTTP/1.0 200 OK\r\n\r\nfine"), .close],
            outcome: .answer(200, "fine")),
    ]

    /// What is waited for: all at once, for they take as long as the timeout.
    private static let silent: [Case] = [
        Case(name: "says nothing", steps: [], outcome: .failure(504)),
        Case(name: "a head without end", steps: [.send("HTTP/1.1 200 OK\r\nX: y")], outcome: .failure(504)),
        Case(name: "interim responses alone", steps: [.send("HTTP/1.1 103 Early Hints\r\n\r\n")], outcome: .failure(504)),
        Case(name: "half a body", steps: [.send(head + "Content-Length: 9\r\n\r\nhalf")], outcome: .failure(504)),
        Case(name: "half a chunk", steps: [.send(chunked + "a\r\nhalf")], outcome: .failure(504)),
    ]

    private static func withUpstream(
        _ cases: [Case], firstByteMilliseconds: Double, _ body: @Sendable (TestFleet, ScriptedUpstream) async throws -> Void
    ) async throws {
        let upstream = try await ScriptedUpstream { request in
            guard let mark = request.text.firstRange(of: "x-case: "),
                let number = Int(request.text[mark.upperBound...].prefix { $0.isNumber })
            else { return [.send(ScriptedUpstream.ok("good"))] }
            return cases[number].steps
        }
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], maxAttempts: 1, firstByteMilliseconds: firstByteMilliseconds
        ) { try await body($0, upstream) }
    }

    private static func check(_ number: Int, _ tried: Case, _ fleet: TestFleet) async throws {
        // A POST that asks no model is sent once, whatever happens to it.
        let client = try await fleet.client()
        try await client.send(
            "POST /fixed/files HTTP/1.1\r\nHost: a\r\nx-case: \(number)\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
        let content = try await client.transcript.waitForClose()
        try await client.close()
        let end = content.text.firstRange(of: "\r\n\r\n")?.upperBound ?? content.text.endIndex
        let body = String(content.text[end...])
        let status = Int(content.text.dropFirst(9).prefix(3)) ?? 0
        switch tried.outcome {
        case .answer(let expected, let text): #expect(status == expected && body == text, "\(tried.name)")
        case .failure(let expected): #expect(status == expected && body.hasPrefix("{\"error\""), "\(tried.name): \(status)")
        }
        #expect(!content.text.contains("poison"), "\(tried.name)")
    }

    @Test("nonsense and broken answers become errors, odd ones answers, and the next request is served")
    func corpus() async throws {
        let cases = Self.malformed + Self.broken + Self.odd
        try await Self.withUpstream(cases, firstByteMilliseconds: 20_000) { fleet, _ in
            for (number, tried) in cases.enumerated() {
                try await Self.check(number, tried, fleet)
                let next = try await fleet.ask("GET /fixed/good HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(next.status == 200 && next.body == "good", "after \(tried.name)")
            }
            try await fleet.expectNothingUnderWay()
        }
    }

    @Test("who hangs is waited for as long as the route says, and nobody else with it")
    func hanging() async throws {
        let cases = Self.silent
        try await Self.withUpstream(cases, firstByteMilliseconds: 3_000) { fleet, upstream in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, tried) in cases.enumerated() { group.addTask { try await Self.check(number, tried, fleet) } }
                try await upstream.waitForRequests(cases.count)
                #expect(try await fleet.ask("GET /fixed/good HTTP/1.1\r\nHost: a\r\n\r\n").body == "good")
                try await group.waitForAll()
            }
            try await fleet.expectNothingUnderWay()
        }
    }

    @Test("what a replica sends between two requests is nobody's answer")
    func unaskedAnswer() async throws {
        try await Self.withUpstream([], firstByteMilliseconds: 20_000) { fleet, upstream in
            let client = try await fleet.client()
            for number in 1...5 {
                try await client.send("GET /fixed/good HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.responses(number)[number - 1].body == "good")
                try await upstream.send(ScriptedUpstream.ok("poison"))
                try await upstream.waitForClosures(number)
            }
            #expect(!client.transcript.content.text.contains("poison"))
            #expect(upstream.connectionCount == 5)
            try await client.close()
            try await fleet.expectNothingUnderWay()
        }
    }
}
