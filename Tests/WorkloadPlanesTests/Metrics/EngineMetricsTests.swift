import FleetControl
import SeededCases
import Testing
import WorkloadPlanes

@Suite struct EngineMetricsTests {
    private func load(_ page: String) -> ReplicaLoad? { EngineMetrics.load(Array(page.utf8)) }

    @Test("reads vLLM's names, also with quotes and braces inside labels")
    func vllm() {
        let page = """
            # HELP vllm:num_requests_running Number of requests in model execution batches.
            # TYPE vllm:num_requests_running gauge
            vllm:num_requests_running{engine="0",model_name="a}\\" 9"} 3.0
            vllm:num_requests_waiting{model_name="a"} 2.0 1712345678
            vllm:kv_cache_usage_perc{model_name="a"} 0.25
            """
        #expect(load(page) == ReplicaLoad(running: 3, waiting: 2, kvCacheUse: 0.25))
    }

    @Test("reads vLLM's older cache name and SGLang's names")
    func others() {
        #expect(load("vllm:gpu_cache_usage_perc 0.5\n") == ReplicaLoad(kvCacheUse: 0.5))
        #expect(
            load("sglang:num_running_reqs{a=\"b\"} 4\r\nsglang:num_queue_reqs 1\nsglang:token_usage 0.125")
                == ReplicaLoad(running: 4, waiting: 1, kvCacheUse: 0.125))
    }

    @Test("reads TensorRT-LLM's names, and Triton's by the label that tells what a sample means")
    func tensorRT() {
        let serve = """
            trtllm_num_requests_running 4
            trtllm_num_requests_waiting 2
            trtllm_kv_cache_utilization{engine_type="trtllm"} 0.5

            """
        #expect(load(serve) == ReplicaLoad(running: 4, waiting: 2, kvCacheUse: 0.5))
        let triton = """
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="waiting",version="1"} 3
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="scheduled",version="1"} 7
            nv_trt_llm_request_metrics{model="tensorrt_llm",request_type="max",version="1"} 512
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction",model="tensorrt_llm",version="1"} 0.25
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="used",model="tensorrt_llm",version="1"} 900

            """
        #expect(load(triton) == ReplicaLoad(running: 7, waiting: 3, kvCacheUse: 0.25))
    }

    @Test("adds the samples of several ranks")
    func ranks() {
        #expect(load("vllm:num_requests_running{r=\"0\"} 1\nvllm:num_requests_running{r=\"1\"} 2\n") == ReplicaLoad(running: 3))
    }

    @Test(
        "numbers that cannot be count as not said",
        arguments: ["NaN", "+Inf", "-1", "", "{", "1e999", "0x10zz", "vllm:num_requests_running"])
    func impossible(number: String) {
        #expect(load("vllm:num_requests_running \(number)\n") == nil)
        #expect(load("vllm:num_requests_running{a=\"b\" \(number)\n") == nil)
    }

    @Test("huge numbers are capped, not overflowed")
    func huge() {
        let line = "vllm:num_requests_running 1e300\n"
        #expect(load(line + line + line)?.running == 1_000_000)
    }

    @Test("random bytes never break it")
    func hostile() {
        let pieces = [
            "vllm:num_requests_running", "sglang:token_usage", "{", "}", "\"", "\\", " ", "\n", "1", "9.5e400", "-", "NaN",
            "\u{0}", "é",
        ].map { Array($0.utf8) }
        for seed in 0..<caseCount() {
            var random = SeededGenerator(seed: seed)
            var page: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                page += pieces.randomElement(using: &random) ?? []
                if Bool.random(using: &random) { page.append(UInt8.random(in: .min ... .max, using: &random)) }
            }
            let load = EngineMetrics.load(page)
            let isSane =
                (load?.running ?? 0) >= 0 && (load?.waiting ?? 0) >= 0 && (0...1).contains(load?.kvCacheUse ?? 0)
            #expect(isSane, "seed \(seed)")
        }
    }
}
