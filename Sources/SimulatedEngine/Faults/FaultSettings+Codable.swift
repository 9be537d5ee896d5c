extension FaultSettings: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case slowFactor, delayMilliseconds, erroringShare, hangingShare, refusing, cutAfterTokens, dieAfterTokens,
            acceleratorLost,
            reachesHealth
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// - Throws: ``InvalidEngineConfiguration`` for a key that does not exist.
    package init(from decoder: any Decoder) throws {
        let known = CodingKeys.allCases.map(\.rawValue)
        let given = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        if let unknown = given.first(where: { !known.contains($0) }) {
            throw InvalidEngineConfiguration(
                message: "\(JSONText.quoted(unknown, limit: 64)) is no fault; accepted are \(known.joined(separator: ", "))")
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            slowFactor: try container.decodeIfPresent(Double.self, forKey: .slowFactor) ?? 1,
            delayMilliseconds: try container.decodeIfPresent(Int.self, forKey: .delayMilliseconds) ?? 0,
            erroringShare: try container.decodeIfPresent(Double.self, forKey: .erroringShare) ?? 0,
            hangingShare: try container.decodeIfPresent(Double.self, forKey: .hangingShare) ?? 0,
            refusing: try container.decodeIfPresent(Refusing.self, forKey: .refusing),
            cutAfterTokens: try container.decodeIfPresent(Int.self, forKey: .cutAfterTokens),
            dieAfterTokens: try container.decodeIfPresent(Int.self, forKey: .dieAfterTokens),
            acceleratorLost: try container.decodeIfPresent(Bool.self, forKey: .acceleratorLost) ?? false,
            reachesHealth: try container.decodeIfPresent(Bool.self, forKey: .reachesHealth) ?? false)
        try validate()
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(slowFactor, forKey: .slowFactor)
        try container.encode(delayMilliseconds, forKey: .delayMilliseconds)
        try container.encode(erroringShare, forKey: .erroringShare)
        try container.encode(hangingShare, forKey: .hangingShare)
        try container.encodeIfPresent(refusing, forKey: .refusing)
        try container.encodeIfPresent(cutAfterTokens, forKey: .cutAfterTokens)
        try container.encodeIfPresent(dieAfterTokens, forKey: .dieAfterTokens)
        try container.encode(acceleratorLost, forKey: .acceleratorLost)
        try container.encode(reachesHealth, forKey: .reachesHealth)
    }
}
