package import FleetModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the lines of an access log go: standard output, or a file that is set aside when it would grow too large and opened
/// anew when it was moved away (so that `logrotate` needs no signal). Blocks; lives on the writer's thread.
package struct LogFile: ~Copyable {
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    package let settings: GatewayTelemetry.AccessLog
    private var descriptor: Int32 = -1
    private var size = 0
    /// The file that is open, to see whether it still stands under its name.
    private var identity: (device: UInt64, inode: UInt64) = (0, 0)

    package init(_ settings: GatewayTelemetry.AccessLog) { self.settings = settings }

    private var isStandardOutput: Bool { settings.path == GatewayTelemetry.AccessLog.standardOutput }

    deinit {
        if descriptor >= 0, settings.path != GatewayTelemetry.AccessLog.standardOutput { close(descriptor) }
    }

    /// Writes whole lines.
    package mutating func write(_ lines: [UInt8]) throws(Failure) {
        if isStandardOutput {
            descriptor = STDOUT_FILENO
        } else {
            try prepare(for: lines.count)
        }
        var rest = lines[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("cannot write") }
            rest = rest.dropFirst(written)
            size += written
        }
    }

    /// Opens, opens anew what was moved away, and sets aside what would grow too large.
    private mutating func prepare(for count: Int) throws(Failure) {
        if descriptor >= 0, !stillStands() { shut() }
        if descriptor < 0 { try open() }
        guard size > 0, size + count > settings.maxBytes else { return }
        shut()
        for number in stride(from: settings.maxFiles - 1, to: 0, by: -1) {
            _ = rename(number == 1 ? settings.path : "\(settings.path).\(number - 1)", "\(settings.path).\(number)")
        }
        if settings.maxFiles <= 1 { unlink(settings.path) }
        try open()
    }

    private mutating func open() throws(Failure) {
        // Nobody else reads who asked for what; a link in its place is not followed.
        descriptor = systemOpen(settings.path)
        guard descriptor >= 0 else { throw failure("cannot open") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot look at") }
        size = Int(status.st_size)
        identity = (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    private mutating func shut() {
        close(descriptor)
        descriptor = -1
    }

    private func stillStands() -> Bool {
        var status = stat()
        guard lstat(settings.path, &status) == 0 else { return false }
        return (UInt64(status.st_dev), UInt64(status.st_ino)) == identity
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(what) the access log \(settings.path): \(String(cString: strerror(errno)).lowercased())")
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemOpen(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
}
