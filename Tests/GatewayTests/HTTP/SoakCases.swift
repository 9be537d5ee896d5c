import FoundationEssentials

/// How many generated cases a seeded test runs: 10⁴, or `TRADEWIND_SOAK_CASES`.
enum SoakCases {
    static let count = ProcessInfo.processInfo.environment["TRADEWIND_SOAK_CASES"].flatMap { Int($0) } ?? 10_000
}
