/// A written name, taken apart.
struct AcceleratorName {
    /// Longer texts are no names.
    static let lengthLimit = 100
    /// Drivers report up to 7% less than the nominal size, and some vendors state that.
    static let memoryTolerance = 0.08

    /// What is left of the name without memory and without words that tell products apart no further, lower case.
    private(set) var words: [String] = []
    /// Memory as the name states it.
    private(set) var gigabytes: Double?
    /// A MIG slice is not the accelerator it is cut from.
    private(set) var isPartOfOne = false

    /// Makers, brands, form factors, memory technologies and packagings: the same accelerator to a scheduler.
    private static let silent: Set<String> = [
        "nvidia", "tesla", "amd", "instinct", "google", "cloud", "geforce", "intel", "habana", "aws", "gpu", "gpus", "graphics",
        "accelerator", "card", "tensor", "core", "hgx", "dgx", "grace", "hopper", "blackwell", "superchip", "ampere", "lovelace",
        "generation", "server", "workstation", "edition", "sxm", "sxm2", "sxm3", "sxm4", "sxm5", "sxm6", "pcie", "pci", "nvlink",
        "nvl4", "nvl72", "oam", "mega", "hbm", "hbm2", "hbm2e", "hbm3", "hbm3e", "gddr6", "gddr6x", "gddr7", "slice", "podslice",
        "pod", "ac", "dc",
    ]

    /// Nil for a text that is too long to be one.
    init?(_ text: String) {
        guard text.utf8.count <= Self.lengthLimit else { return nil }
        var parts: [String] = []
        for word in Self.split(text) {
            if let size = Self.size(word) {
                gigabytes = size
            } else if ["gb", "gib", "g", "gi"].contains(word), let size = parts.last.flatMap(Double.init) {
                gigabytes = size
                parts.removeLast()
            } else if word == "mig" {
                isPartOfOne = true
            } else if !Self.silent.contains(word) {
                parts.append(word)
            }
        }
        words = parts
    }

    /// Runs of letters and digits, lower case; a point between digits belongs to its number.
    private static func split(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var words: [String] = []
        var word: [UInt8] = []
        for (position, byte) in bytes.enumerated() {
            let isPoint =
                byte == 46 && position > 0 && position + 1 < bytes.count && isDigit(bytes[position - 1])
                && isDigit(bytes[position + 1])
            if isDigit(byte) || (97...122).contains(byte) || isPoint {
                word.append(byte)
            } else if (65...90).contains(byte) {
                word.append(byte + 32)
            } else if !word.isEmpty {
                words.append(String(decoding: word, as: UTF8.self))
                word = []
            }
        }
        return word.isEmpty ? words : words + [String(decoding: word, as: UTF8.self)]
    }

    /// `80gb`, `80g`, `22.4gib`.
    private static func size(_ word: String) -> Double? {
        let digits = word.utf8.prefix { isDigit($0) || $0 == 46 }
        guard !digits.isEmpty, ["gb", "gib", "g", "gi"].contains(String(word.dropFirst(digits.count))) else { return nil }
        return Double(String(Substring(digits))).flatMap { $0 > 0 && $0 < 100_000 ? $0 : nil }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
