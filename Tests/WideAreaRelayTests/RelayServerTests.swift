import FleetModel
import Glibc
import NIOCore
import NIOPosix
import Testing
import WideAreaRelay

@Suite(.timeLimit(.minutes(5))) struct RelayServerTests {
    private static let established = "HTTP/1.1 200 Connection established\r\n\r\n"

    /// A relay with one link, started and stopped around the body.
    private func withRelay(
        _ oneWayMilliseconds: Double, limits: RelayLimits = RelayLimits(), _ body: (SocketAddress) async throws -> Void
    ) async throws {
        let link = RelayLink(gateway: "near", plane: "far", oneWayMilliseconds: oneWayMilliseconds)
        let relay = try await RelayServer.start([link], group: .singletonMultiThreadedEventLoopGroup, limits: limits)
        let port = try #require(relay.bound[0].address.split(separator: ":").last.flatMap { Int($0) })
        try await body(try SocketAddress(ipAddress: "127.0.0.1", port: port))
        await relay.shutdown()
    }

    /// Opens a tunnel and returns both of its ends.
    private func tunnel(_ relay: SocketAddress, _ server: LoopbackServer) async throws -> (near: Loopback, far: Loopback) {
        let near = try await Loopback.connect(relay)
        try await near.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\nhost: x\r\n\r\n")
        let answer = await near.read(Self.established.utf8.count)
        #expect(String(decoding: answer.bytes, as: UTF8.self) == Self.established)
        return (near, try #require(await server.accept()))
    }

    @Test("the answer to CONNECT takes a round trip, and each byte one way's time")
    func delays() async throws {
        let server = try await LoopbackServer.start()
        try await withRelay(20) { relay in
            let start = NIODeadline.now()
            let (near, far) = try await tunnel(relay, server)
            #expect(NIODeadline.now() - start >= .milliseconds(40))
            let sent = NIODeadline.now()
            try await near.send("ping")
            let ping = await far.read(4)
            #expect(ping.bytes == Array("ping".utf8))
            #expect(ping.at - sent >= .milliseconds(20))
            let answered = NIODeadline.now()
            try await far.send("pong")
            let pong = await near.read(4)
            #expect(pong.bytes == Array("pong".utf8))
            #expect(pong.at - answered >= .milliseconds(20))
        }
        await server.stop()
    }

    @Test("bytes sent right behind the head reach the target first")
    func earlyBytes() async throws {
        let server = try await LoopbackServer.start()
        try await withRelay(1) { relay in
            let near = try await Loopback.connect(relay)
            try await near.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\nearly ")
            try await near.send("late")
            let far = try #require(await server.accept())
            #expect(await far.read(10).bytes == Array("early late".utf8))
        }
        await server.stop()
    }

    @Test("thousands of small chunks arrive whole and in order, both ways at once")
    func order() async throws {
        let server = try await LoopbackServer.start()
        let chunks = (0..<3_000).map { Array("\($0),".utf8) }
        let whole = chunks.flatMap { $0 }
        try await withRelay(5) { relay in
            let (near, far) = try await tunnel(relay, server)
            async let sentNear: Void = { for chunk in chunks { try await near.send(chunk) } }()
            async let sentFar: Void = { for chunk in chunks { try await far.send(chunk) } }()
            async let atFar = far.read(whole.count)
            async let atNear = near.read(whole.count)
            try await sentNear
            try await sentFar
            #expect(await atFar.bytes == whole)
            #expect(await atNear.bytes == whole)
        }
        await server.stop()
    }

    @Test("after one side has ended the other still talks, and the ends close both")
    func halfClose() async throws {
        let server = try await LoopbackServer.start()
        try await withRelay(5) { relay in
            let (near, far) = try await tunnel(relay, server)
            try await near.send("question")
            try await near.endOutput()
            let question = await far.readToEnd()
            #expect(question.bytes == Array("question".utf8))
            #expect(question.event == .end)
            try await far.send("answer")
            try await far.endOutput()
            let answer = await near.readToEnd()
            #expect(answer.bytes == Array("answer".utf8))
            try await near.channel.closeFuture.get()
            try await far.channel.closeFuture.get()
        }
        await server.stop()
    }

    @Test("a reset reaches and closes the other end")
    func reset() async throws {
        let server = try await LoopbackServer.start()
        try await withRelay(5) { relay in
            let (near, far) = try await tunnel(relay, server)
            let socket = try #require(near.channel as? any SocketOptionProvider)
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try await near.channel.close()
            let seen = await far.readToEnd()
            #expect(seen.event != nil)
            try await far.channel.closeFuture.get()
        }
        await server.stop()
    }

    @Test("a target that goes away with the client still sending reaches the client")
    func targetGone() async throws {
        let server = try await LoopbackServer.start()
        try await withRelay(5) { relay in
            let (near, far) = try await tunnel(relay, server)
            try await far.channel.close()
            #expect(await near.readToEnd().event == .end)
            // Whatever is sent now meets a closed socket, whose reset comes back.
            while near.channel.isActive { try? await near.send("more") }
        }
        await server.stop()
    }

    @Test("only loopback targets are connected to")
    func forbidden() async throws {
        try await withRelay(1) { relay in
            let near = try await Loopback.connect(relay)
            try await near.send("CONNECT 192.0.2.1:80 HTTP/1.1\r\n\r\n")
            let answer = await near.readToEnd()
            #expect(String(decoding: answer.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 403 Forbidden\r\n"))
            #expect(answer.event != nil)
        }
    }

    @Test("a target that nobody listens at is a bad gateway")
    func unreachable() async throws {
        let server = try await LoopbackServer.start()
        await server.stop()
        try await withRelay(1) { relay in
            let near = try await Loopback.connect(relay)
            try await near.send("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n\r\n")
            let answer = await near.readToEnd()
            #expect(String(decoding: answer.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        }
    }

    @Test("a head that does not come in time closes the connection")
    func slowHead() async throws {
        var limits = RelayLimits()
        limits.headMilliseconds = 10
        try await withRelay(1, limits: limits) { relay in
            let near = try await Loopback.connect(relay)
            try await near.send("CONN")
            #expect(await near.readToEnd().event != nil)
        }
    }

    @Test("connections beyond the limit are closed, the others go on")
    func connectionLimit() async throws {
        let server = try await LoopbackServer.start()
        var limits = RelayLimits()
        limits.connections = 1
        try await withRelay(1, limits: limits) { relay in
            let (near, far) = try await tunnel(relay, server)
            let surplus = try await Loopback.connect(relay)
            #expect(await surplus.readToEnd().event != nil)
            try await near.send("on")
            #expect(await far.read(2).bytes == Array("on".utf8))
            try await near.channel.close()
            #expect(await far.readToEnd().event != nil)
            try await far.channel.close()
        }
        await server.stop()
    }

    @Test("a target that does not read stops its sender, and nothing is lost once it reads")
    func backPressure() async throws {
        let (idle, busy) = (try await LoopbackServer.start(reads: false), try await LoopbackServer.start())
        var limits = RelayLimits()
        limits.inFlightBytes = 128 << 10
        try await withRelay(2, limits: limits) { relay in
            let (near, far) = try await tunnel(relay, idle)
            let size = 32 << 20
            // More than all socket buffers on the way can take: Linux grows one to 6 MiB at most by default (tcp_rmem).
            let block = (0..<251 * 4_096).map { UInt8(truncatingIfNeeded: $0 % 251) }
            var whole = ByteBuffer()
            while whole.readableBytes < size { whole.writeBytes(block.prefix(size - whole.readableBytes)) }
            let written = near.channel.eventLoop.makePromise(of: Void.self)
            near.channel.writeAndFlush(whole, promise: written)
            let (other, echo) = try await tunnel(relay, busy)
            for _ in 0..<50 {
                try await other.send("x")
                #expect(await echo.read(1).bytes.count == 1)
                try await echo.send("y")
                #expect(await other.read(1).bytes.count == 1)
            }
            #expect(near.channel.isWritable == false, "the relay took all it was given")
            try await far.channel.setOption(.autoRead, value: true).get()
            let arrived = await far.read(size)
            try await written.futureResult.get()
            #expect(ByteBuffer(bytes: arrived.bytes) == whole)
        }
        await idle.stop()
        await busy.stop()
    }

    @Test(
        "a link that is not on loopback is refused with what would be right",
        arguments: ["0.0.0.0:0", "10.0.0.1:80", "x", "127.0.0.1"])
    func refusesLink(listen: String) async throws {
        let link = RelayLink(gateway: "g", plane: "p", listen: listen, oneWayMilliseconds: 1)
        let message = try #require(link.problem)
        #expect(message.contains("accepted: a loopback address and port such as 127.0.0.1:0"))
        await #expect(throws: RelayServer.Failure(description: message)) {
            try await RelayServer.start([link], group: .singletonMultiThreadedEventLoopGroup)
        }
        #expect(RelayLink(gateway: "g", plane: "p", oneWayMilliseconds: -1).problem != nil)
        #expect(RelayLink(gateway: "g", plane: "p", oneWayMilliseconds: .nan).problem != nil)
    }
}
