import FleetModel

/// A request to try on a fleet that has just come up.
enum UpExample {
    /// A curl line for the first workload that looks like chat, else for the first one; nil where there is none.
    static func curl(_ fleet: Fleet, url: String) -> String? {
        let isEmbedding = { (workload: Workload) in workload.models.contains { $0.contains("embed") || $0.contains("MiniLM") } }
        guard let workload = fleet.workloads.first(where: { !isEmbedding($0) }) ?? fleet.workloads.first,
            let model = workload.models.first
        else { return nil }
        let (path, body) =
            isEmbedding(workload)
            ? ("embeddings", "{\"model\": \"\(model)\", \"input\": \"Hello\"}")
            : ("chat/completions", "{\"model\": \"\(model)\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}")
        return "curl \(url)/v1/\(path) -H 'content-type: application/json' -d '\(body)'"
    }
}
