import Dispatch
import Glibc
import ProcessSupervision

/// A folder for one test, removed with this value.
final class Scratch: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/tradewind-supervision-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no folder could be made in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func text(_ name: String) -> String? {
        guard let file = fopen(file(name), "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The process id a test program wrote, once it has written a whole line.
    func pid(_ name: String) -> pid_t? {
        guard let text = text(name), text.hasSuffix("\n") else { return nil }
        return pid_t(text.dropLast())
    }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != "..", unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}

/// The built command, which is the shim: it stands beside the test program.
let shimPath =
    OwnExecutable.path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/tradewind"

func exists(_ pid: pid_t) -> Bool { kill(pid, 0) == 0 }

func parent(of pid: pid_t) -> pid_t? {
    guard let file = fopen("/proc/\(pid)/stat", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    guard fgets(&line, 512, file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst(2).first.flatMap { pid_t($0) }
}

/// Looks until the value is there. Bounded by the test's time limit.
func eventually<Value>(_ look: () -> Value?) async -> Value {
    while true {
        if let value = look() { return value }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(2)) { continuation.resume() }
        }
    }
}
