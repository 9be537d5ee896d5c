import FleetModel
import SeededCases
import Testing

@Suite("Quantities as text")
struct QuantityTextTests {
    @Test(
        "a number is split from its unit, with or without a space",
        arguments: [
            ("11 req/s", 11, "req/s"), ("80GiB", 80, "GiB"), ("  1.5   h ", 1.5, "h"), ("-2%", -2, "%"), (".5s", 0.5, "s"),
            ("7", 7, ""),
        ])
    func split(text: String, number: Double, unit: String) throws {
        let parsed = try #require(NumberWithUnit(text))
        #expect(parsed.number == number && parsed.unit == unit)
    }

    @Test("what is no decimal number is refused", arguments: ["", "ms", "nan", "inf s", "1.2.3 s", "--1s", "1-1s", "٣ s", "."])
    func notNumbers(text: String) { #expect(NumberWithUnit(text) == nil) }

    @Test("times are read in every unit, exactly")
    func durations() {
        let expected: [(String, Duration)] = [
            ("250us", .microseconds(250)), ("120ms", .milliseconds(120)), ("0.1s", .milliseconds(100)), ("30s", .seconds(30)),
            ("1.5m", .seconds(90)), ("1h", .seconds(3_600)), ("2d", .seconds(172_800)), ("1000.5ms", .microseconds(1_000_500)),
            ("31622400.000000001s", .seconds(31_622_400) + .nanoseconds(1)), ("+5s", .seconds(5)), ("0.001us", .nanoseconds(1)),
        ]
        for (text, duration) in expected where duration <= Duration.longestAccepted {
            #expect(Duration(text: text) == duration, "\(text)")
        }
    }

    @Test(
        "times without unit, of nothing, below zero or beyond a year are refused",
        arguments: [
            "5", "0s", "-1s", "1", "5 sec", "5S", "367d", "99999999999999999999d", "0.0000000001us", "1e3s",
            "31622400.000000001s",
        ])
    func badDurations(text: String) { #expect(Duration(text: text) == nil) }

    @Test(
        "every time is written so that it reads back the same",
        arguments: [
            Duration.nanoseconds(1), .nanoseconds(999), .nanoseconds(1_001), .microseconds(1_500), .milliseconds(999),
            .seconds(59),
            .seconds(90), .seconds(3_600), .seconds(86_400), .seconds(31_622_399) + .nanoseconds(999_999_999),
        ])
    func durationRoundTrip(duration: Duration) { #expect(Duration(text: duration.text) == duration) }

    @Test("times are written in the largest unit without a fraction")
    func durationText() {
        #expect(Duration.milliseconds(120).text == "120ms")
        #expect(Duration.seconds(90).text == "90s")
        #expect(Duration.seconds(7_200).text == "2h")
        #expect(Duration.seconds(172_800).text == "48h")
        #expect(Duration.nanoseconds(1_500).text == "1.500us")
        #expect(Duration.zero.text == "0s")
    }

    @Test("rates, prices, sizes and shares keep to their ranges and units")
    func ranges() {
        #expect(RequestsPerSecond(text: "0 req/s") == nil)
        #expect(RequestsPerSecond(text: "-1 req/s") == nil)
        #expect(RequestsPerSecond(text: "11 rps") == nil)
        #expect(TokensPerSecond(text: "9000 tok/s") == TokensPerSecond(9_000))
        #expect(USDPerHour(text: "0 USD/h") == USDPerHour(0))
        #expect(USDPerHour(text: "-0.01 USD/h") == nil)
        #expect(USDPerHour(text: "1 EUR/h") == nil)
        #expect(Gibibytes(text: "80GiB") == Gibibytes(80))
        #expect(Gibibytes(text: "512Mi") == Gibibytes(0.5))
        #expect(Gibibytes(text: "1TiB") == Gibibytes(1_024))
        #expect(Gibibytes(text: "80GB") == nil)
        #expect(Share(text: "100%") == .whole)
        #expect(Share(text: "101%") == nil)
        #expect(Share(text: "-1%") == nil)
        #expect(Share(text: "0.5") == nil)
    }

    @Test("prices by the month are prices by the hour, 730 to a month")
    func monthlyPrices() {
        #expect(USDPerHour(text: "7300 USD/month") == USDPerHour(10))
        #expect(USDPerHour(text: "8000 USD/month")?.value == 8_000.0 / 730)
        #expect(USDPerHour(text: "1 USD/year") == nil)
    }

    @Test("prices of data and its storage keep to their units")
    func dataPrices() {
        #expect(USDPerGiB(text: "0.09 USD/GiB") == USDPerGiB(0.09))
        #expect(USDPerGiB(text: "0 USD/GiB") == USDPerGiB(0))
        #expect(USDPerGiBMonth(text: "0.023 USD/GiB-month") == USDPerGiBMonth(0.023))
        for text in ["0.09 USD/GB", "-1 USD/GiB", "0.09 USD/GiB-month", "0.09"] { #expect(USDPerGiB(text: text) == nil) }
        for text in ["0.02 USD/GiB", "-1 USD/GiB-month"] { #expect(USDPerGiBMonth(text: text) == nil) }
    }

    @Test("interruptions are a share of nodes by hour, or by month with 730 hours")
    func interruptions() {
        #expect(InterruptionRate(text: "5%/h") == InterruptionRate(perNodeHour: 0.05))
        #expect(InterruptionRate(text: "73%/month") == InterruptionRate(perNodeHour: 0.001))
        #expect(InterruptionRate(text: "0%/h") == InterruptionRate(perNodeHour: 0))
        for text in ["5%", "101%/h", "-1%/h", "0.05/h", "5 %/d"] { #expect(InterruptionRate(text: text) == nil, "\(text)") }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<10_000 {
            let digits = String(Double.random(in: 0...100, using: &generator))
            let rate = InterruptionRate(text: "\(digits)%/h")
            #expect(rate != nil && rate.flatMap { InterruptionRate(text: $0.text) } == rate, "seed 3: \(digits)")
        }
    }

    @Test("small sizes are written in small units")
    func smallSizes() {
        #expect(Gibibytes(text: "40KiB") == Gibibytes(40.0 / 1_048_576))
        #expect(Gibibytes(40.0 / 1_048_576).text == "40KiB")
        #expect(Gibibytes(0.5).text == "512MiB")
        #expect(Gibibytes(80).text == "80GiB")
    }

    @Test("numbers are written without exponent and read back to the same bits")
    func plainNumbers() {
        #expect(plainNumber(11) == "11")
        #expect(plainNumber(0.00001) == "0.00001")
        #expect(plainNumber(1.5e-7) == "0.00000015")
        #expect(plainNumber(-2.5e-9) == "-0.0000000025")
        #expect(plainNumber(1e20) == "100000000000000000000")
        #expect(plainNumber(1.25e17) == "125000000000000000")
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let value = Double(
                sign: .plus, exponent: Int.random(in: -200...200, using: &generator),
                significand: .random(in: 1..<2, using: &generator))
            #expect(Double(plainNumber(value)) == value, "seed 1: \(value)")
            #expect(!plainNumber(value).contains("e"))
        }
    }

    @Test("shares, rates, prices and sizes are written so that they read back the same")
    func roundTrip() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<10_000 {
            let digits = String(Double.random(in: 0...100, using: &generator))
            let share = Share(text: "\(digits)%")
            #expect(share != nil && share.flatMap { Share(text: $0.text) } == share, "seed 2: \(digits)")
            let value = Double.random(in: 0...1, using: &generator) * Double(1 << Int.random(in: 0...40, using: &generator))
            #expect(USDPerHour(text: USDPerHour(value).text)?.value == value, "seed 2: \(value)")
            #expect(value == 0 || Gibibytes(text: Gibibytes(value).text)?.value == value, "seed 2: \(value)")
        }
    }
}
