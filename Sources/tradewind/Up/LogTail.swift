import FleetTransport
import ProcessSupervision

/// The end of a part's log, for when it did not start.
enum LogTail {
    private static let lineCount = 12

    static func lines(_ path: String) -> [String] {
        let limit = ProcessSpecification.defaultMaxLogBytes + 1
        guard let bytes = try? PrivateFile.read(path, limit: limit) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(lineCount).map(String.init)
    }
}
