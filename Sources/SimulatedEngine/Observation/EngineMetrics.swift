/// The counters of one engine, under vLLM's names (docs.vllm.ai, "Production metrics"), so that what scrapes vLLM scrapes this.
struct EngineMetrics: Sendable {
    enum FinishReason: String, CaseIterable, Sendable {
        case stop, length, abort, error
    }

    /// What is true at the time of the scrape.
    struct Gauges: Equatable, Sendable {
        var running: Int
        var waiting: Int
        /// 0 to 1.
        var kvUse: Double
        var generatedTokens: Int
        /// Share of the largest batch that runs, 0 to 1.
        var batchFill: Double
    }

    /// Of the accelerator it pretends to be, MiB: an 80 GB card's.
    private static let memory = 81_559.0

    /// vLLM's buckets for both (vllm/v1/metrics/loggers.py).
    private(set) var timeToFirstToken = Histogram(bounds: [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2_560,
    ])
    private(set) var requestLatency = Histogram(bounds: [
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1_920, 7_680,
    ])
    private(set) var promptTokens = 0
    private var finished = [Int](repeating: 0, count: FinishReason.allCases.count)

    mutating func promptRead(tokens: Int) { promptTokens += tokens }

    mutating func firstTokenMade(after nanoseconds: Int64) { timeToFirstToken.observe(Double(nanoseconds) / 1e9) }

    mutating func requestEnded(_ reason: FinishReason, after nanoseconds: Int64) {
        for (index, candidate) in FinishReason.allCases.enumerated() where candidate == reason { finished[index] += 1 }
        if reason == .stop || reason == .length { requestLatency.observe(Double(nanoseconds) / 1e9) }
    }

    /// The exposition text (Prometheus text format 0.0.4). `model` needs no escaping: names are checked in the configuration.
    func exposition(model: String, gauges: Gauges) -> String {
        let labels = "engine=\"0\",model_name=\"\(model)\""
        var text = ""
        func write(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name){\(labels)} \(value)\n"
        }
        write("vllm:num_requests_running", "gauge", "Number of requests in model execution batches.", gauges.running)
        write("vllm:num_requests_waiting", "gauge", "Number of requests waiting to be processed.", gauges.waiting)
        write("vllm:kv_cache_usage_perc", "gauge", "KV-cache usage. 1 means 100 percent usage.", gauges.kvUse)
        write("vllm:prompt_tokens_total", "counter", "Number of prefill tokens processed.", promptTokens)
        write("vllm:generation_tokens_total", "counter", "Number of generation tokens processed.", gauges.generatedTokens)
        text += "# HELP vllm:request_success_total Count of processed requests.\n# TYPE vllm:request_success_total counter\n"
        for (reason, count) in zip(FinishReason.allCases, finished) {
            text += "vllm:request_success_total{\(labels),finished_reason=\"\(reason.rawValue)\"} \(count)\n"
        }
        func device(_ name: String, _ help: String, _ value: Int) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name){gpu=\"0\",modelName=\"simulated\"} \(value)\n"
        }
        let used = Int(gauges.kvUse * Self.memory)
        device("DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).", Int(gauges.batchFill * 100))
        device("DCGM_FI_DEV_FB_USED", "Framebuffer memory used (in MiB).", used)
        device("DCGM_FI_DEV_FB_FREE", "Framebuffer memory free (in MiB).", Int(Self.memory) - used)
        timeToFirstToken.write(
            name: "vllm:time_to_first_token_seconds", help: "Histogram of time to first token in seconds.", labels: labels,
            to: &text)
        requestLatency.write(
            name: "vllm:e2e_request_latency_seconds", help: "Histogram of e2e request latency in seconds.", labels: labels,
            to: &text)
        return text
    }
}
