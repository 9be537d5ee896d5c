import FleetModel
import FleetRouting
import Testing

@Suite("Replica health")
struct ReplicaHealthTests {
    private var script: GatewayScript
    private let replica: ReplicaHandle

    init() throws {
        script = GatewayScript()
        script.report(
            "near", [FleetFixture.replica("near/phi/1", "127.0.0.1:1"), FleetFixture.replica("near/phi/2", "127.0.0.1:2")])
        replica = try #require(script.handle(of: "near/phi/1"))
        script.advance(.seconds(10))
    }

    private var isEjected: Bool { script.router.isEjected(replica, at: script.now) }

    @Test("a connection failure ejects at once")
    mutating func connectionFailure() {
        script.handle(.connectFailed(replica))
        #expect(isEjected)
        for _ in 0..<10 { #expect(script.choice("phi").replica == "near/phi/2") }
        #expect(script.router.statistics(at: script.now).ejections == 1)
    }

    @Test("five 5xx in a row eject, four do not, and a good response starts the count again")
    mutating func serverErrors() {
        for _ in 0..<4 { script.handle(.responseFailed(replica, .serverError)) }
        script.handle(.firstByte(replica, after: .milliseconds(5)))
        for _ in 0..<4 { script.handle(.responseFailed(replica, .serverError)) }
        #expect(!isEjected)
        script.handle(.responseFailed(replica, .serverError))
        #expect(isEjected)
    }

    @Test("three broken or silent responses in a row eject")
    mutating func brokenResponses() {
        script.handle(.responseFailed(replica, .broken))
        script.handle(.responseFailed(replica, .timeout))
        #expect(!isEjected)
        script.handle(.responseFailed(replica, .broken))
        #expect(isEjected)
    }

    @Test("three unhealthy probes in a row eject; a refused one does at once")
    mutating func probes() {
        for _ in 0..<2 { script.handle(.probeFailed(replica, .unhealthy)) }
        script.handle(.probePassed(replica))
        for _ in 0..<2 { script.handle(.probeFailed(replica, .unhealthy)) }
        #expect(!isEjected)
        script.handle(.probeFailed(replica, .unhealthy))
        #expect(isEjected)
    }

    @Test("the silent probe that ejects, and each one after it, moves what waits there; an unhealthy answer does not")
    mutating func silence() {
        for _ in 0..<2 { script.apply(.event(.probeFailed(replica, .silent))) }
        #expect(script.actions.isEmpty && !isEjected)
        script.apply(.event(.probeFailed(replica, .silent)))
        #expect(script.actions == [.moveWaiting(replica)] && isEjected)
        script.apply(.event(.probeFailed(replica, .unhealthy)))
        #expect(script.actions.count == 1)
        script.apply(.event(.probeFailed(replica, .silent)))
        #expect(script.actions.count == 2)
    }

    @Test("it comes back after two passes and its time, not before either")
    mutating func comesBack() {
        script.handle(.probeFailed(replica, .refused))
        script.handle(.probePassed(replica))
        script.handle(.probePassed(replica))
        #expect(isEjected, "one second is not over")
        script.advance(.seconds(1))
        #expect(!isEjected)
    }

    @Test("a failure while out takes back what passes had proven")
    mutating func failsWhileOut() {
        script.handle(.probeFailed(replica, .refused))
        script.handle(.probePassed(replica))
        script.handle(.probeFailed(replica, .unhealthy))
        script.handle(.probePassed(replica))
        script.advance(.seconds(5))
        #expect(isEjected)
        script.handle(.probePassed(replica))
        #expect(!isEjected)
    }

    @Test("each ejection lasts twice as long, at most thirty seconds, and a minute of health forgets")
    mutating func growingEjections() {
        for expected in [1, 2, 4, 8, 16, 30, 30] as [Int64] {
            script.handle(.connectFailed(replica))
            script.handle(.probePassed(replica))
            script.handle(.probePassed(replica))
            script.advance(.milliseconds(expected * 1_000 - 1))
            #expect(isEjected, "ejection of \(expected) s")
            script.advance(.milliseconds(1))
            #expect(!isEjected, "ejection of \(expected) s")
        }
        script.advance(.seconds(61))
        script.handle(.connectFailed(replica))
        script.handle(.probePassed(replica))
        script.handle(.probePassed(replica))
        script.advance(.seconds(1))
        #expect(!isEjected)
    }

    @Test("a replica that returned takes a small share first and its whole share after five seconds")
    mutating func slowStart() throws {
        script.handle(.connectFailed(replica))
        script.handle(.probePassed(replica))
        script.handle(.probePassed(replica))
        script.advance(.seconds(1))
        let other = try #require(script.handle(of: "near/phi/2"))
        func share(of script: inout GatewayScript) -> Int {
            var started: [ReplicaHandle] = []
            for _ in 0..<16 {
                guard case .send(let handle, _, _) = script.decide("phi") else { continue }
                script.handle(.requestStarted(handle))
                started.append(handle)
            }
            for handle in started { script.handle(.finished(handle)) }
            return started.count { $0 != other }
        }
        let atFirst = share(of: &script)
        script.advance(.seconds(5))
        let later = share(of: &script)
        #expect(atFirst <= 2)
        #expect(later == 8)
    }

    @Test("two replicas lost within two seconds make their plane suspect: others go first")
    mutating func planeSuspicion() throws {
        script.fill("middle", ["chat"])
        script.fill("near", ["chat"], count: 4)
        script.advance(.seconds(10))
        script.handle(.connectFailed(try #require(script.handle(of: "near/chat/1"))))
        #expect(script.plane("chat") == "near")
        script.advance(.milliseconds(500))
        script.handle(.connectFailed(try #require(script.handle(of: "near/chat/2"))))
        #expect(script.choice("chat").reason == "failover")
        #expect(script.plane("chat") == "middle")
        script.advance(.seconds(2))
        #expect(script.plane("chat") == "near")
    }

    @Test("events of an incarnation that is gone do nothing to its slot's next holder")
    mutating func staleHandle() throws {
        script.handle(.requestStarted(replica))
        script.report(
            "near", [FleetFixture.replica("near/phi/2", "127.0.0.1:2"), FleetFixture.replica("near/phi/3", "127.0.0.1:3")])
        let next = try #require(script.handle(of: "near/phi/3"))
        #expect(next.slot == replica.slot)
        script.handle(.finished(replica))
        script.handle(.connectFailed(replica))
        #expect(script.router.inFlight(on: next) == 0)
        #expect(!script.router.isEjected(next, at: script.now))
        #expect(script.router.inFlight(on: replica) == 0)
    }
}
