import FleetControl
import FleetModel
import Testing
import WorkloadPlanes

@Suite struct AcceleratorMetricsTests {
    private func read(_ page: String) -> AcceleratorMetrics? { AcceleratorMetrics(Array(page.utf8)) }

    /// As DCGM exporter 4 writes it.
    private static func line(_ name: String, gpu: Int, _ value: String) -> String {
        "\(name){gpu=\"\(gpu)\",UUID=\"GPU-604ac76c-d9cf-fef3-62e9-d92044ab6e5\(gpu)\",pci_bus_id=\"00000000:0\(gpu):00.0\","
            + "device=\"nvidia\(gpu)\",modelName=\"NVIDIA H100 80GB HBM3\",Hostname=\"node-1\"} \(value)\n"
    }

    private static let page =
        "# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).\n# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n"
        + line("DCGM_FI_DEV_GPU_UTIL", gpu: 0, "75") + line("DCGM_FI_DEV_GPU_UTIL", gpu: 1, "25")
        + line("DCGM_FI_DEV_GPU_UTIL", gpu: 2, "0") + line("DCGM_FI_DEV_FB_USED", gpu: 0, "60000")
        + line("DCGM_FI_DEV_FB_USED", gpu: 1, "20000") + line("DCGM_FI_DEV_FB_USED", gpu: 2, "0")
        + line("DCGM_FI_DEV_FB_FREE", gpu: 0, "20000") + line("DCGM_FI_DEV_FB_FREE", gpu: 1, "60000")
        + line("DCGM_FI_DEV_FB_FREE", gpu: 2, "80000")

    @Test("tells a replica's accelerators by their numbers: the mean of their use, the fullest of their memories")
    func numbers() throws {
        let metrics = try #require(read(Self.page))
        #expect(metrics.use(of: [0, 1]) == .init(use: 0.5, memoryUse: 0.75))
        #expect(metrics.use(of: [1]) == .init(use: 0.25, memoryUse: 0.25))
        #expect(metrics.use(of: [2]) == .init(use: 0, memoryUse: 0))
        // One of them is not on the page: nothing is said of either.
        #expect(metrics.use(of: [2, 3]) == nil)
    }

    @Test("takes what DCGM does not know, and what cannot be, for not said")
    func unknown() throws {
        let page =
            Self.line("DCGM_FI_DEV_GPU_UTIL", gpu: 0, "9223372036854775794") + Self.line("DCGM_FI_DEV_GPU_UTIL", gpu: 1, "-1")
            + Self.line("DCGM_FI_DEV_FB_USED", gpu: 0, "1000") + Self.line("DCGM_FI_DEV_FB_FREE", gpu: 0, "NaN")
        #expect(try #require(read(page)).use(of: [0]) == nil)
        #expect(read("DCGM_FI_DEV_GPU_UTIL 50\n") == nil)
        #expect(read("DCGM_FI_DEV_GPU_TEMP{gpu=\"0\"} 50\n") == nil)
    }

    @Test("counts reserved memory as used, and slices of a GPU by their activity")
    func reservedAndSlices() throws {
        let page =
            Self.line("DCGM_FI_DEV_FB_USED", gpu: 0, "30000") + Self.line("DCGM_FI_DEV_FB_RESERVED", gpu: 0, "10000")
            + Self.line("DCGM_FI_DEV_FB_FREE", gpu: 0, "40000")
            + "DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",GPU_I_ID=\"1\"} 0.25\n"
            + "DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",GPU_I_ID=\"2\"} 0.75\n"
        #expect(try #require(read(page)).use(of: [0]) == .init(use: 0.5, memoryUse: 0.5))
    }

    @Test("reads Triton's names on an engine's own page, beside its load")
    func triton() {
        let page = """
            nv_gpu_utilization{gpu_uuid="GPU-a"} 0.25
            nv_gpu_memory_total_bytes{gpu_uuid="GPU-a"} 8e10
            nv_gpu_memory_used_bytes{gpu_uuid="GPU-a"} 2e10
            nv_trt_llm_request_metrics{model="m",request_type="waiting"} 3
            """
        let load = EngineMetrics.load(Array(page.utf8))
        #expect(load?.waiting == 3 && load?.acceleratorUse == 0.25 && load?.acceleratorMemoryUse == 0.25)
    }

    @Test("never fails, whatever it is given", arguments: [7, 8])
    func hostile(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let bytes = Array(Self.page.utf8)
        for _ in 0..<500 {
            var page = bytes
            for _ in 0..<8 { page[Int(random.next() % UInt64(page.count))] = UInt8(truncatingIfNeeded: random.next()) }
            let use = AcceleratorMetrics(page)?.whole
            #expect(use?.use.map { (0...1).contains($0) } ?? true)
            #expect(use?.memoryUse.map { (0...1).contains($0) } ?? true)
        }
        // More devices than any machine has are not kept.
        let many = (0..<10_000).map { "DCGM_FI_DEV_GPU_UTIL{gpu=\"\($0)\"} 1\n" }.joined()
        #expect(AcceleratorMetrics(Array(many.utf8))?.use(of: [255])?.use == 0.01)
        #expect(AcceleratorMetrics(Array(many.utf8))?.use(of: [256]) == nil)
    }
}
