import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

@Suite("Connection choice")
struct ConnectionChoiceTests {
    private func choose(
        state: String? = nil, server: String? = nil, tokenFile: String? = nil, _ environment: [String: String] = [:]
    ) throws -> ConnectionChoice {
        try ConnectionChoice(state: state, server: server, tokenFile: tokenFile, caFile: nil, environment: environment)
    }

    @Test("prefers flags to variables, and a server's variable to a folder's")
    func precedence() throws {
        let environment = ["TRADEWIND_STATE": "/s", "TRADEWIND_SERVER": "https://c:8443", "TRADEWIND_TOKEN_FILE": "/t"]
        #expect(try choose() == .state(StateFolder(root: "./.tradewind"), tokenFile: nil, caFile: nil))
        #expect(
            try choose(["TRADEWIND_STATE": "/s", "TRADEWIND_SERVER": ""])
                == .state(StateFolder(root: "/s"), tokenFile: nil, caFile: nil))
        #expect(try choose(environment) == .server(url: "https://c:8443", tokenFile: "/t", caFile: nil))
        #expect(try choose(state: "/x", environment) == .state(StateFolder(root: "/x"), tokenFile: "/t", caFile: nil))
        #expect(
            try choose(server: "https://d", tokenFile: "/u", environment)
                == .server(url: "https://d", tokenFile: "/u", caFile: nil))
    }

    private func choose(_ environment: [String: String]) throws -> ConnectionChoice { try choose(state: nil, environment) }

    @Test("refuses two control planes, and a server without a token")
    func refusals() {
        #expect(throws: CommandFailure.self) { try choose(state: "/s", server: "https://c") }
        let failure = #expect(throws: CommandFailure.self) { try choose(server: "https://c") }
        #expect(
            failure
                == CommandFailure(.usage, "--server needs the file that holds a token: --token-file FILE or TRADEWIND_TOKEN_FILE")
        )
    }

    @Test(
        "sends no token across a network in the clear",
        arguments: [
            "http://10.0.0.1:8080", "http://example.com", "http://127.0.0.1.example.com", "http://127.0.0.1@evil.com",
            "http://1270.0.0.1",
            "ftp://127.0.0.1", "https://", "https://h/path", "https://h?q", "https://u:p@h", "http://127.0.0.1:80\r\nx: y",
            "127.0.0.1:8080",
        ])
    func objections(url: String) {
        #expect(ServerURL.objection(to: url) != nil)
    }

    @Test(
        "takes TLS anywhere and plain HTTP on this machine",
        arguments: [
            "https://fleet.example.com", "https://10.0.0.1:8443/", "http://127.0.0.1:8080", "http://127.9.9.9",
            "http://localhost:1",
            "http://[::1]:8080",
        ])
    func accepted(url: String) {
        #expect(ServerURL.objection(to: url) == nil)
    }
}

@Suite("Connection target")
struct ConnectionTargetTests {
    private let choice = ConnectionChoice.state(StateFolder(root: "/s"), tokenFile: nil, caFile: nil)

    private func target(_ choice: ConnectionChoice, _ files: [String: String]) throws -> ConnectionTarget {
        try ConnectionTarget(choice) { path in files[path].map { Array($0.utf8) } }
    }

    @Test("of a state folder has the folder's address and admin token, without its line break")
    func state() throws {
        let target = try target(choice, ["/s/server.json": #"{"url":"http://127.0.0.1:8080"}"#, "/s/admin.token": " tw_abc\n"])
        #expect(target.url == "http://127.0.0.1:8080")
        #expect(target.token == "tw_abc")
    }

    @Test("never shows its token")
    func secret() throws {
        let target = try target(.server(url: "https://c", tokenFile: "/t", caFile: nil), ["/t": "tw_secret"])
        #expect(!"\(target) \(String(reflecting: target))".contains("tw_secret"))
    }

    @Test("of a folder without a server says how to start one")
    func missingServer() {
        let failure = #expect(throws: CommandFailure.self) { try target(choice, [:]) }
        #expect(failure?.exit == .unreachable)
        #expect(failure?.message.contains("`tradewind serve --state /s`") == true)
    }

    @Test("without a token is not permitted, and a broken token is not repeated")
    func missingToken() {
        let server = ["/s/server.json": #"{"url":"http://127.0.0.1:8080"}"#]
        let missing = #expect(throws: CommandFailure.self) { try target(choice, server) }
        #expect(missing?.exit == .notPermitted)
        #expect(missing?.message.contains("/s/admin.token") == true)
        for broken in ["", "  \n", "se cret", "secret\r\nx-evil: 1", "sécret"] {
            let files = server.merging(["/s/admin.token": broken]) { $1 }
            let failure = #expect(throws: CommandFailure.self) { try target(choice, files) }
            #expect(failure?.message.contains("cret") == false)
        }
    }

    @Test("does not follow a folder to an address in the clear, nor take a missing certificate file")
    func refusals() {
        let files = ["/s/server.json": #"{"url":"http://10.0.0.1"}"#, "/s/admin.token": "t"]
        #expect(throws: CommandFailure.self) { try target(choice, files) }
        #expect(throws: CommandFailure.self) { try target(choice, ["/s/server.json": "{", "/s/admin.token": "t"]) }
        #expect(throws: CommandFailure.self) {
            try target(.server(url: "https://c", tokenFile: "/t", caFile: "/ca"), ["/t": "t"])
        }
    }
}

@Suite("API requests")
struct APIRequestTests {
    private let workload = ResourceKey(kind: .workload, name: "chat")

    @Test("have the documented paths")
    func paths() {
        let requests: [(APIRequest, String)] = [
            (.list(.resources(.compliancePolicy)), "GET /api/v1alpha1/compliancepolicies"),
            (.list(.replicas), "GET /api/v1alpha1/replicas"), (.get(workload), "GET /api/v1alpha1/workloads/chat"),
            (.delete(workload), "DELETE /api/v1alpha1/workloads/chat"),
            (.apply([], contentType: "application/yaml", isDryRun: true), "POST /api/v1alpha1/apply?dryRun=true"),
            (.apply([], contentType: "application/yaml", isDryRun: false), "POST /api/v1alpha1/apply"),
            (.drain(plane: "toronto", isDrained: true), "POST /api/v1alpha1/workloadplanes/toronto/drain"),
            (.explain(workload: "chat"), "GET /api/v1alpha1/explain/chat"), (.verifyAudit, "GET /api/v1alpha1/audit/verify"),
            (.createToken(.plane("toronto")), "POST /api/v1alpha1/tokens"),
            (.watch(.replicas, after: nil), "GET /api/v1alpha1/replicas?watch=true"),
            (.watch(.resources(.gateway), after: "12"), "GET /api/v1alpha1/gateways?watch=true&resourceVersion=12"),
        ]
        for (request, expected) in requests { #expect("\(request.method) \(request.path)" == expected) }
    }

    @Test("carry JSON bodies")
    func bodies() throws {
        let drain = try #require(APIRequest.drain(plane: "toronto", isDrained: false).body)
        #expect(try JSONValue(bytes: drain) == ["drained": false])
        let token = try #require(APIRequest.createToken(.gateway("frankfurt")).body)
        #expect(try JSONValue(bytes: token) == ["scope": "gateway/frankfurt"])
    }

    @Test("keep a hostile name in its one path segment")
    func names() {
        #expect(
            APIRequest.get(ResourceKey(kind: .route, name: "../a?b#c d\r\né")).path
                == "/api/v1alpha1/routes/..%2Fa%3Fb%23c%20d%0D%0A%C3%A9")
    }
}
