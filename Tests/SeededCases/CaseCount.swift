import Foundation

/// How many seeded cases to run: 10⁴ (or `TRADEWIND_SOAK_CASES`) times a share for what one case costs; at least one.
package func caseCount(perMille: UInt64 = 1_000) -> UInt64 {
    let total = ProcessInfo.processInfo.environment["TRADEWIND_SOAK_CASES"].flatMap(UInt64.init) ?? 10_000
    return max(1, total / 1_000 * perMille + total % 1_000 * perMille / 1_000)
}
