/// Decides, request by request, which fault it meets. Seeded: the same settings and order of requests give the same faults.
struct FaultGate: Sendable {
    enum Verdict: Equatable, Sendable {
        case serve
        case refuse(FaultSettings.Refusing)
        case hang
        case fail
    }

    private(set) var settings: FaultSettings
    private var random: SplitMix64

    init(settings: FaultSettings, seed: UInt64) {
        self.settings = settings
        random = SplitMix64(seed: seed)
    }

    /// From now on these faults and no other.
    mutating func replace(_ settings: FaultSettings) { self.settings = settings }

    mutating func judgeInference() -> Verdict { judge() }

    mutating func judgeHealth() -> Verdict { settings.reachesHealth ? judge() : .serve }

    private mutating func judge() -> Verdict {
        if let refusing = settings.refusing { return .refuse(refusing) }
        if hits(settings.hangingShare) { return .hang }
        if hits(settings.erroringShare) { return .fail }
        return .serve
    }

    private mutating func hits(_ share: Double) -> Bool { share > 0 && random.nextFraction() < share }
}
