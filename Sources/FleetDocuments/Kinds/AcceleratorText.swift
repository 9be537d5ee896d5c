import FleetModel

extension ValueRule where Value == AcceleratorType {
    private static var written: String { "an accelerator type such as H100-80GB" }

    /// A type in any spelling of its vendor; what no vendor is known to sell stays as it is written.
    static var accelerator: ValueRule {
        ValueRule<String>.text(written).resolved(
            { text, node, reading in readAccelerator(text, line: node.line, at: reading.path, &reading) }, back: { $0.name })
    }
}

/// The type a text names; nil, with a problem reported, where several are called so.
func readAccelerator(_ text: String, line: Int, at field: FieldPath, _ reading: inout Reading) -> AcceleratorType? {
    guard reading.mode == .declared else { return AcceleratorType(text) }
    let known = AcceleratorType.normalised(text)
    if case .ambiguous = known, let objection = known.objection(to: text) {
        reading.report(line: line, at: field, objection.message, accepted: objection.accepted)
        return nil
    }
    return known.type ?? AcceleratorType(text)
}

extension ValueRule where Value == AcceleratorArchitecture {
    static var architecture: ValueRule {
        let words = AcceleratorArchitecture.allCases.map(\.rawValue)
        return ValueRule<String>.text("an accelerator architecture such as hopper or cdna3").resolved(
            { text, node, reading in
                if let known = AcceleratorArchitecture(spelling: text) { return known }
                reading.report(
                    line: node.line, "\(quoted(text)) is no known architecture",
                    accepted: NearestWord.choices(NearestWord.ranked(words, to: text)))
                return nil
            },
            back: { $0.rawValue })
    }
}
