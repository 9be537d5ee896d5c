import CommandLineInterface

/// Tells a person what happens, each line with the seconds since the start.
struct UpProgress: Sendable {
    private let start = ContinuousClock.now

    func tell(_ line: String) {
        let tenths = Int(start.duration(to: .now) / .milliseconds(100))
        let seconds = "\(tenths / 10).\(tenths % 10)"
        write(String(repeating: " ", count: max(0, 6 - seconds.count)) + "\(seconds) s  \(line)")
    }

    /// A line without a time.
    func write(_ line: String) {
        // With nobody reading the fleet still runs.
        try? StandardStreams.console.write(TerminalText.escaped(line) + "\n")
    }
}
