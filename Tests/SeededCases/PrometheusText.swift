/// A strict reader of the Prometheus text exposition format, version 0.0.4, with the naming rules of Prometheus' own linter
/// (`promtool check metrics`): what is not in order is told by line.
package struct PrometheusText {
    package struct Sample: Equatable {
        package var name: String
        package var labels: [(name: String, value: String)]
        package var value: Double

        /// The family's series it belongs to, without `le`.
        var series: String {
            name + labels.filter { $0.name != "le" }.map { "|\($0.name)=\($0.value)" }.joined()
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.name == right.name && left.value == right.value
                && left.labels.map { "\($0.name)=\($0.value)" } == right.labels.map { "\($0.name)=\($0.value)" }
        }
    }

    package struct Family: Equatable {
        package var name: String
        package var type: String
        package var help: String
        package var samples: [Sample] = []
    }

    package private(set) var families: [Family] = []
    package private(set) var problems: [String] = []

    package init(_ text: String) {
        guard text.hasSuffix("\n") else {
            problems.append("the last line does not end")
            return
        }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
            var found: [String] = []
            read(String(line)) { found.append("line \(number + 1): \($0): \(line)") }
            problems += found
        }
        check()
    }

    /// Each series, histograms counted once.
    package var seriesCount: Int { Set(families.flatMap { $0.samples.map(\.series) }).count }

    private mutating func read(_ line: String, _ report: (String) -> Void) {
        if line.hasPrefix("# HELP ") {
            let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, Self.isName(parts[0]) else { return report("no help") }
            if families.contains(where: { $0.name == parts[0] }) { report("the family is described twice") }
            families.append(Family(name: parts[0], type: "", help: parts[1]))
        } else if line.hasPrefix("# TYPE ") {
            let parts = line.dropFirst(7).split(separator: " ").map(String.init)
            guard parts.count == 2, ["counter", "gauge", "histogram"].contains(parts[1]) else { return report("no type") }
            guard var family = families.popLast(), family.name == parts[0], family.type.isEmpty, family.samples.isEmpty else {
                return report("the type does not follow its help")
            }
            family.type = parts[1]
            families.append(family)
        } else if line.hasPrefix("#") || line.isEmpty {
            report("neither a description nor a sample")
        } else {
            guard let sample = Self.sample(line) else { return report("malformed") }
            guard let family = families.last, Self.names(of: family).contains(sample.name) else {
                return report("the sample stands outside its family")
            }
            if family.samples.contains(where: { $0.name == sample.name && $0.labels.map(\.value) == sample.labels.map(\.value) })
            {
                report("the sample is there twice")
            }
            families[families.count - 1].samples.append(sample)
        }
    }

    private static func names(of family: Family) -> [String] {
        family.type == "histogram" ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }

    private static func sample(_ line: String) -> Sample? {
        var rest = Array(line)[...]
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest = rest.dropFirst(name.count)
        guard isName(name) else { return nil }
        var labels: [(String, String)] = []
        if rest.first == "{" {
            rest = rest.dropFirst()
            repeat {
                let label = String(rest.prefix { $0 != "=" })
                rest = rest.dropFirst(label.count)
                guard isName(label), rest.starts(with: ["=", "\""]) else { return nil }
                rest = rest.dropFirst(2)
                var value = ""
                while let character = rest.popFirst(), character != "\"" {
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    guard let escaped = rest.popFirst(), "\\\"n".contains(escaped) else { return nil }
                    value.append(escaped == "n" ? "\n" : escaped)
                }
                labels.append((label, value))
                if rest.first == "," { rest = rest.dropFirst() } else { break }
            } while true
            guard rest.popFirst() == "}" else { return nil }
        }
        guard rest.popFirst() == " ", let value = number(String(rest)) else { return nil }
        guard Set(labels.map(\.0)).count == labels.count else { return nil }
        return Sample(name: name, labels: labels, value: value)
    }

    private static func number(_ text: String) -> Double? {
        guard !text.contains(" ") else { return nil }
        return text == "+Inf" ? .infinity : Double(text)
    }

    // MARK: Whole families

    private mutating func check() {
        for family in families {
            let report = { (problem: String) in "\(family.name): \(problem)" }
            if family.type.isEmpty { problems.append(report("no type")) }
            if (family.type == "counter") != family.name.hasSuffix("_total") {
                problems.append(report("a counter, and nothing else, ends in _total"))
            }
            for unit in ["milliseconds", "_ms", "minutes", "kilobytes", "percent"] where family.name.contains(unit) {
                problems.append(report("base units are seconds, bytes and ratios"))
            }
            if ["time", "duration", "age", "wait", "round_trip"].contains(where: family.name.contains),
                !family.name.contains("_seconds")
            {
                problems.append(report("a time names its unit"))
            }
            if ["_bucket", "_sum", "_count", "_info"].contains(where: family.name.hasSuffix) {
                problems.append(report("the suffix is kept for something else"))
            }
            for sample in family.samples where family.type == "counter" && !(sample.value >= 0) {
                problems.append(report("a counter is negative"))
            }
            if family.type == "histogram" { checkHistogram(family) }
        }
    }

    private mutating func checkHistogram(_ family: Family) {
        let plain = { (sample: Sample) in sample.labels.filter { $0.name != "le" }.map { "\($0.name)=\($0.value)" } }
        for series in Set(family.samples.map(plain)) {
            let samples = family.samples.filter { plain($0) == series }
            let buckets = samples.filter { $0.name.hasSuffix("_bucket") }
            let bounds = buckets.compactMap { $0.labels.first { $0.name == "le" }.flatMap { Self.number($0.value) } }
            let counts = buckets.map(\.value)
            if bounds.count != buckets.count || bounds != bounds.sorted() || Set(bounds).count != bounds.count
                || bounds.last != .infinity
            {
                problems.append("\(family.name): bounds do not ascend to +Inf")
            }
            if counts != counts.sorted() { problems.append("\(family.name): buckets are not cumulative") }
            if samples.first(where: { $0.name.hasSuffix("_count") })?.value != counts.last {
                problems.append("\(family.name): the count is not that of the last bucket")
            }
            if samples.filter({ $0.name.hasSuffix("_sum") }).count != 1 { problems.append("\(family.name): no sum") }
        }
    }
}
