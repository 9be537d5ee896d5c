import ControlPlane
import FleetModel
import FleetTransport
import Foundation
import Hummingbird
import Testing

@Suite("Trust")
struct TrustTests {
    @Test("without a valid token nothing but health, readiness and the description answers")
    func unauthorized() async throws {
        let fixture = try await ControlPlaneFixture()
        for route in Routes.all {
            let path = route.path.replacingOccurrences("{plural}", "workloads").replacingOccurrences("{name}", "toronto")
                .replacingOccurrences("{workload}", "chat")
            for token in [nil, "", "tw_wrong"] as [String?] {
                let answer = try await fixture.send(route.method, path, "{}", token: token)
                if route.access == .open {
                    #expect(answer.status != 401, "\(route.method) \(path)")
                } else {
                    #expect(answer.status == 401, "\(route.method) \(path)")
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                }
            }
        }
    }

    @Test("a plane's token opens its own plane's paths and no other; a gateway's likewise")
    func scopes() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let tokens: [(scope: String, token: String)] = [
            ("admin", fixture.admin), ("plane/toronto", try fixture.token(.plane("toronto"))),
            ("gateway/door-toronto", try fixture.token(.gateway("door-toronto"))),
        ]
        for route in Routes.all where route.access != .open {
            for name in ["toronto", "singapore", "door-toronto"] {
                let path = route.path.replacingOccurrences("{plural}", "workloads").replacingOccurrences("{name}", name)
                    .replacingOccurrences("{workload}", "chat")
                for (scope, token) in tokens {
                    let wanted =
                        switch route.access {
                        case .open, .admin: "admin"
                        case .planeInPath: "plane/\(name)"
                        case .gatewayInPath: "gateway/\(name)"
                        }
                    guard scope != wanted else { continue }
                    let answer = try await fixture.send(route.method, path, "{}", token: token)
                    #expect(answer.status == 403, "\(scope) at \(route.method) \(path)")
                    #expect(answer.message.contains(scope))
                }
            }
        }
    }

    @Test("tokens of declared planes and gateways are made once, in private files, and are taken away with them")
    func minting() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let token = try fixture.token(.plane("toronto"))
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.folder.state.tokenFile(.plane("toronto")))[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        try await fixture.apply(SampleFleet.chat)
        #expect(try fixture.token(.plane("toronto")) == token)
        #expect(fixture.assembly.tokens.identify(token)?.scope == .plane("toronto"))
        _ = try await fixture.send(.delete, "/api/v1alpha1/workloadplanes/toronto")
        #expect(fixture.assembly.tokens.identify(token) == nil)
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.state.tokenFile(.plane("toronto"))))
    }

    @Test("a minted token replaces the plane's earlier one, on this machine's file too")
    func rotation() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let old = try fixture.token(.plane("toronto"))
        let answer = try await fixture.send(.post, "/api/v1alpha1/tokens", #"{"scope":"plane/toronto"}"#)
        #expect(answer.status == 201)
        let new = try #require(try answer.json["token"].text)
        #expect(fixture.assembly.tokens.identify(old) == nil)
        #expect(fixture.assembly.tokens.identify(new)?.scope == .plane("toronto"))
        #expect(try fixture.token(.plane("toronto")) == new)
        #expect(try await fixture.send(.post, "/api/v1alpha1/tokens", #"{"scope":"plane/none"}"#).status == 404)
        #expect(try await fixture.send(.post, "/api/v1alpha1/tokens", #"{"scope":"root"}"#).status == 422)
    }

    @Test("where the file of a token that is replaced cannot be written, the old token holds")
    func rotationWithoutFile() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let old = try fixture.token(.plane("toronto"))
        let file = fixture.folder.state.tokenFile(.plane("toronto"))
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file + "/full", withIntermediateDirectories: true)
        await #expect(throws: PrivateFile.Failure.self) {
            try await fixture.assembly.tokens.mint(.plane("toronto"), by: .system)
        }
        #expect(fixture.assembly.tokens.identify(old)?.scope == .plane("toronto"))
        #expect(try await fixture.assembly.store.tokens().contains { $0.digest == digest(old) })
    }

    @Test("what is declared no more gets no token from a pass that has not seen its end")
    func tokenOfTheRemoved() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        _ = try await fixture.send(.delete, "/api/v1alpha1/workloadplanes/toronto")
        try await fixture.assembly.tokens.ensure(.plane("toronto"))
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.state.tokenFile(.plane("toronto"))))
        #expect(try await !fixture.assembly.store.tokens().contains { $0.scope == .plane("toronto") })
        await #expect(throws: StoreError.self) {
            try await fixture.assembly.tokens.mint(.plane("toronto"), by: .system)
        }
        try await fixture.apply(SampleFleet.whole)
        let token = try fixture.token(.plane("toronto"))
        #expect(fixture.assembly.tokens.identify(token)?.scope == .plane("toronto"))
    }

    @Test("of tokens that are made at the same time each is recognised, and the newest of a plane alone")
    func concurrentMinting() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let tokens = fixture.assembly.tokens
        let made = try await withThrowingTaskGroup(of: (TokenScope, String).self) { group in
            for number in 0..<64 {
                let scope: TokenScope = number % 2 == 0 ? .admin : .plane("toronto")
                group.addTask { (scope, try await tokens.mint(scope, by: .system)) }
            }
            return try await group.reduce(into: [(TokenScope, String)]()) { $0.append($1) }
        }
        #expect(made.filter { $0.0 == .admin }.allSatisfy { tokens.identify($0.1)?.scope == .admin })
        let own = made.filter { $0.0 == .plane("toronto") && tokens.identify($0.1) != nil }.map(\.1)
        let kept = try fixture.token(.plane("toronto"))
        #expect(own == [kept])
    }

    @Test("after an older database was put back the tokens in the files hold: what runs goes on with them")
    func staleStore() async throws {
        let folder = ScratchFolder()
        var before: [TokenScope: String] = [:]
        let scopes: [TokenScope] = [.plane("toronto"), .gateway("door-toronto")]
        do {
            let fixture = try await ControlPlaneFixture(folder: folder)
            try await fixture.apply(SampleFleet.whole)
            for scope in scopes { before[scope] = try fixture.token(scope) }
            try fixture.assembly.store.close()
        }
        // What planes hold, and the store does not know.
        for scope in scopes {
            let newer = makeToken()
            try PrivateFile.write(Array(newer.utf8), to: folder.state.tokenFile(scope))
            before[scope] = newer
        }
        try FileManager.default.removeItem(atPath: folder.state.adminToken)
        let fixture = try await ControlPlaneFixture(folder: folder)
        try await fixture.assembly.reconciler.pass()
        for scope in scopes {
            #expect(try fixture.token(scope) == before[scope])
            #expect(fixture.assembly.tokens.identify(try #require(before[scope]))?.scope == scope)
        }
        #expect(try await fixture.send(.get, "/api/v1alpha1/workloads").status == 200, "the admin's file is made anew")
    }

    @Test("a token that only another machine holds stays valid when this machine's file is missing")
    func remoteToken() async throws {
        let folder = ScratchFolder()
        var remote = ""
        do {
            let fixture = try await ControlPlaneFixture(folder: folder)
            try await fixture.apply(SampleFleet.whole)
            remote = try fixture.token(.plane("toronto"))
            try fixture.assembly.store.close()
        }
        try FileManager.default.removeItem(atPath: folder.state.tokenFile(.plane("toronto")))
        let fixture = try await ControlPlaneFixture(folder: folder)
        try await fixture.assembly.reconciler.pass()
        #expect(fixture.assembly.tokens.identify(remote)?.scope == .plane("toronto"))
    }

    @Test("deleting a plane ends the stream that was opened with its token")
    func deletionDisconnects() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let subscription = try fixture.assembly.streams.listen(as: .plane("toronto"))
        _ = await subscription.mailbox.next()
        #expect(try await fixture.send(.delete, "/api/v1alpha1/workloadplanes/toronto").status == 200)
        #expect(await subscription.mailbox.next() == nil)
    }

    @Test("a plane is handed the key of each gateway's pair with it, the one the gateway computes from its own token")
    func feedKeys() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let assignment = try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        let expected = try ["door-singapore", "door-toronto"].map { name in
            let token = try fixture.token(.gateway(GatewayName(name)))
            return PlaneAssignment.FeedPeer(
                gateway: GatewayName(name),
                key: FeedAuthentication.key(seed: FeedAuthentication.seed(gatewayToken: token), plane: "toronto"))
        }
        #expect(assignment.feedPeers == expected)
    }

    @Test("no token, digest, seed or feed key is in anything an admin can read")
    func noSecrets() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        var secrets: [String] = [fixture.admin]
        for token in try await fixture.assembly.store.tokens() { secrets += [token.digest] + [token.feedSeed].compactMap(\.self) }
        for scope in [TokenScope.plane("toronto"), .gateway("door-toronto")] { secrets.append(try fixture.token(scope)) }
        let assignment = try await fixture.document(PlaneAssignment.self, .plane("toronto"))
        secrets += assignment.feedPeers.map(\.key)
        #expect(secrets.count > 8)
        for route in Routes.all where route.method == .get && route.access != .planeInPath && route.access != .gatewayInPath {
            for plural in ResourceKind.allCases.map(\.plural) {
                let path = route.path.replacingOccurrences("{plural}", plural).replacingOccurrences("{name}", "toronto")
                    .replacingOccurrences("{workload}", "chat")
                let answer = try await fixture.send(.get, path)
                #expect(!secrets.contains { answer.body.contains($0) }, "\(path)")
            }
        }
        let snapshot = try await fixture.document(RoutingSnapshot.self, .gateway("door-toronto"))
        let text = String(decoding: try FleetJSON.encode(snapshot), as: UTF8.self)
        #expect(!secrets.contains { text.contains($0) })
    }

    @Test("the audit of an admin's apply names the token by scope and number; verifying says intact")
    func audit() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.provider)
        let rows = try await fixture.send(.get, "/api/v1alpha1/audit").body
        #expect(rows.contains(#""author":"admin#1""#))
        #expect(rows.contains(#""subject":"Provider/onprem""#))
        #expect(try await fixture.send(.get, "/api/v1alpha1/audit/verify").json["intact"] == true)
    }

    @Test("beyond loopback only TLS is served")
    func loopback() throws {
        func configuration(_ host: String) -> ControlPlaneConfiguration {
            ControlPlaneConfiguration(stateFolder: StateFolder(root: "unused"), host: host)
        }
        for host in ["127.0.0.1", "127.9.8.7", "::1", "localhost"] {
            #expect(throws: Never.self) { try configuration(host).validate() }
        }
        for host in ["0.0.0.0", "::", "10.0.0.1", "example.com", "127.0.0.1.example.com", "127.0.0", "127.0.0.256"] {
            #expect(throws: ControlPlaneConfiguration.Problem.plainTextBeyondLoopback(host: host)) {
                try configuration(host).validate()
            }
            var secure = configuration(host)
            secure.tls = ControlPlaneConfiguration.TLS(certificateFile: "c", keyFile: "k")
            #expect(throws: Never.self) { try secure.validate() }
        }
    }
}
