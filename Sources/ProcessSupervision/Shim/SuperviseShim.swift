import Glibc

/// `tradewind supervise`: runs one program so that it cannot outlive whoever asked for it.
///
/// A plain loop around `poll`, without threads or an event library: it starts in milliseconds and costs nothing while idle.
///
/// - **Orders** come on standard input as lines, `stop` and `kill`; end of file means that the parent is gone, however it died.
/// - **News** goes to standard output: `started PID`, then one of `exited CODE`, `signalled N` or `failed MESSAGE`, the latter
///   when everything the program left behind is dead too.
/// - **Its own death.** The program has asked the kernel to be killed with the shim (`PR_SET_PDEATHSIG`); its descendants fall to
///   the next subreaper above, and the parent kills the group when a shim ends without a last word.
package enum SuperviseShim {
    /// The hidden subcommand; the executable's entry calls ``run(arguments:)`` before anything else when its first argument is this.
    package static let subcommand = "supervise"
    private static let secondStage = "become"

    /// Runs to the end of the program. `arguments` are those behind the subcommand. Returns the process's exit status.
    package static func run(arguments: [String]) -> Int32 {
        if arguments.first == secondStage { return ProcessImage.become(arguments.dropFirst()) }
        guard let parsed = ShimArguments(arguments) else {
            SystemCall.writeAll(ShimReport.failed(ShimArguments.usage).line, to: STDOUT_FILENO)
            return 64  // EX_USAGE of sysexits.h
        }
        setsid()
        SystemCall.setName("tradewind-shim")
        SystemCall.closeInherited()
        SystemCall.control(.setChildSubreaper, 1)
        do {
            let log = try RotatingLog(path: parsed.log, limit: parsed.maxLogBytes)
            guard let signals = ShimSignals() else { throw Refusal(message: SystemCall.lastErrorText) }
            let (program, output) = try start(parsed)
            SystemCall.writeAll(ShimReport.started(pid: program).line, to: STDOUT_FILENO)
            var loop = ShimLoop(program: program, output: output, signals: signals, log: log, grace: parsed.grace)
            let status = loop.run()
            SystemCall.writeAll(ShimReport(status).line, to: STDOUT_FILENO)
            return 0
        } catch let failure as RotatingLog.Failure {
            return refuse("cannot write \(parsed.log): \(failure.cause)")
        } catch {
            return refuse("\(error)")
        }
    }

    private struct Refusal: Error, CustomStringConvertible {
        let message: String
        var description: String { message }
    }

    private static func refuse(_ message: String) -> Int32 {
        SystemCall.writeAll(ShimReport.failed(message).line, to: STDOUT_FILENO)
        return 1
    }

    /// Starts the program through the second stage and waits until it runs or could not. Returns its process id and the pipe
    /// its standard output and error come from.
    private static func start(_ arguments: ShimArguments) throws -> (program: pid_t, output: Int32) {
        guard let output = SystemCall.makePipe(), let status = SystemCall.makePipe() else {
            throw Refusal(message: SystemCall.lastErrorText)
        }
        // A descriptor handed down as number 3 must not stand there already with close-on-exec set.
        let statusWriting = fcntl(status.writing, F_DUPFD_CLOEXEC, 10)
        let stage = Spawn(
            executable: "/proc/self/exe",
            arguments: ["tradewind", subcommand, secondStage, "\(getpid())", arguments.directory ?? ""] + arguments.command,
            environment: ownEnvironment(), place: .newGroup,
            standard: (input: nil, output: output.writing, error: output.writing), third: statusWriting)
        let program: pid_t
        do throws(Spawn.Failure) {
            program = try stage.run()
        } catch {
            throw Refusal(message: "cannot run \(arguments.command[0]): \(error.cause)")
        }
        for end in [output.writing, status.writing, statusWriting] { close(end) }
        let complaint = readToEnd(status.reading)
        close(status.reading)
        guard complaint.isEmpty else {
            _ = SystemCall.reap(program)
            throw Refusal(message: complaint)
        }
        SystemCall.setNonBlocking(output.reading)
        return (program, output.reading)
    }

    /// The environment as the kernel handed it over: `NAME=value` lines.
    private static func ownEnvironment() -> [String] {
        let descriptor = open("/proc/self/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return readToEnd(descriptor).utf8.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func readToEnd(_ descriptor: Int32) -> String {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content.append(contentsOf: chunk[..<count])
        }
    }
}
