import Testing
import WorkloadPlanes

@Suite struct UpstreamURLTests {
    @Test("reads scheme, host, port and prefix")
    func reads() throws {
        let url = try #require(UpstreamURL("https://API.example.com/openai/"))
        #expect(url.base == "https://api.example.com/openai")
        #expect(url.port == 443)
        #expect(UpstreamURL("http://[2001:db8::1]:8000")?.base == "http://[2001:db8::1]:8000")
    }

    @Test(
        "refuses everything that could send a request elsewhere",
        arguments: [
            "", "ftp://a", "https://", "https://user@evil.example", "https://a:b@c", "https://a:0", "https://a:99999",
            "https://a/x?y",
            "https://a/#f", "https://a/../b", "https://a b", "https://a\\b", "https://[::1", "https://a/%2e%2e", "//a",
            "https://a:80:90",
        ])
    func refuses(text: String) {
        #expect(UpstreamURL(text) == nil)
    }
}
