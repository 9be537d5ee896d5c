package import Logging

/// One line of a process's log: `time level label message key=value`.
package enum LogLine {
    /// - Parameter time: UTC, RFC 3339.
    package static func text(
        time: String, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata, error: (any Error)? = nil
    ) -> String {
        var line = "\(time) \(level.rawValue) \(label) \(TerminalText.escaped(message))"
        for key in metadata.keys.sorted() {
            guard let value = metadata[key] else { continue }
            line += " \(TerminalText.escaped(key))=\(quoted("\(value)"))"
        }
        if let error { line += " error=\(quoted("\(error)"))" }
        return line
    }

    /// Values with spaces or quotes stand in quotes, so that a line can be split again.
    private static func quoted(_ value: String) -> String {
        let safe = TerminalText.escaped(value)
        guard safe.isEmpty || safe.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return safe }
        return "\"" + safe.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }
}
