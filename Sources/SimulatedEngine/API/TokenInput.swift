/// One or more inputs, as texts or as token ids: `prompt` of completions and `input` of embeddings.
struct TokenInput: Decodable {
    struct Item: Equatable {
        var tokens: Int
        /// Hash of the input alone.
        var hash: StableHash
    }

    var items: [Item]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            items = [Self.item(text)]
        } else if let texts = try? container.decode([String].self) {
            items = texts.map(Self.item)
        } else if let ids = try? container.decode([Int].self) {
            items = [Self.item(ids)]
        } else {
            items = try container.decode([[Int]].self).map(Self.item)
        }
    }

    private static func item(_ text: String) -> Item {
        var hash = StableHash()
        hash.combine(text)
        return Item(tokens: TokenCount.of(text), hash: hash)
    }

    private static func item(_ ids: [Int]) -> Item {
        var hash = StableHash()
        for id in ids { hash.combine(id) }
        return Item(tokens: ids.count, hash: hash)
    }
}
