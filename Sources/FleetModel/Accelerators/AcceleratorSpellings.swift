/// The table of models, arranged for looking names up.
struct AcceleratorSpellings: Sendable {
    static let known = AcceleratorSpellings(AcceleratorModel.known)

    let architectures: [String: AcceleratorArchitecture]
    private let bySpelling: [String: [AcceleratorModel]]
    /// In table order, so that the nearest is the same every time.
    private let spellings: [String]

    init(_ models: [AcceleratorModel]) {
        var architectures: [String: AcceleratorArchitecture] = [:]
        var bySpelling: [String: [AcceleratorModel]] = [:]
        var spellings: [String] = []
        for model in models {
            for type in model.types { architectures[type.name] = model.architecture }
            for spelling in [AcceleratorName(model.name)?.words.joined() ?? model.name] + model.spellings {
                if bySpelling[spelling] == nil { spellings.append(spelling) }
                bySpelling[spelling, default: []].append(model)
            }
        }
        self.architectures = architectures
        self.bySpelling = bySpelling
        self.spellings = spellings
    }

    /// The models called so, and the memory that a bare number at the end states (`A100-40`); nil where there are none.
    func models(spelt words: [String]) -> (models: [AcceleratorModel], gigabytes: Double?)? {
        let joined = words.joined()
        if let models = bySpelling[joined] { return (models, nil) }
        // A form factor written without a separator: `H100SXM`.
        for ending in ["sxm", "sxm2", "sxm4", "sxm5", "pcie"] where joined.hasSuffix(ending) {
            if let models = bySpelling[String(joined.dropLast(ending.count))] { return (models, nil) }
        }
        guard words.count > 1, let last = words.last, let number = Double(last), last.utf8.allSatisfy({ (48...57).contains($0) }),
            let models = bySpelling[words.dropLast().joined()]
        else { return nil }
        // Slices of TPUs carry their number of chips or cores: `tpu-v6e-8`.
        return (models, models.allSatisfy { $0.architecture == .tpu } ? nil : number)
    }

    /// The first type of the model with the nearest spelling; nil where none is within a third of the letters.
    func nearest(to word: String) -> AcceleratorType? {
        guard !word.isEmpty, let spelling = NearestWord.nearest(to: word, among: spellings),
            NearestWord.distance(word, spelling) <= max(1, spelling.utf8.count / 3)
        else { return nil }
        return bySpelling[spelling]?.first?.types.first
    }
}
