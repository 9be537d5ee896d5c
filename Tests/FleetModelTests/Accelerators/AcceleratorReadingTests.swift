import FleetModel
import SeededCases
import Testing

@Suite("Accelerator names")
struct AcceleratorReadingTests {
    @Test(
        "vendors', drivers', Kubernetes' and catalogues' spellings mean one type",
        arguments: [
            ("h100", "H100-80GB"), ("H100", "H100-80GB"), ("NVIDIA H100 80GB HBM3", "H100-80GB"),
            ("H100-SXM5-80GB", "H100-80GB"), ("NVIDIA-H100-PCIe", "H100-80GB"), ("gpu-h100-sxm", "H100-80GB"),
            ("H100_80GB", "H100-80GB"), ("nvidia-h100-mega-80gb", "H100-80GB"), ("H100-MEGA", "H100-80GB"),
            ("H100SXM", "H100-80GB"), ("H100 80 GB", "H100-80GB"), ("h100:80Gi", "H100-80GB"),
            ("NVIDIA H100 NVL", "H100-NVL-94GB"), ("H100-NVL", "H100-NVL-94GB"),
            ("Tesla T4", "T4-16GB"), ("nvidia-tesla-t4", "T4-16GB"), ("T4", "T4-16GB"), ("T4g", "T4G-16GB"),
            ("A100-80GB", "A100-80GB"), ("NVIDIA-A100-SXM4-80GB", "A100-80GB"), ("NVIDIA A100-PCIE-40GB", "A100-40GB"),
            ("A100-80GB-SXM", "A100-80GB"), ("a100-40", "A100-40GB"), ("a10g", "A10G-24GB"), ("NVIDIA A10G", "A10G-24GB"),
            ("A10", "A10-24GB"), ("L4", "L4-24GB"), ("nvidia-l4", "L4-24GB"), ("L40", "L40-48GB"), ("L40S", "L40S-48GB"),
            ("MI300X", "MI300X-192GB"), ("AMD Instinct MI300X", "MI300X-192GB"), ("amd-mi300x-192gb", "MI300X-192GB"),
            ("tpu-v5e", "TPU-v5e-16GB"), ("tpu-v5-lite-podslice", "TPU-v5e-16GB"), ("tpu-v5litepod-8", "TPU-v5e-16GB"),
            ("v5litepod", "TPU-v5e-16GB"), ("tpu-v6e-256", "TPU-v6e-32GB"), ("TPU v5p", "TPU-v5p-95GB"),
            ("RTX 4090", "RTX-4090-24GB"), ("NVIDIA GeForce RTX 4090", "RTX-4090-24GB"), ("rtx4090", "RTX-4090-24GB"),
            ("RTX A6000", "A6000-48GB"), ("RTXA6000", "A6000-48GB"), ("NVIDIA RTX 6000 Ada Generation", "RTX-6000-Ada-48GB"),
            ("Quadro RTX 6000", "RTX-6000-24GB"), ("RTX-PRO-6000", "RTX-PRO-6000-96GB"),
            ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTX-PRO-6000-96GB"), ("RTXPRO6000WS", "RTX-PRO-6000-96GB"),
            ("Tesla V100-SXM2-16GB", "V100-16GB"), ("V100 32GB", "V100-32GB"), ("NVIDIA H200", "H200-141GB"),
            ("nvidia-h200-141gb", "H200-141GB"), ("NVIDIA B200", "B200-180GB"), ("B200-192GB", "B200-180GB"),
            ("NVIDIA GH200 480GB", "GH200-96GB"), ("GB200", "GB200-186GB"), ("B300-288GB", "B300-268GB"),
            ("cpu", "CPU"), ("L4 22.4GiB", "L4-24GB"), ("Gaudi HL-205", "Gaudi-32GB"), ("trainium", "Trainium-32GB"),
        ])
    func spellings(text: String, type: String) {
        #expect(AcceleratorType.normalised(text) == .type(AcceleratorType(type)), "\(text)")
    }

    @Test("every known type is spelt as itself, in any casing")
    func identity() {
        #expect(AcceleratorType.known.count > 50)
        #expect(Set(AcceleratorType.known).count == AcceleratorType.known.count)
        for type in AcceleratorType.known {
            #expect(AcceleratorType.normalised(type.name) == .type(type))
            #expect(AcceleratorType.normalised(type.name.uppercased()) == .type(type))
            #expect(AcceleratorType.normalised(type.name.lowercased()) == .type(type))
            #expect(type.architecture != nil)
            #expect(type == "CPU" || type.memory != nil)
        }
    }

