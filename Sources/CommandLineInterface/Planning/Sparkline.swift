/// Numbers over time as one line of bars.
package enum Sparkline {
    /// Most bars of one line.
    package static let width = 48
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    /// What stands for none at all.
    private static let none: Character = "·"

    /// One bar for each number, its height by the largest; of more numbers than ``width`` each bar shows the largest of some
    /// neighbours.
    package static func text(_ values: [Int]) -> String {
        guard let largest = values.max(), largest > 0 else { return String(repeating: none, count: min(values.count, width)) }
        let group = (values.count + width - 1) / width
        let shown = stride(from: 0, to: values.count, by: group).map { start in
            values[start..<min(start + group, values.count)].max() ?? 0
        }
        return String(
            shown.map { value in
                guard value > 0 else { return none }
                let step = (Double(value) / Double(largest) * Double(bars.count)).rounded(.up)
                return bars[max(1, min(bars.count, Int(step))) - 1]
            })
    }
}
