/// The generation of hardware an accelerator belongs to, by the maker's name for it in lower case: what kernels are compiled for.
package enum AcceleratorArchitecture: String, CaseIterable, Sendable, Codable {
    // NVIDIA
    case kepler, maxwell, pascal, volta, turing, ampere, ada, hopper, blackwell
    // AMD
    case cdna, cdna2, cdna3, cdna4
    // Google, Intel, Amazon
    case tpu, gaudi, neuron
    /// A node's processor share.
    case cpu

    /// Reads a name in any casing, also as vendors write it out ("Ada Lovelace", "CDNA 3"); nil where there is none such.
    package init?(spelling: String) {
        let letters = spelling.utf8.prefix(40).map { (65...90).contains($0) ? $0 + 32 : $0 }
        let name = String(decoding: letters.filter { (97...122).contains($0) || (48...57).contains($0) }, as: UTF8.self)
        let other: [String: Self] = ["adalovelace": .ada, "gracehopper": .hopper, "graceblackwell": .blackwell, "cdna1": .cdna]
        guard let found = Self(rawValue: name) ?? other[name] else { return nil }
        self = found
    }
}
