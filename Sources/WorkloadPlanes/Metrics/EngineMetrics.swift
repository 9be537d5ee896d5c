package import FleetControl

/// Reads an engine's load from its Prometheus page (text format 0.0.4), as vLLM, SGLang, TensorRT-LLM
/// (`trtllm-serve`) and Triton with TensorRT-LLM name it, in their present and earlier names.
///
/// Tolerant by design: the page is somebody else's. What is not understood is passed over; numbers that cannot be (negative,
/// NaN, infinite) count as not said. Samples of one name (one per model or rank) are added; uses of a cache are maximised. Where
/// it tells of accelerators (``AcceleratorMetrics``), they are its own.
package enum EngineMetrics {
    private static let running = [
        "vllm:num_requests_running", "sglang:num_running_reqs", "trtllm_num_requests_running",
        "nv_trt_llm_request_metrics{request_type=scheduled}",
    ]
    private static let waiting = [
        "vllm:num_requests_waiting", "sglang:num_queue_reqs", "trtllm_num_requests_waiting",
        "nv_trt_llm_request_metrics{request_type=waiting}",
    ]
    private static let cacheUse = [
        "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", "sglang:token_usage", "trtllm_kv_cache_utilization",
        "nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=fraction}",
    ]
    /// Triton tells what a sample means by a label.
    private static let telling = [
        "nv_trt_llm_request_metrics": "request_type", "nv_trt_llm_kv_cache_block_metrics": "kv_cache_block_type",
    ]
    /// More than any engine runs; keeps sums far from overflow.
    private static let countLimit = 1_000_000.0
    /// Nil when the page says nothing about load.
    package static func load(_ page: [UInt8]) -> ReplicaLoad? {
        var load = ReplicaLoad()
        for line in page.split(separator: 10, omittingEmptySubsequences: true) {
            guard let (name, value) = meaning(line) else { continue }
            if running.contains(name) {
                load.running = (load.running ?? 0) + Int(min(value, countLimit))
            } else if waiting.contains(name) {
                load.waiting = (load.waiting ?? 0) + Int(min(value, countLimit))
            } else if cacheUse.contains(name) {
                load.kvCacheUse = max(load.kvCacheUse ?? 0, min(value, 1))
            }
            load.running = load.running.map { min($0, Int(countLimit)) }
            load.waiting = load.waiting.map { min($0, Int(countLimit)) }
        }
        if let accelerators = AcceleratorMetrics(page)?.whole {
            (load.acceleratorUse, load.acceleratorMemoryUse) = (accelerators.use, accelerators.memoryUse)
        }
        return load == ReplicaLoad() ? nil : load
    }

    /// The name with its label where that tells what it means.
    private static func meaning(_ line: ArraySlice<UInt8>) -> (String, Double)? {
        guard let sample = PrometheusSample(line, initials: "vstn") else { return nil }
        guard let label = telling[sample.name] else { return (sample.name, sample.value) }
        return sample.label(label).map { ("\(sample.name){\(label)=\($0)}", sample.value) }
    }
}
