/// What a path of KServe's Open Inference Protocol, version 2, asks for (its REST specification, with Triton's extensions for
/// models).
enum OpenInferencePath: Equatable {
    case serverLive, serverReady, serverMetadata
    /// A model's metadata, readiness, configuration or statistics: GET. The range is its name as it stands in the path.
    case ask(Range<Int>)
    /// An inference: POST.
    case infer(Range<Int>)

    private static let models: StaticString = "/v2/models/"
    private static let versions: StaticString = "versions/"
    private static let questions: [StaticString] = ["", "ready", "config", "stats"]
    private static let inferences: [StaticString] = ["infer", "generate", "generate_stream"]

    /// Nil for every other path: what would load or unload models, or belongs to the server itself, is not for clients.
    static func read(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> OpenInferencePath? {
        if equals("/v2/health/live", bytes, path) { return .serverLive }
        if equals("/v2/health/ready", bytes, path) { return .serverReady }
        if equals("/v2", bytes, path) || equals("/v2/", bytes, path) { return .serverMetadata }
        guard bytes.begins(with: models, in: path) else { return nil }
        let (name, behind) = segment(bytes, path.lowerBound + models.utf8CodeUnitCount..<path.upperBound)
        guard !name.isEmpty else { return nil }
        var rest = behind
        if bytes.begins(with: versions, in: rest) {
            let (version, behind) = segment(bytes, rest.lowerBound + versions.utf8CodeUnitCount..<rest.upperBound)
            guard !version.isEmpty else { return nil }
            rest = behind
        }
        if questions.contains(where: { equals($0, bytes, rest) }) { return .ask(name) }
        return inferences.contains { equals($0, bytes, rest) } ? .infer(name) : nil
    }

    /// Up to the next slash, and what follows it.
    private static func segment(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> (Range<Int>, Range<Int>) {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != HTTPByte.slash { end += 1 }
        return (range.lowerBound..<end, min(end + 1, range.upperBound)..<range.upperBound)
    }

    private static func equals(_ text: StaticString, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        range.count == text.utf8CodeUnitCount && bytes.begins(with: text, in: range)
    }
}
