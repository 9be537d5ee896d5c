import FleetModel
import FleetTransport
import Testing

@Suite("Backoff")
struct BackoffTests {
    @Test("waits double to the maximum, and jitter moves only their upper half")
    func doubles() {
        var least = Backoff(initial: .milliseconds(100), maximum: .milliseconds(350))
        var most = least
        #expect((0..<4).map { _ in least.next(jitter: 0).milliseconds } == [50, 100, 175, 175])
        let upper = (0..<4).map { _ in most.next(jitter: 0.999).milliseconds }
        #expect(zip(upper, [100.0, 200, 350, 350]).allSatisfy { $0 < $1 && $0 > $1 * 0.99 })
    }

    @Test("a reset starts small again")
    func reset() {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
        _ = backoff.next(jitter: 0)
        _ = backoff.next(jitter: 0)
        backoff.reset()
        #expect(backoff.next(jitter: 0) == .milliseconds(50))
    }
}

@Suite("TokenScope and StateFolder")
struct TokenScopeTests {
    @Test("scopes read back what they write", arguments: ["admin", "plane/toronto", "gateway/frankfurt-2"])
    func roundTrip(text: String) {
        #expect(TokenScope(text)?.description == text)
    }

    @Test("anything else is no scope", arguments: ["", "root", "plane/", "plane/../x", "plane/a/b", "gateway/UP", "admin/x"])
    func refused(text: String) {
        #expect(TokenScope(text) == nil)
    }

    @Test("token files of different scopes are different files inside the folder")
    func files() {
        let folder = StateFolder(root: "/s/")
        let files = [TokenScope.admin, .plane("a"), .gateway("a"), .plane("b")].map(folder.tokenFile)
        #expect(Set(files).count == 4)
        #expect(files.allSatisfy { $0.hasPrefix("/s/") && !$0.contains("//") })
    }
}
