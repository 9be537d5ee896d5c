/// The text of an answer: words chosen by a seed, one word per token.
struct WordSource: Equatable, Sendable {
    /// Answers of a model that stops by itself have from 24 to 96 tokens.
    private static let shortest = 24
    private static let spread: UInt64 = 73

    private static let words: [StaticString] = [
        "anchor", "barge", "beacon", "bearing", "bow", "breeze", "buoy", "cabin", "cargo", "channel", "chart", "coast", "compass",
        "course", "crew", "current", "deck", "dock", "drift", "ebb", "fathom", "fleet", "float", "fog", "galley", "gale", "gull",
        "harbour", "haul", "helm", "horizon", "hull", "island", "jetty", "keel", "knot", "lagoon", "latitude", "league",
        "lighthouse",
        "log", "mast", "mooring", "oar", "ocean", "pier", "pilot", "port", "reef", "rigging", "rudder", "sail", "sextant",
        "shoal",
        "shore", "sound", "stern", "swell", "tack", "tide", "trade", "vessel", "wake", "wind",
    ]

    private let base: UInt64
    /// Tokens after which the model stops by itself.
    let naturalLength: Int

    init(promptHash: StableHash, engineSeed: UInt64, requestSeed: Int?) {
        let seed = requestSeed.map { SplitMix64.mix(UInt64(bitPattern: Int64($0)) ^ 0x5EED) } ?? 0
        base = SplitMix64.mix(promptHash.value ^ SplitMix64.mix(engineSeed) ^ seed)
        naturalLength = Self.shortest + Int(SplitMix64.mix(base) % Self.spread)
    }

    /// Token `index`: a word, after the first with its leading space. Letters and spaces only: needs no escaping anywhere.
    func token(_ index: Int) -> (hasSpace: Bool, word: StaticString) {
        let number = SplitMix64.mix(base &+ UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15)
        return (index > 0, Self.words[Int(number % UInt64(Self.words.count))])
    }

    func text(tokens: Int) -> String {
        var text = ""
        for index in 0..<tokens {
            let (hasSpace, word) = token(index)
            if hasSpace { text += " " }
            text += word.description
        }
        return text
    }
}
