package import EngineTiming

/// Everything that decides how a simulated engine behaves.
package struct SimulatedEngineConfiguration: Equatable, Sendable {
    /// Address to listen on.
    package var host: String
    /// Port to listen on; 0 takes any free one.
    package var port: Int
    /// Names clients may ask for, the first being the one in metrics (as vLLM does with several `--served-model-name`).
    package var models: [String]
    package var timing: EngineTimingParameters
    /// Chooses the text, the vectors and which requests a fault hits.
    package var seed: UInt64
    /// Told in `system_fingerprint` and the `x-engine-replica` header, so that a client can see who answered.
    package var replicaID: String
    /// Faults from the start; `POST /faults` replaces them.
    package var faults: FaultSettings
    /// Prompt and answer of one request, in tokens; a longer one gets 400 `context_length_exceeded`. The KV capacity caps it too.
    package var maxContextTokens: Int
    /// Length of an embedding when the request names none.
    package var embeddingDimensions: Int
    /// A larger request body gets 413.
    package var maxBodyBytes: Int
    /// Connections beyond this wait in the kernel's backlog.
    package var maxConnections: Int

    package init(
        host: String = "127.0.0.1", port: Int = 0, models: [String], timing: EngineTimingParameters = EngineTimingParameters(),
        seed: UInt64 = 1, replicaID: String = "simulated", faults: FaultSettings = FaultSettings(),
        maxContextTokens: Int = 32_768, embeddingDimensions: Int = 384, maxBodyBytes: Int = 4 << 20, maxConnections: Int = 1_024
    ) {
        self.host = host
        self.port = port
        self.models = models
        self.timing = timing
        self.seed = seed
        self.replicaID = replicaID
        self.faults = faults
        self.maxContextTokens = maxContextTokens
        self.embeddingDimensions = embeddingDimensions
        self.maxBodyBytes = maxBodyBytes
        self.maxConnections = maxConnections
    }

    /// The longest prompt with its answer that can ever be served, in tokens.
    var contextTokens: Int { min(maxContextTokens, timing.kvCapacityTokens) }

    /// Throws what is wrong first, in words that say what would be right.
    package func validate() throws {
        try timing.validate()
        try faults.validate()
        func require(_ isValid: Bool, _ message: String) throws(InvalidEngineConfiguration) {
            if !isValid { throw InvalidEngineConfiguration(message: message) }
        }
        try require(!models.isEmpty, "no model is named; name at least one")
        for name in models + [replicaID] {
            try require(
                Self.isName(name),
                "\(JSONText.quoted(name, limit: 64)) is no name; accepted are 1 to 256 printable ASCII characters without quote or backslash"
            )
        }
        try require((0...65_535).contains(port), "port is \(port); accepted is 0 to 65535")
        try require(
            (1...1_000_000_000).contains(maxContextTokens), "maxContextTokens is \(maxContextTokens); accepted is 1 to 1000000000"
        )
        try require(
            (1...EmbeddingRequest.maxDimensions).contains(embeddingDimensions),
            "embeddingDimensions is \(embeddingDimensions); accepted is 1 to \(EmbeddingRequest.maxDimensions)")
        try require((1_024...(64 << 20)).contains(maxBodyBytes), "maxBodyBytes is \(maxBodyBytes); accepted is 1024 to 67108864")
        try require((1...65_536).contains(maxConnections), "maxConnections is \(maxConnections); accepted is 1 to 65536")
    }

    /// Names go into JSON, metrics labels and headers as they are.
    private static func isName(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            && !text.hasPrefix(" ") && !text.hasSuffix(" ")
    }
}

/// A configuration no engine can run with.
package struct InvalidEngineConfiguration: Error, Equatable, CustomStringConvertible {
    package var message: String

    package var description: String { message }
}
