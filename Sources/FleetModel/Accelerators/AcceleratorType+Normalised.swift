extension AcceleratorType {
    /// Reads an accelerator's name in the spellings of vendors, drivers, Kubernetes labels and catalogues: `h100`, `NVIDIA H100 80GB
    /// HBM3`, `nvidia-tesla-t4`, `A100-SXM4-80GB`, `gpu-h100-sxm`, `RTX 4090`, `tpu-v5-lite-podslice`.
    ///
    /// - Parameter memory: What one accelerator is known to have, for a name that does not say (`A100`).
    package static func normalised(_ text: String, memory: Gibibytes? = nil) -> AcceleratorReading {
        guard let name = AcceleratorName(text), !name.isPartOfOne,
            let (models, size) = AcceleratorSpellings.known.models(spelt: name.words)
        else { return .unknown }
        let all = models.flatMap { model in model.types.map { (model: model, type: $0) } }
        guard let stated = name.gigabytes ?? size ?? memory?.value else {
            return all.count == 1 ? .type(all[0].type) : .ambiguous(all.map(\.type).byMemory)
        }
        let fitting = all.filter { entry in
            let size = Int(exactly: stated).flatMap { entry.model.misleadingMemories[$0] }.map(Double.init) ?? stated
            guard let nominal = entry.type.memory?.value else { return false }
            return abs(size - nominal) <= nominal * AcceleratorName.memoryTolerance
        }
        switch fitting.count {
        case 1: return .type(fitting[0].type)
        case 0: return .unknown
        default: return .ambiguous(fitting.map(\.type).byMemory)
        }
    }

    /// The type with the nearest spelling; nil where none is within a third of its letters. Compares with every spelling there is:
    /// for a message, not for a table.
    package static func nearest(to text: String) -> AcceleratorType? {
        guard let name = AcceleratorName(text), !name.isPartOfOne else { return nil }
        return AcceleratorSpellings.known.nearest(to: name.words.joined())
    }
}

extension [AcceleratorType] {
    fileprivate var byMemory: [AcceleratorType] {
        sorted { (($0.memory?.value ?? 0), $0.name) < (($1.memory?.value ?? 0), $1.name) }
    }
}
