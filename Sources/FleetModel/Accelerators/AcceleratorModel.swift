/// A product as its vendor names it, with the sizes of memory it is sold with.
struct AcceleratorModel: Sendable {
    /// First part of the type's name: `A100` of `A100-80GB`.
    let name: String
    let architecture: AcceleratorArchitecture
    /// Nominal gigabytes of memory of one accelerator, smallest first; empty for a processor.
    let memories: [Int]
    /// What vendors, drivers and catalogues call it beside `name`, in lower case without separators.
    let spellings: [String]
    /// Sizes that stand in names and mean another one: `GH200 480GB` states the memory of its processor.
    let misleadingMemories: [Int: Int]

    init(
        _ name: String, _ architecture: AcceleratorArchitecture, _ memories: Int..., spelt spellings: [String] = [],
        misleading: [Int: Int] = [:]
    ) {
        self.name = name
        self.architecture = architecture
        self.memories = memories
        self.spellings = spellings
        misleadingMemories = misleading
    }

    var types: [AcceleratorType] {
        memories.isEmpty ? [AcceleratorType(name)] : memories.map { AcceleratorType("\(name)-\($0)GB") }
    }

    /// Memory is per accelerator as it is rented: a TPU chip, a K80's or M60's single die, a Trainium or Inferentia chip. Sizes are
    /// the vendors' data sheets', except B200, B300 and GB200, which clouds sell with less than the nominal 192, 288 and 192 GB and
    /// which carry the size their offers state.
    static let known: [AcceleratorModel] = [
        AcceleratorModel("CPU", .cpu),
        // NVIDIA, data centre
        AcceleratorModel("K80", .kepler, 12),
        AcceleratorModel("M60", .maxwell, 8),
        AcceleratorModel("P4", .pascal, 8),
        AcceleratorModel("P40", .pascal, 24),
        AcceleratorModel("P100", .pascal, 16),
        AcceleratorModel("V100", .volta, 16, 32, spelt: ["v100s"]),
        AcceleratorModel("T4", .turing, 16),
        AcceleratorModel("T4G", .turing, 16),
        AcceleratorModel("A2", .ampere, 16),
        AcceleratorModel("A10", .ampere, 24),
        AcceleratorModel("A10G", .ampere, 24),
        AcceleratorModel("A16", .ampere, 16),
        AcceleratorModel("A30", .ampere, 24),
        AcceleratorModel("A40", .ampere, 48),
        AcceleratorModel("A100", .ampere, 40, 80),
        AcceleratorModel("A800", .ampere, 80),
        AcceleratorModel("L4", .ada, 24),
        AcceleratorModel("L20", .ada, 48),
        AcceleratorModel("L40", .ada, 48),
        AcceleratorModel("L40S", .ada, 48),
        AcceleratorModel("H20", .hopper, 96),
        AcceleratorModel("H100", .hopper, 80),
        AcceleratorModel("H100-NVL", .hopper, 94),
        AcceleratorModel("H200", .hopper, 141, spelt: ["h200nvl"]),
        AcceleratorModel("H800", .hopper, 80),
        AcceleratorModel("GH200", .hopper, 96, 144, misleading: [480: 96, 576: 96]),
        AcceleratorModel("B200", .blackwell, 180),
        AcceleratorModel("B300", .blackwell, 268),
        AcceleratorModel("GB200", .blackwell, 186),
        AcceleratorModel("GB300", .blackwell, 288),
        // NVIDIA, workstation and consumer
        AcceleratorModel("A4000", .ampere, 16, spelt: ["rtxa4000"]),
        AcceleratorModel("A4500", .ampere, 20, spelt: ["rtxa4500"]),
        AcceleratorModel("A5000", .ampere, 24, spelt: ["rtxa5000"]),
        AcceleratorModel("A6000", .ampere, 48, spelt: ["rtxa6000"]),
        AcceleratorModel("RTX-3090", .ampere, 24, spelt: ["3090", "rtx3090ti"]),
        AcceleratorModel("RTX-4090", .ada, 24, spelt: ["4090"]),
        AcceleratorModel("RTX-5090", .blackwell, 32, spelt: ["5090"]),
        AcceleratorModel("RTX-4000-Ada", .ada, 20),
        AcceleratorModel("RTX-5000-Ada", .ada, 32),
        // Two products of two generations were sold as "RTX 6000".
        AcceleratorModel("RTX-6000", .turing, 24, spelt: ["quadrortx6000"]),
        AcceleratorModel("RTX-6000-Ada", .ada, 48, spelt: ["rtx6000", "6000ada"]),
        AcceleratorModel("RTX-PRO-6000", .blackwell, 96, spelt: ["rtxpro6000s", "rtxpro6000ws", "rtxpro6000wk", "rtx6000pro"]),
        // AMD
        AcceleratorModel("MI100", .cdna, 32),
        AcceleratorModel("MI210", .cdna2, 64),
        AcceleratorModel("MI250", .cdna2, 128),
        AcceleratorModel("MI250X", .cdna2, 128),
        AcceleratorModel("MI300A", .cdna3, 128),
        AcceleratorModel("MI300X", .cdna3, 192),
        AcceleratorModel("MI325X", .cdna3, 256),
        AcceleratorModel("MI350X", .cdna4, 288),
        AcceleratorModel("MI355X", .cdna4, 288),
        // Google
        AcceleratorModel("TPU-v2", .tpu, 16, spelt: ["tpu2"]),
        AcceleratorModel("TPU-v3", .tpu, 32, spelt: ["tpu3"]),
        AcceleratorModel("TPU-v4", .tpu, 32, spelt: ["tpu4"]),
        AcceleratorModel("TPU-v5e", .tpu, 16, spelt: ["tpuv5lite", "tpuv5litepod", "tpu5e", "v5e", "v5litepod"]),
        AcceleratorModel("TPU-v5p", .tpu, 95, spelt: ["tpu5p", "v5p"]),
        AcceleratorModel("TPU-v6e", .tpu, 32, spelt: ["tpu6e", "v6e", "trillium", "tputrillium"]),
        AcceleratorModel("TPU-v7", .tpu, 192, spelt: ["tpu7", "tpu7x", "ironwood", "tpuironwood"]),
        // Intel, Amazon
        AcceleratorModel("Gaudi", .gaudi, 32, spelt: ["gaudi1", "gaudihl205"]),
        AcceleratorModel("Gaudi2", .gaudi, 96, spelt: ["gaudihl225", "gaudihl225h"]),
        AcceleratorModel("Gaudi3", .gaudi, 128),
        AcceleratorModel("Inferentia", .neuron, 8, spelt: ["inferentia1", "inf1"]),
        AcceleratorModel("Inferentia2", .neuron, 32, spelt: ["inf2"]),
        AcceleratorModel("Trainium", .neuron, 32, spelt: ["trainium1", "trn1"]),
        AcceleratorModel("Trainium2", .neuron, 96, spelt: ["trn2"]),
    ]
}
