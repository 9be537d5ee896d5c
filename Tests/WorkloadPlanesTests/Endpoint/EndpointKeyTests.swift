import FleetModel
import FleetTransport
import NIOHTTP1
import Testing
import WorkloadPlanes

@Suite struct EndpointKeyTests {
    private let state = TemporaryState()

    private func read(_ reference: KeyReference, url: String, environment: [String: String] = [:]) throws -> String {
        let url = try #require(UpstreamURL(url))
        return try EndpointKey(folder: "\(state.folder.root)/secrets", environment: environment).read(reference, for: url)
    }

    @Test("gives a key only for the host it is bound to")
    func bound() throws {
        try state.write("sk-1\n", to: "\(state.folder.root)/secrets/openai")
        #expect(throws: EndpointKey.Refusal.self) { try read(.file("openai"), url: "https://api.example.com") }
        try state.write("api.example.com\n", to: "\(state.folder.root)/secrets/openai.host")
        #expect(try read(.file("openai"), url: "https://api.example.com/v2") == "sk-1")
        #expect(throws: EndpointKey.Refusal.self) { try read(.file("openai"), url: "https://evil.example") }
    }

    @Test("reads a variable only where a second one binds it")
    func environment() throws {
        let reference = KeyReference.environment("KEY")
        #expect(throws: EndpointKey.Refusal.self) { try read(reference, url: "https://a.example", environment: ["KEY": "k"]) }
        let bound = ["KEY": "k", "KEY_HOST": "a.example:443"]
        #expect(try read(reference, url: "https://a.example", environment: bound) == "k")
        #expect(throws: EndpointKey.Refusal.self) { try read(reference, url: "https://a.example:8443", environment: bound) }
    }

    @Test(
        "names that leave the folder are refused", arguments: ["../admin.token", "a/b", ".hidden", "", "openai.host", "a\u{0}b"])
    func names(name: String) {
        #expect(throws: EndpointKey.Refusal.self) { try read(.file(name), url: "https://a.example") }
    }

    @Test("no refusal shows the key")
    func silent() throws {
        try state.write("sk-secret value", to: "\(state.folder.root)/secrets/k")
        for host in ["other.example", "a.example"] {
            try state.write(host, to: "\(state.folder.root)/secrets/k.host")
            let error = #expect(throws: EndpointKey.Refusal.self) { try read(.file("k"), url: "https://a.example") }
            #expect(error?.description.contains("sk-secret") == false)
        }
    }

    @Test("strips hop-by-hop headers, the fleet's own and every credential but ours")
    func headers() {
        let inbound: HTTPHeaders = [
            "Connection": "close, X-Private", "X-Private": "1", "Keep-Alive": "1", "TE": "trailers",
            "Transfer-Encoding": "chunked",
            "Authorization": "Bearer client", "Cookie": "a", "X-Api-Key": "k", "X-Tradewind-Plane": "p",
            "X-Forwarded-For": "1.2.3.4",
            "Host": "inside", "Content-Type": "application/json", "traceparent": "00-1",
        ]
        let onward = ForwardedHeaders.request(inbound, key: "ours")
        #expect(onward.map(\.name) == ["Content-Type", "traceparent", "authorization"])
        #expect(onward["authorization"] == ["Bearer ours"])
        let back = ForwardedHeaders.response(["Connection": "x-a", "X-A": "1", "Content-Length": "3", "Set-Cookie": "s"])
        #expect(back.map(\.name) == ["Content-Length"])
    }
}
