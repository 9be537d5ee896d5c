import FleetPlanning
import Testing

@Suite("Figures in sentences")
struct FigureTests {
    @Test(
        "money is rounded for a reader and never to nothing",
        arguments: [
            (0, "0.00"), (0.4123, "0.41"), (34.29, "34.29"), (0.0432, "0.043"), (0.00012, "0.00012"), (1_234.5, "1,235"),
            (-2.5, "-2.50"), (1_234_567, "1,234,567"), (0.0996, "0.10"),
        ])
    func money(value: Double, text: String) { #expect(Figure.usd(value) == text) }

    @Test("a number too large to write in digits or none at all does not trap")
    func hostile() {
        #expect(Figure.usd(.infinity) == "without limit")
        #expect(Figure.usd(1e300) == "1e+300")
        #expect(Figure.rate(.nan) == "without limit")
    }

    @Test("rates, round trips and shares lose needless digits")
    func short() {
        #expect(Figure.rate(6) == "6")
        #expect(Figure.rate(6.333) == "6.33")
        #expect(Figure.rate(1_234.4) == "1,234")
        #expect(Figure.milliseconds(217.4) == "217")
        #expect(Figure.percent(0.8) == "80%")
        #expect(Figure.percent(0.333) == "33.3%")
    }

    @Test(
        "a time is told in the unit that leaves it a figure",
        arguments: [(2.5, "2.5 h"), (1, "1 h"), (0.2, "12 min"), (0.0072, "26 s")])
    func time(hours: Double, text: String) { #expect(Figure.time(hours: hours) == text) }

    @Test("a round trip just over its budget does not read as the budget")
    func nearBudget() {
        #expect(Figure.milliseconds(120.3, against: 120) == "120.3")
        #expect(Figure.milliseconds(120, against: 120) == "120")
        #expect(Figure.milliseconds(217, against: 120) == "217")
    }

    @Test(
        "an availability shows its nines",
        arguments: [(0.995, "99.5%"), (0.9999, "99.99%"), (0.99995, "99.995%"), (1, "100%"), (0.98765, "98.77%")])
    func nines(value: Double, text: String) { #expect(Figure.availability(value) == text) }

    @Test("a list stays short")
    func lists() {
        #expect(Figure.list([]) == "none")
        #expect(Figure.list(["a"]) == "a")
        #expect(Figure.list(["a", "b"]) == "a and b")
        #expect(Figure.list(["a", "b", "c"]) == "a, b and c")
        #expect(Figure.list(["a", "b", "c", "d", "e"]) == "a, b and 3 more")
    }
}
