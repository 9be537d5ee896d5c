/// The body of `POST /v1/embeddings`.
struct EmbeddingRequest: Decodable {
    /// OpenAI's limit on the inputs of one request.
    static let maxInputs = 2_048
    static let maxDimensions = 8_192
    /// Bounds the answer: numbers over all vectors.
    static let maxNumbers = 2_048 * 1_536

    enum Format: String { case float, base64 }

    private enum CodingKeys: String, CodingKey {
        case model, input, dimensions
        case encodingFormat = "encoding_format"
    }

    var model: String
    var input: TokenInput
    var encodingFormat: String?
    var dimensions: Int?

    struct Checked {
        var model: String
        var items: [TokenInput.Item]
        var format: Format
        var dimensions: Int
        var tokens: Int { items.reduce(0) { $0 + $1.tokens } }
    }

    func checked(defaultDimensions: Int) throws(OpenAIError) -> Checked {
        guard (1...Self.maxInputs).contains(input.items.count), input.items.allSatisfy({ $0.tokens > 0 }) else {
            throw .invalid("`input` must hold 1 to \(Self.maxInputs) texts, none of them empty.", param: "input")
        }
        guard let format = Format(rawValue: encodingFormat ?? "float") else {
            throw .invalid("`encoding_format` is unknown; accepted are float and base64.", param: "encoding_format")
        }
        let length = dimensions ?? defaultDimensions
        guard (1...Self.maxDimensions).contains(length), length * input.items.count <= Self.maxNumbers else {
            throw .invalid(
                "`dimensions` is \(length); accepted is 1 to \(Self.maxDimensions), and at most \(Self.maxNumbers) numbers over all "
                    + "inputs.", param: "dimensions")
        }
        return Checked(model: model, items: input.items, format: format, dimensions: length)
    }
}