    @Test("a name several products carry gives the choices, smallest first")
    func ambiguity() {
        #expect(AcceleratorType.normalised("A100") == .ambiguous(["A100-40GB", "A100-80GB"]))
        #expect(AcceleratorType.normalised("nvidia-tesla-v100") == .ambiguous(["V100-16GB", "V100-32GB"]))
        #expect(AcceleratorType.normalised("RTX 6000") == .ambiguous(["RTX-6000-24GB", "RTX-6000-Ada-48GB"]))
        let objection = AcceleratorType.normalised("A100").objection(to: "A100")
        #expect(objection?.message == "\"A100\" names several accelerators")
        #expect(objection?.accepted == "A100-40GB or A100-80GB")
    }

    @Test("memory that is known otherwise decides between them")
    func memoryHint() {
        #expect(AcceleratorType.normalised("A100", memory: Gibibytes(80)) == .type("A100-80GB"))
        #expect(AcceleratorType.normalised("A100", memory: Gibibytes(39.5)) == .type("A100-40GB"))
        #expect(AcceleratorType.normalised("A100-40GB", memory: Gibibytes(80)) == .type("A100-40GB"))
        #expect(AcceleratorType.normalised("A100", memory: Gibibytes(60)) == .unknown)
        for size in [Double.infinity, -.infinity, .nan, 0, -1, 1e300] {
            #expect(AcceleratorType.normalised("GH200", memory: Gibibytes(size)).type == nil)
        }
    }

    @Test("what is not known is told, with what it nearly is", arguments: [("h10O", "H100-80GB"), ("RTX 4091", "RTX-4090-24GB")])
    func nearMiss(text: String, nearest: String) {
        let reading = AcceleratorType.normalised(text)
        #expect(reading == .unknown)
        #expect(reading.objection(to: text)?.accepted == "the nearest is \(nearest)")
    }

    @Test(
        "what is no accelerator is none",
        arguments: [
            "", " ", "-", "80GB", "nvidia", "warp-drive-9000", "H100-40GB", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "8x", "🚀",
        ])
    func unknown(text: String) {
        #expect(AcceleratorType.normalised(text).type == nil)
        #expect(AcceleratorType.normalised(text).candidates.isEmpty)
    }

    @Test("a hostile name costs nothing and breaks nothing")
    func hostile() {
        #expect(AcceleratorType.normalised(String(repeating: "h100 ", count: 100_000)) == .unknown)
        var generator = SeededGenerator(seed: 11)
        let letters = Array("ah100v2-_ .xsmgbGBi80480tpu".utf8)
        for _ in 0..<caseCount() {
            let bytes = (0..<generator.below(60)).map { _ in
                generator.isOne(in: 4) ? UInt8(generator.below(256)) : generator.pick(letters)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let reading = AcceleratorType.normalised(text)
            #expect((reading.candidates.count == 1) == (reading.type != nil))
            if let type = reading.type { #expect(AcceleratorType.known.contains(type)) }
        }
    }

    @Test(
        "an accelerator tells its generation",
        arguments: [
            ("H100-80GB", "hopper"), ("A100-40GB", "ampere"), ("L40S-48GB", "ada"), ("B200-180GB", "blackwell"),
            ("T4-16GB", "turing"), ("V100-16GB", "volta"), ("MI300X-192GB", "cdna3"), ("TPU-v5e-16GB", "tpu"), ("CPU", "cpu"),
        ])
    func architecture(type: String, name: String) {
        #expect(AcceleratorType(type).architecture?.rawValue == name)
        #expect(AcceleratorArchitecture(spelling: name.uppercased())?.rawValue == name)
    }

    @Test("generations are read as vendors write them")
    func architectureSpellings() {
        #expect(AcceleratorArchitecture(spelling: "Ada Lovelace") == .ada)
        #expect(AcceleratorArchitecture(spelling: "CDNA 3") == .cdna3)
        #expect(AcceleratorArchitecture(spelling: "hoper") == nil)
        #expect(AcceleratorType("FutureChip-512GB").architecture == nil)
    }
}
