import FleetModel
import Gateway
import NIOCore
import NIOPosix
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Clients by the thousand that come to stay, to dribble, or not to be seen again.
@Suite("Attacks: floods", .serialized, .timeLimit(.minutes(5)))
struct FloodTests {
    private static let good = "GET /fixed/good HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Ways to leave a connection: what is sent first, and whether it is reset.
    private static let leavings: [(bytes: String, resets: Bool)] = [
        ("", false), ("", true), ("G", true), ("GET /fixed/x HTTP/1.1\r\nHost: a\r\nX", false), (good, true), (good, false),
        ("POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf", true),
        ("POST /fixed/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf", false),
        ("POST /fixed/x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", true),
        ("\u{0}\u{1}\u{2}\r\n\r\n", true),
    ]

    /// Two descriptors for each connection, for both ends are in this process; nil where the limit allows none of it.
    private static var openAtOnce: Int? {
        var limit = rlimit()
        guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        let room = (Int(clamping: limit.rlim_cur) - 512) / 4
        return room >= 50 ? min(room, 500) : nil
    }

    @Test(
        "10,000 connections opened and dropped leave nothing behind",
        .enabled(if: openAtOnce != nil, "ulimit -n leaves no room for a flood: raise it to 1,024 or more"))
    func dropped() async throws {
        let width = try #require(Self.openAtOnce)
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], firstByteMilliseconds: 60_000) { fleet in
            let watcher = try await fleet.client()
            var opened = 0
            var turn = 0
            while opened < 10_000 {
                let count = min(width, 10_000 - opened)
                try await Self.wave(count, fleet.address)
                opened += count
                turn += 1
                try await watcher.send(Self.good)
                let answer = try await watcher.responses(turn)[turn - 1]
                #expect(answer.body == "served", "others are served meanwhile")
            }
            try await watcher.close()
            try await fleet.expectNothingUnderWay()
        }
    }

    /// Opens so many connections at once, and leaves each in one of the ways.
    private static func wave(_ count: Int, _ address: ListenAddress) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let ended = (0..<count).map { number -> EventLoopFuture<Void> in
            let (bytes, resets) = leavings[number % leavings.count]
            return ClientBootstrap(group: group).connectTimeout(.seconds(60)).connect(host: address.host, port: address.port)
                .flatMap { channel in
                    let sent =
                        bytes.isEmpty
                        ? channel.eventLoop.makeSucceededVoidFuture() : channel.writeAndFlush(ByteBuffer(string: bytes))
                    return sent.flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }.flatMap {
                        if resets {
                            _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                        }
                        return channel.close().flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }
                    }
                }
        }
        try await EventLoopFuture.andAllComplete(ended, on: group.next()).get()
    }

    @Test("heads and bodies that dribble are ended in time, however many, and others are served")
    func slowloris() async throws {
        var limits = ProxyLimits()
        (limits.headTimeout, limits.bodyTimeout) = (.seconds(3), .seconds(3))
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], limits: limits, firstByteMilliseconds: 60_000
        ) { fleet in
            let starts = [
                "G", "GET /fixed/x HTTP/1.1\r\nHost: a\r\nX: ",
                "POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n",
                "POST /fixed/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
            ]
            var slow: [RawClient] = []
            for number in 0..<100 {
                let client = try await fleet.client()
                try await client.send(starts[number % starts.count])
                slow.append(client)
            }
            // A byte now and then does not buy a head more time.
            let dribbler = try await fleet.client()
            try await dribbler.send("GET /fixed/x HTTP/1.1\r\nX: ")
            var isDribbling = true
            while isDribbling {
                #expect(try await fleet.ask(Self.good).body == "served")
                do { try await dribbler.send("y") } catch { isDribbling = false }
                isDribbling = isDribbling && !dribbler.transcript.content.isClosed
            }
            for client in slow + [dribbler] {
                let content = try await client.transcript.waitForClose()
                #expect(RawResponse.all(in: content.text).map(\.status) == [408])
            }
            let paths = upstream.requests.compactMap { $0.text.split(separator: " ").dropFirst().first }
            #expect(paths.allSatisfy { $0 == "/fixed/good" })
            try await fleet.expectNothingUnderWay()
        }
    }

    @Test("whatever is larger than its bound is refused, and the connection with it")
    func oversized() async throws {
        var limits = ProxyLimits()
        (limits.requestBodyBytes, limits.heldRequestBytes) = (100_000, 20_000)
        let upstream = try await ScriptedUpstream.answering("served")
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], limits: limits, firstByteMilliseconds: 60_000
        ) { fleet in
            let long = String(repeating: "x", count: 200_000)
            let chunk = "POST /fixed/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let many = String(repeating: "186a\r\n" + String(repeating: "x", count: 0x186A) + "\r\n", count: 32)
            let attacks: [(bytes: String, status: Int)] = [
                ("GET /fixed/\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
                ("GET /fixed/x?\(long) HTTP/1.1\r\nHost: a\r\n\r\n", 431),
                ("\(long) /fixed/x HTTP/1.1\r\nHost: a\r\n\r\n", 431), ("GET /fixed/x HTTP/1.1\r\nHost: \(long)\r\n\r\n", 431),
                ("GET /fixed/x HTTP/1.1\r\nHost: a\r\n\(long): y\r\n\r\n", 431),
                ("GET /fixed/x HTTP/1.1\r\nHost: a\r\nCookie: \(long)\r\n\r\n", 431),
                ("GET /fixed/x HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 30_000) + "\r\n", 431),
                ("POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n\(long)", 413),
                ("POST /fixed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n", 413),
                (chunk + many + "0\r\n\r\n", 413),
                (chunk + "5;" + long + "\r\nhello\r\n0\r\n\r\n", 400), (chunk + "0\r\nX: \(long)\r\n\r\n", 400),
                (
                    "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n{\"x\":\""
                        + long.prefix(90_000 - 6), 413
                ),
            ]
            for (bytes, status) in attacks {
                let client = try await fleet.client()
                try? await client.send(bytes)
                let content = try await client.transcript.waitForClose()
                #expect(RawResponse.all(in: content.text).map(\.status) == [status], "\(bytes.prefix(60))")
                try await client.close()
            }
            #expect(try await fleet.ask(Self.good).body == "served")
            try await fleet.expectNothingUnderWay()
        }
    }
}
