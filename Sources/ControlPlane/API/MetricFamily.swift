/// One family of samples in Prometheus' text format, version 0.0.4.
struct MetricFamily {
    enum Kind: String { case counter, gauge, histogram }

    private let name: String
    private let help: String
    private let kind: Kind
    private var samples: [String] = []

    init(_ kind: Kind, _ name: String, _ help: String) { (self.kind, self.name, self.help) = (kind, name, help) }

    mutating func add(_ value: Double, _ labels: KeyValuePairs<String, String> = [:]) {
        samples.append("\(name)\(Self.text(labels.map { ($0.key, $0.value) })) \(Self.number(value))")
    }

    mutating func add(_ value: UInt64, _ labels: KeyValuePairs<String, String> = [:]) {
        samples.append("\(name)\(Self.text(labels.map { ($0.key, $0.value) })) \(value)")
    }

    mutating func add(_ value: Int, _ labels: KeyValuePairs<String, String> = [:]) { add(Double(value), labels) }

    /// One of several states is 1, the others are 0: what is graphed as a state over time.
    mutating func add(state: String, of states: [String], _ labels: KeyValuePairs<String, String>) {
        for other in states {
            samples.append(
                "\(name)\(Self.text(labels.map { ($0.key, $0.value) } + [("state", other)])) \(other == state ? 1 : 0)")
        }
    }

    mutating func add(_ histogram: DurationHistogram, _ labels: KeyValuePairs<String, String> = [:]) {
        let own = labels.map { ($0.key, $0.value) }
        for (bound, count) in histogram.cumulative {
            samples.append("\(name)_bucket\(Self.text(own + [("le", bound.map(Self.number) ?? "+Inf")])) \(count)")
        }
        samples.append("\(name)_sum\(Self.text(own)) \(Self.number(histogram.sum))")
        samples.append("\(name)_count\(Self.text(own)) \(histogram.count)")
    }

    var lines: [String] { ["# HELP \(name) \(help)", "# TYPE \(name) \(kind.rawValue)"] + samples }

    private static func text(_ labels: [(String, String)]) -> String {
        labels.isEmpty ? "" : "{" + labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}

/// How often something took how long.
struct DurationHistogram: Equatable, Sendable {
    /// Upper ends of the buckets in seconds, ascending; one more holds the rest.
    private let bounds: [Double]
    private var counts: [UInt64]
    private(set) var sum = 0.0

    init(bounds: [Double]) { (self.bounds, counts) = (bounds, Array(repeating: 0, count: bounds.count + 1)) }

    mutating func record(_ seconds: Double) {
        counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
        sum += max(0, seconds)
    }

    var count: UInt64 { counts.reduce(0, +) }

    /// How many took at most so long; nil is any time.
    var cumulative: [(bound: Double?, count: UInt64)] {
        var total: UInt64 = 0
        return zip(bounds.map(Optional.some) + [nil], counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
