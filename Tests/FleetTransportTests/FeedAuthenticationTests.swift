import FleetModel
import FleetTransport
import Testing

@Suite("FeedAuthentication")
struct FeedAuthenticationTests {
    private let seed = FeedAuthentication.seed(gatewayToken: "tw_secret")

    @Test("the key is HMAC-SHA-256 of the plane under the seed")
    func reference() {
        // python3: hmac.new(b"tw_secret", b"tradewind feed seed", "sha256").hexdigest(), then
        // hmac.new(seed.encode(), b"tradewind feed key\ntoronto", "sha256").hexdigest()
        #expect(seed == "a975f4d4f6eaf6dfefdfc8897b02b895a820db4247e9cf08b9ae47e629636090")
        #expect(
            FeedAuthentication.key(seed: seed, plane: "toronto")
                == "503e5cae0ef91fdebd2cf89cf72ffaa8a6c1ecac6134e26a2a329b0ad017fe4a")
    }

    @Test("two planes of one gateway have different keys")
    func separate() {
        #expect(FeedAuthentication.key(seed: seed, plane: "a") != FeedAuthentication.key(seed: seed, plane: "b"))
    }

    @Test("a line's signature depends on the nonce, the number and every byte")
    func line() {
        let key = FeedAuthentication.key(seed: seed, plane: "toronto")
        let sign = { (nonce: String, number: UInt64, text: String) in
            FeedAuthentication.lineSignature(key: key, nonce: nonce, sequence: number, payload: Array(text.utf8))
        }
        let signatures = [sign("n", 0, "x"), sign("n", 1, "x"), sign("m", 0, "x"), sign("n", 0, "y"), sign("n", 0, "")]
        #expect(Set(signatures).count == signatures.count)
        #expect(signatures.allSatisfy { $0.utf8.count == FeedAuthentication.keyLength })
        #expect(sign("n", 0, "x") == signatures[0])
    }

    @Test("a request's signature names gateway and plane")
    func request() {
        let key = FeedAuthentication.key(seed: seed, plane: "toronto")
        let sign = { FeedAuthentication.requestSignature(key: key, gateway: $0, plane: $1, nonce: "n") }
        #expect(Set([sign("a", "b"), sign("b", "a"), sign("a", "c")]).count == 3)
    }

    @Test("comparison accepts equal texts only")
    func comparison() {
        #expect(FeedAuthentication.matches("abc", "abc"))
        #expect(!FeedAuthentication.matches("abc", "abd"))
        #expect(!FeedAuthentication.matches("abc", "ab"))
        #expect(!FeedAuthentication.matches("", "a"))
    }

    @Test("nonces and tokens are long, hexadecimal and new each time")
    func randomness() {
        let nonces = Set((0..<100).map { _ in FeedAuthentication.makeNonce() })
        #expect(nonces.count == 100)
        #expect(nonces.allSatisfy { $0.utf8.count == FeedAuthentication.nonceLength })
        let tokens = Set((0..<100).map { _ in makeToken() })
        #expect(tokens.count == 100)
        #expect(tokens.allSatisfy { $0.hasPrefix("tw_") && $0.utf8.count == 67 })
    }
}
