import Foundation
import Synchronization

/// One real `tradewind` process (or any other program), with what it wrote.
final class RunningCommand: Sendable {
    struct Result: Sendable {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The product built beside this test bundle.
    static let tradewind: String = {
        let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appending(path: "tradewind").path()
    }()
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path()

    private let process: Process
    /// Holds what it writes. Files rather than pipes: nobody has to read while it runs, and no word is lost at its end.
    private let scratch: URL
    private let ended = Mutex<Int32?>(nil)

    var pid: Int32 { process.processIdentifier }
    var status: Int32? { ended.withLock { $0 } }
    var output: String { text("output") }
    var errors: String { text("errors") }

    init(_ arguments: [String], program: String = tradewind, input: String? = nil, folder: String = root) throws {
        process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        scratch = FileManager.default.temporaryDirectory.appending(path: "command-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        let output = try Self.file(scratch, "output")
        let errors = try Self.file(scratch, "errors")
        let standardInput = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        process.terminationHandler = { [weak self] process in
            self?.ended.withLock {
                $0 = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            }
        }
        try process.run()
        try output.close()
        try errors.close()
        if let input { standardInput.fileHandleForWriting.write(Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
    }

    deinit { try? FileManager.default.removeItem(at: scratch) }

    private static func file(_ folder: URL, _ name: String) throws -> FileHandle {
        let file = folder.appending(path: name)
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private func text(_ name: String) -> String {
        String(decoding: (try? Data(contentsOf: scratch.appending(path: name))) ?? Data(), as: UTF8.self)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; a negative status is a signal's number.
    @discardableResult
    func end(within seconds: Double = 30) async throws -> Int32 {
        do {
            return try await eventually("the end of \(process.arguments?.first ?? "")", within: seconds) { self.status }
        } catch {
            signal(SIGKILL)
            throw error
        }
    }

    /// Sends a signal and waits for the end.
    @discardableResult
    func end(by signal: Int32, within seconds: Double = 30) async throws -> Int32 {
        self.signal(signal)
        return try await end(within: seconds)
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], program: String = tradewind, input: String? = nil, folder: String = root,
        within seconds: Double = 60
    ) async throws -> Result {
        let command = try RunningCommand(arguments, program: program, input: input, folder: folder)
        let status = try await command.end(within: seconds)
        return Result(status: status, output: command.output, errors: command.errors)
    }
}
