/// The lines between a parent and the shim of one process. Text, so that a person can drive a shim from a terminal.
package enum ShimReport: Equatable {
    case started(pid: Int32)
    case exited(Int32)
    case signalled(Int32)
    case failed(String)

    /// Longest message of a failure, in UTF-8 bytes.
    package static let messageLimit = 512

    package var line: String {
        switch self {
        case .started(let pid): "started \(pid)\n"
        case .exited(let code): "exited \(code)\n"
        case .signalled(let signal): "signalled \(signal)\n"
        case .failed(let message): "failed \(Self.oneLine(message))\n"
        }
    }

    init(_ status: ExitStatus) {
        switch status {
        case .code(let code): self = .exited(code)
        case .signal(let signal): self = .signalled(signal)
        }
    }

    /// Reads one line without its newline; nil for anything a shim would not write.
    package init?(line: String) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0] == "failed" {
            self = .failed(String(parts[1]))
            return
        }
        guard let number = Int32(parts[1]) else { return nil }
        switch parts[0] {
        case "started" where number > 1: self = .started(pid: number)
        case "exited": self = .exited(number)
        case "signalled": self = .signalled(number)
        default: return nil
        }
    }

    var event: ProcessEvent {
        switch self {
        case .started(let pid): .started(pid: pid)
        case .exited(let code): .exited(.code(code))
        case .signalled(let signal): .exited(.signal(signal))
        case .failed(let message): .failed(message)
        }
    }

    private static func oneLine(_ message: String) -> String {
        let bytes = message.utf8.prefix(messageLimit).map { $0 < 32 ? 32 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a parent may ask of a shim.
enum ShimCommand: String {
    /// SIGTERM to the group, SIGKILL after the grace.
    case stop
    /// SIGKILL at once.
    case kill

    var line: String { "\(rawValue)\n" }
}

/// Cuts a byte stream into lines. A line longer than the limit is dropped whole.
package struct LineSplitter {
    private let limit: Int
    private var partial: [UInt8] = []
    private var isOverlong = false

    package init(limit: Int) { self.limit = limit }

    package mutating func read(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == 10 {
                if !isOverlong { lines.append(String(decoding: partial, as: UTF8.self)) }
                partial.removeAll(keepingCapacity: true)
                isOverlong = false
            } else if partial.count < limit {
                partial.append(byte)
            } else {
                isOverlong = true
            }
        }
        return lines
    }
}
