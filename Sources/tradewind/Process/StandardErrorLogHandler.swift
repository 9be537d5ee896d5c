import CommandLineInterface
import FoundationEssentials
import Logging

/// Writes each log message as one line to standard error.
struct StandardErrorLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, logLevel: Logger.Level) {
        self.label = label
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        for extra in [metadataProvider?.get(), event.metadata].compactMap({ $0 }) { all.merge(extra) { _, newer in newer } }
        let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        StandardStreams.writeError(
            LogLine.text(
                time: time, level: event.level, label: label, message: "\(event.message)", metadata: all, error: event.error))
    }
}
