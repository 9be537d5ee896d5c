package import FleetControl

/// Reads an engine's load from its Prometheus page (text format 0.0.4), as vLLM, SGLang, TensorRT-LLM
/// (`trtllm-serve`) and Triton with TensorRT-LLM name it, in their present and earlier names.
///
/// Tolerant by design: the page is somebody else's. What is not understood is passed over; numbers that cannot be (negative,
/// NaN, infinite) count as not said. Samples of one name (one per model or rank) are added; uses of a cache are maximised.
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
    private static let nameLimit = 64
    private static let numberLimit = 32

    /// Nil when the page says nothing about load.
    package static func load(_ page: [UInt8]) -> ReplicaLoad? {
        var load = ReplicaLoad()
        for line in page.split(separator: 10, omittingEmptySubsequences: true) {
            guard let (name, value) = sample(line) else { continue }
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
        return load == ReplicaLoad() ? nil : load
    }

    /// `name{labels} value [timestamp]`; the name with its label where that tells what it means.
    private static func sample(_ line: ArraySlice<UInt8>) -> (String, Double)? {
        guard let first = line.first, "vstn".utf8.contains(first) else { return nil }
        let name = line.prefix { $0 != UInt8(ascii: "{") && $0 != 32 && $0 != 9 }
        guard name.count <= nameLimit, var rest = afterLabels(line[name.endIndex...]) else { return nil }
        rest = rest.drop { $0 == 32 || $0 == 9 }
        let number = rest.prefix { $0 != 32 && $0 != 9 && $0 != 13 }
        guard !number.isEmpty, number.count <= numberLimit, let value = Double(String(decoding: number, as: UTF8.self)),
            value.isFinite, value >= 0
        else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        guard let label = telling[text] else { return (text, value) }
        return self.value(of: label, in: line[name.endIndex...]).map { ("\(text){\(label)=\($0)}", value) }
    }

    /// A label's value, where it is one plain word.
    private static func value(of label: String, in text: ArraySlice<UInt8>) -> String? {
        let labels = text.dropFirst().prefix { $0 != UInt8(ascii: "}") }.split(separator: UInt8(ascii: ","))
        for pair in labels {
            let parts = pair.split(separator: UInt8(ascii: "="))
            guard parts.count == 2, parts[0].filter({ $0 != 32 }).elementsEqual(label.utf8) else { continue }
            return String(decoding: parts[1].filter { $0 != UInt8(ascii: "\"") && $0 != 32 }.prefix(nameLimit), as: UTF8.self)
        }
        return nil
    }

    /// Passes over `{…}`, with quoted values in which `\` escapes; nil when it has no end.
    private static func afterLabels(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text.first == UInt8(ascii: "{") else { return text }
        var isQuoted = false
        var isEscaped = false
        for index in text.indices.dropFirst() {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted {
                if byte == UInt8(ascii: "\\") { isEscaped = true } else if byte == UInt8(ascii: "\"") { isQuoted = false }
            } else if byte == UInt8(ascii: "\"") {
                isQuoted = true
            } else if byte == UInt8(ascii: "}") {
                return text[(index + 1)...]
            }
        }
        return nil
    }
}
