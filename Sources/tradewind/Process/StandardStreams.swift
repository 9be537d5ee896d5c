import CommandLineInterface

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Standard input, output and error, without buffers: a line is out when the call returns.
enum StandardStreams {
    static let console = Console(
        write: { text in
            guard writeAll(text, to: STDOUT_FILENO) else { throw Console.Closed() }
        },
        remark: { writeError($0) })

    /// Writes one line in one call, so that lines of several threads do not mix. What cannot be written is lost: there is
    /// nowhere left to tell.
    static func writeError(_ line: String) { _ = writeAll(line + "\n", to: STDERR_FILENO) }

    /// Whether a person watches standard error.
    static var isErrorWatched: Bool { isatty(STDERR_FILENO) == 1 }

    /// Puts a line in place of the last such line; an empty one takes it away. For a terminal.
    static func rewriteErrorLine(_ line: String) { _ = writeAll("\r\u{1B}[K" + line, to: STDERR_FILENO) }

    /// Everything on standard input. Throws beyond the limit, in bytes.
    static func readInput(limit: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandFailure(.invalid, "cannot read standard input: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { return content }
            content.append(contentsOf: chunk[..<count])
            guard content.count <= limit else {
                throw CommandFailure(.invalid, "standard input is larger than \(limit) bytes; give it in several parts")
            }
        }
    }

    private static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return false }
            offset += written
        }
        return true
    }
}
