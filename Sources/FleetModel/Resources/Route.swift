/// Which requests go to which workload, and how patiently.
package struct Route: Equatable, Sendable {
    package enum Target: Equatable, Sendable, Codable {
        /// The workload whose `models` hold the body's `model` field.
        case workloadByModel
        case workload(WorkloadName)
    }

    /// A protocol a connection may change to.
    package enum Upgrade: String, CaseIterable, Sendable, Codable {
        case websocket
    }

    /// What its requests are written in: where the model of one stands.
    package enum API: String, CaseIterable, Sendable, Codable {
        /// OpenAI's and Anthropic's: the body's `model`, as JSON or as a part of a form.
        case openAI = "openai"
        /// KServe's Open Inference Protocol, version 2: `/v2/models/{model}`.
        case openInference
        /// `POST /predict`: the body's `model_id`.
        case predict
    }

    package struct Timeouts: Equatable, Sendable {
        package var connect: Duration
        /// From the request sent to the first byte of the response.
        package var firstByte: Duration
        /// Between two reads while a response streams.
        package var idle: Duration

        package init(connect: Duration = .seconds(2), firstByte: Duration = .seconds(60), idle: Duration = .seconds(30)) {
            self.connect = connect
            self.firstByte = firstByte
            self.idle = idle
        }
    }

    package var metadata: Metadata
    /// Host names; empty matches every one.
    package var hosts: [String]
    /// Path prefixes; the longest match over all routes wins.
    package var paths: [String]
    package var target: Target
    package var api: API
    /// Nil: as the workload says.
    package var balancing: BalancingRules?
    package var timeouts: Timeouts
    /// Most times one request is sent, the first included.
    package var maxAttempts: Int
    /// Bytes of a request's and of a response's body; nil leaves the gateway's own limit, and responses without one.
    package var maxRequestBytes: Int?
    package var maxResponseBytes: Int?
    /// Small responses are held until they are whole, so that a replica that dies in the middle is not seen; false passes every
    /// response on as it comes.
    package var buffersResponses: Bool
    package var resilience: RouteResilience
    /// What clients may change to where their replica agrees; nothing else passes.
    package var upgrades: [Upgrade]

    package var name: RouteName { RouteName(metadata.name) }

    package init(
        metadata: Metadata, hosts: [String] = [], paths: [String], target: Target = .workloadByModel,
        api: API = .openAI, balancing: BalancingRules? = nil, timeouts: Timeouts = Timeouts(), maxAttempts: Int = 4,
        maxRequestBytes: Int? = nil, maxResponseBytes: Int? = nil, buffersResponses: Bool = true,
        resilience: RouteResilience = .standard, upgrades: [Upgrade] = []
    ) {
        self.upgrades = upgrades
        self.metadata = metadata
        self.hosts = hosts
        self.paths = paths
        self.target = target
        self.api = api
        self.balancing = balancing
        self.timeouts = timeouts
        self.maxAttempts = maxAttempts
        self.maxRequestBytes = maxRequestBytes
        self.maxResponseBytes = maxResponseBytes
        self.buffersResponses = buffersResponses
        self.resilience = resilience
    }
}
