import FoundationEssentials

/// A unit vector that depends on the text, the model and the engine's seed only. It carries no meaning: related texts are not near.
enum EmbeddingVector {
    static func make(item: TokenInput.Item, model: String, seed: UInt64, dimensions: Int) -> [Float] {
        var hash = item.hash
        hash.combine(model)
        var random = SplitMix64(seed: hash.value ^ SplitMix64.mix(seed))
        var vector: [Float] = []
        vector.reserveCapacity(dimensions)
        var squares = 0.0
        for _ in 0..<dimensions {
            // Never 0, so that the length never is.
            let value = random.nextFraction() * 2 - 1 + 0x1p-54
            vector.append(Float(value))
            squares += value * value
        }
        let scale = Float(1 / squares.squareRoot())
        for index in vector.indices { vector[index] *= scale }
        return vector
    }

    /// As the API writes it: an array of numbers, or little-endian 32-bit floats in base64 (what the `openai` client asks for).
    static func json(_ vector: [Float], format: EmbeddingRequest.Format) -> String {
        switch format {
        case .float: return "[" + vector.map(\.description).joined(separator: ",") + "]"
        case .base64:
            var data = Data(capacity: vector.count * 4)
            for value in vector { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
            return "\"" + data.base64EncodedString() + "\""
        }
    }
}
