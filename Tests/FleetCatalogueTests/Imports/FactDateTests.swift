import FleetCatalogue
import Testing

@Suite("Dates of figures")
struct FactDateTests {
    @Test(
        "days, months, quarters, halves and years are dates",
        arguments: ["2026-07-20", "2024-02-29", "2026-07", "2025-H2", "2026-Q3", "2025"])
    func valid(text: String) { #expect(FactDate.isValid(text)) }

    @Test(
        "anything else is none",
        arguments: [
            "", "yesterday", "2026-13", "2026-00", "2026-02-30", "2023-02-29", "2026-7-1", "1999", "2026-H3", "2026-Q0", "20-26",
            "2026-07-20T00:00", "2026-07-20-1", "２０２６", "+202", "2026-+7", "-",
        ])
    func invalid(text: String) { #expect(!FactDate.isValid(text)) }
}
