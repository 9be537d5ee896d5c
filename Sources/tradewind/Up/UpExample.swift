import FleetModel

/// Requests to try a fleet with.
enum UpExample {
    /// A curl line for the first workload that looks like chat, else for the first one; nil where there is none.
    static func curl(_ fleet: Fleet, url: String) -> String? {
        let workload = fleet.workloads.first { !isEmbedding($0) } ?? fleet.workloads.first
        guard let workload, let (path, body) = request(workload, tokens: nil) else { return nil }
        return "curl \(url)\(path) -H 'content-type: application/json' -d '\(body)'"
    }

    /// Path and body of a request that the workload's model answers; nil where it serves no model.
    ///
    /// - Parameter tokens: most tokens of the answer.
    static func request(_ workload: Workload, tokens: Int?) -> (path: String, body: String)? {
        guard let model = workload.models.first else { return nil }
        if isEmbedding(workload) { return ("/v1/embeddings", "{\"model\": \"\(model)\", \"input\": \"Hello\"}") }
        let limit = tokens.map { "\"max_tokens\": \($0), " } ?? ""
        return (
            "/v1/chat/completions",
            "{\"model\": \"\(model)\", \(limit)\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"
        )
    }

    private static func isEmbedding(_ workload: Workload) -> Bool {
        workload.models.contains { $0.contains("embed") || $0.contains("MiniLM") }
    }
}
