/// What APIs let be a text, or a list of parts or blocks.
enum TextOrList<Element: Decodable>: Decodable {
    case text(String)
    case list([Element])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([Element].self))
        }
    }
}
