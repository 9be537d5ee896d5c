import FleetModel
import FleetTransport
import Gateway
import Testing

@Suite("Waiting and shedding", .timeLimit(.minutes(5)))
struct QueueTests {
    static let tenants = Tenant.Priority.allCases.map { priority in
        TenantTerms(name: TenantName(priority.rawValue), priority: priority, keys: [digest("sk-\(priority.rawValue)")])
    }

    static func post(_ priority: Tenant.Priority) -> String {
        TestFleet.post(headers: "x-api-key: sk-\(priority.rawValue)\r\n")
    }

    static func admission(_ admission: WorkloadAdmission) -> TestFleet.Adjustment {
        TestFleet.Adjustment { snapshot in
            for index in snapshot.workloads.indices { snapshot.workloads[index].admission = admission }
        }
    }

    @Test("a request waits until a replica is there")
    func scaleFromZero() async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        let queue = Self.admission(WorkloadAdmission(queueTimeoutMilliseconds: 60_000))
        try await TestFleet.with([], tenants: Self.tenants, adjust: queue) { fleet in
            let clients = [try await fleet.client(), try await fleet.client()]
            for client in clients { try await client.send(Self.post(.standard)) }
            // A request behind it on the same loop was answered: the first two are in line.
            #expect(try await fleet.ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            try await fleet.report([.init(plane: "near", address: upstream.address)])
            for client in clients {
                #expect(try await client.response().status == 200)
                try await client.close()
            }
        }
    }

    @Test("a request that waited its time out gets 503")
    func timeout() async throws {
        let queue = Self.admission(WorkloadAdmission(queueTimeoutMilliseconds: 100))
        try await TestFleet.with([], tenants: Self.tenants, adjust: queue) { fleet in
            let response = try await fleet.ask(Self.post(.standard))
            #expect(response.status == 503 && response.body.contains("\"code\":\"queue_timeout\""))
            #expect(response.header("retry-after") == "1")
        }
    }

    @Test("a full queue refuses, but not for one of higher priority; who leaves makes room")
    func full() async throws {
        let upstream = try await ScriptedUpstream.answering("served")
        let queue = Self.admission(WorkloadAdmission(queueTimeoutMilliseconds: 60_000, queuedRequests: 1))
        try await TestFleet.with([], tenants: Self.tenants, adjust: queue) { fleet in
            let first = try await fleet.client()
            try await first.send(Self.post(.standard))
            let refused = try await fleet.ask(Self.post(.standard))
            #expect(refused.status == 503 && refused.body.contains("\"code\":\"queue_full\""))
            let critical = try await fleet.client()
            try await critical.send(Self.post(.critical))
            #expect(try await first.response().status == 503)
            try await critical.close()
            // The gateway notices that it left before or after it reads the next: either way that one is let in line.
            let last = try await fleet.client()
            try await last.send(Self.post(.critical))
            var isServed = false
            while !isServed {
                try await fleet.report([.init(plane: "near", address: upstream.address)])
                isServed = try await fleet.ask(Self.post(.critical)).status == 200
            }
            #expect([200, 503].contains(try await last.response().status))
            try await last.close()
            try await first.close()
        }
    }

    @Test("sheds by priority once as many requests run as may")
    func sheds() async throws {
        let upstream = try await ScriptedUpstream { _ in [] }
        let limit = Self.admission(WorkloadAdmission(concurrencyLimit: .gradient2))
        try await TestFleet.with(
            [.init(plane: "near", address: upstream.address)], tenants: Self.tenants, adjust: limit
        ) { fleet in
            var clients: [RawClient] = []
            // 32 may run at first; four fifths of them for sheddable requests.
            for _ in 0..<25 {
                let client = try await fleet.client()
                try await client.send(Self.post(.standard))
                clients.append(client)
            }
            try await upstream.waitForRequests(25)
            let shed = try await fleet.ask(Self.post(.sheddable))
            #expect(shed.status == 429 && shed.body.contains("\"code\":\"load_shed\""))
            for _ in 0..<7 {
                let client = try await fleet.client()
                try await client.send(Self.post(.standard))
                clients.append(client)
            }
            try await upstream.waitForRequests(32)
            #expect(try await fleet.ask(Self.post(.standard)).status == 429)
            let critical = try await fleet.client()
            try await critical.send(Self.post(.critical))
            try await upstream.waitForRequests(33)
            for client in clients + [critical] { try await client.close() }
            try await upstream.waitForClosures(33)
            let after = try await fleet.client()
            try await after.send(Self.post(.sheddable))
            try await upstream.waitForRequests(34)
            try await after.close()
        }
    }

    @Test("a route bounds the bodies of requests and of answers")
    func sizes() async throws {
        let upstream = try await ScriptedUpstream { request in
            let size = request.text.contains("large") ? 2_000 : 10
            return [.send(ScriptedUpstream.ok(String(repeating: "a", count: size)))]
        }
        let bound = TestFleet.Adjustment { snapshot in
            for index in snapshot.routes.indices {
                snapshot.routes[index].maxRequestBytes = 100
                snapshot.routes[index].maxResponseBytes = 1_000
            }
        }
        try await TestFleet.with([.init(plane: "near", address: upstream.address)], adjust: bound) { fleet in
            let fits = try await fleet.ask(TestFleet.post())
            #expect(fits.status == 200)
            let long = try await fleet.ask(TestFleet.post(extra: ",\"x\":\"\(String(repeating: "q", count: 100))\""))
            #expect(long.status == 413 && long.body.contains("at most 100 bytes"))
            let answer = try await fleet.ask(TestFleet.post(extra: ",\"x\":\"large\""))
            #expect(answer.status == 502 && answer.body.contains("\"code\":\"response_too_large\""))
        }
    }
}
