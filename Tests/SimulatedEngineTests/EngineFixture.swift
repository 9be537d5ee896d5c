import AsyncHTTPClient
import EngineTiming
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import SimulatedEngine
import Testing

/// A running engine on a free port of the loopback interface, and a client for it.
struct EngineFixture: Sendable {
    let address: SimulatedEngineServer.Address
    let client: HTTPClient

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: String

        func header(_ name: String) -> String? { headers.first(name: name) }

        /// The value at a path of keys and indices; nil when there is none.
        func value(_ path: String...) throws -> JSONValue? {
            var value: JSONValue? = try JSONDecoder().decode(JSONValue.self, from: Data(body.utf8))
            for key in path { value = Int(key).flatMap { value?[$0] } ?? value?[key] }
            return value
        }
    }

    static func fastTiming(_ change: (inout EngineTimingParameters) -> Void = { _ in }) -> EngineTimingParameters {
        var timing = EngineTimingParameters(prefillTokensPerSecond: 1e8, decodeTokensPerSecond: 1e5)
        change(&timing)
        return timing
    }

    /// So slow that a request of more than one token outlives any test.
    static let slowTiming = EngineTimingParameters(prefillTokensPerSecond: 1e8, decodeTokensPerSecond: 0.01)

    /// Runs an engine for as long as `body` takes.
    static func run<Result: Sendable>(
        models: [String] = ["chat", "chat-large"], timing: EngineTimingParameters = fastTiming(), seed: UInt64 = 1,
        faults: FaultSettings = FaultSettings(), replicaID: String = "replica-7", maxContextTokens: Int = 4_096,
        maxBodyBytes: Int = 64 << 10, die: @escaping @Sendable () -> Void = {},
        _ body: @Sendable @escaping (EngineFixture) async throws -> Result
    ) async throws -> Result {
        let configuration = SimulatedEngineConfiguration(
            models: models, timing: timing, seed: seed, replicaID: replicaID, faults: faults, maxContextTokens: maxContextTokens,
            maxBodyBytes: maxBodyBytes)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = try SimulatedEngineServer(configuration: configuration, logger: logger, die: die)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let address = try #require(await server.boundAddress())
            let result = await Swift.Result { () async throws -> Result in
                try await withClient { try await body(EngineFixture(address: address, client: $0)) }
            }
            group.cancelAll()
            return try result.get()
        }
    }

    private static func withClient<Result: Sendable>(_ body: (HTTPClient) async throws -> Result) async throws -> Result {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(decompression: .disabled))
        let result = await Swift.Result { () async throws -> Result in try await body(client) }
        try await client.shutdown()
        return try result.get()
    }

    func url(_ path: String) -> String { "http://\(address)\(path)" }

    func get(_ path: String) async throws -> Answer { try await send(HTTPClientRequest(url: url(path))) }

    func post(_ path: String, _ json: String, headers: HTTPHeaders = [:]) async throws -> Answer {
        try await send(request(path, json, headers: headers))
    }

    func chat(_ extra: String = "", prompt: String = "hello") async throws -> Answer {
        try await post(
            "/v1/chat/completions", #"{"model":"chat","messages":[{"role":"user","content":"\#(prompt)"}]\#(extra)}"#)
    }

    func request(_ path: String, _ json: String, headers: HTTPHeaders = [:]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url(path))
        request.method = .POST
        request.headers = headers
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: json))
        return request
    }

    func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await client.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 16 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: body))
    }

    /// Runs `body` while chats are under way whose clients leave at its end.
    func during(chats: Int, _ extra: String = "", _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<chats { group.addTask { _ = try? await chat(extra) } }
            try await body()
            group.cancelAll()
        }
    }

    /// The value of one metrics line.
    func metric(_ name: String, _ label: String = "") async throws -> Double? {
        let text = try await get("/metrics").body
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + "{") && $0.contains(label) }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }

    /// Asks until the metric has the value, for half a minute at most.
    func metric(_ name: String, becomes value: Double, _ label: String = "") async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if try await metric(name, label) == value { return true }
        }
        return false
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// Any JSON, for looking into answers.
enum JSONValue: Equatable, Sendable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue? { if case .object(let members) = self { members[key] } else { nil } }
    subscript(index: Int) -> JSONValue? {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }
    var count: Int? { if case .array(let items) = self { items.count } else { nil } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
}
