/// What a written accelerator name says.
package enum AcceleratorReading: Equatable, Sendable {
    case type(AcceleratorType)
    /// Several products are called so; the choices, smallest memory first.
    case ambiguous([AcceleratorType])
    /// None is called so.
    case unknown

    /// The type, where the name says exactly one.
    package var type: AcceleratorType? { if case .type(let type) = self { type } else { nil } }

    /// Every type the name may mean; empty where it is unknown.
    package var candidates: [AcceleratorType] {
        switch self {
        case .type(let type): [type]
        case .ambiguous(let types): types
        case .unknown: []
        }
    }

    /// What is wrong with the name and what would be right, in plain words; nil where it says exactly one type.
    package func objection(to text: String) -> (message: String, accepted: String)? {
        switch self {
        case .type: nil
        case .ambiguous(let types):
            ("\(quoted(text)) names several accelerators", NearestWord.choices(types.map(\.name)))
        case .unknown:
            (
                "\(quoted(text)) is no known accelerator",
                AcceleratorType.nearest(to: text).map { "the nearest is \($0)" } ?? "a type such as H100-80GB"
            )
        }
    }
}

extension AcceleratorType {
    /// Every type with a name of its own here, by vendor and generation.
    package static let known: [AcceleratorType] = AcceleratorModel.known.flatMap(\.types)

    /// The generation of hardware; nil for a type that is not known here.
    package var architecture: AcceleratorArchitecture? { AcceleratorSpellings.known.architectures[name] }
}
