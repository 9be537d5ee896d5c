/// One line of a Prometheus page (text format 0.0.4): `name{labels} value [timestamp]`.
///
/// Tolerant by design: the page is somebody else's. What is not understood, and numbers that cannot be (negative, NaN,
/// infinite), are passed over.
struct PrometheusSample {
    private static let nameLimit = 64
    private static let numberLimit = 32

    let name: String
    let value: Double
    private let labels: ArraySlice<UInt8>

    /// Nil for a comment, for a line that is no sample and for one whose name begins otherwise than with one of `initials`.
    init?(_ line: ArraySlice<UInt8>, initials: StaticString) {
        guard let first = line.first,
            initials.withUTF8Buffer({ $0.contains(first) })
        else { return nil }
        let name = line.prefix { $0 != UInt8(ascii: "{") && $0 != 32 && $0 != 9 }
        guard name.count <= Self.nameLimit, var rest = Self.afterLabels(line[name.endIndex...]) else { return nil }
        labels = line[name.endIndex..<rest.startIndex]
        rest = rest.drop { $0 == 32 || $0 == 9 }
        let number = rest.prefix { $0 != 32 && $0 != 9 && $0 != 13 }
        guard !number.isEmpty, number.count <= Self.numberLimit, let value = Double(String(decoding: number, as: UTF8.self)),
            value.isFinite, value >= 0
        else { return nil }
        self.name = String(decoding: name, as: UTF8.self)
        self.value = value
    }

    /// A label's value, where it is one plain word.
    func label(_ name: String) -> String? {
        let pairs = labels.dropFirst().prefix { $0 != UInt8(ascii: "}") }.split(separator: UInt8(ascii: ","))
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="))
            guard parts.count == 2, parts[0].filter({ $0 != 32 }).elementsEqual(name.utf8) else { continue }
            return String(
                decoding: parts[1].filter { $0 != UInt8(ascii: "\"") && $0 != 32 }.prefix(Self.nameLimit), as: UTF8.self)
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
