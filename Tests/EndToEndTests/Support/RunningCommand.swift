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

    private final class Capture: Sendable {
        struct Content: Sendable {
            var output = Data()
            var errors = Data()
        }
        let content = Mutex(Content())
    }

    private let process: Process
    private let captured = Capture()
    private let ended = Mutex<Int32?>(nil)

    var pid: Int32 { process.processIdentifier }
    var status: Int32? { ended.withLock { $0 } }
    var output: String { captured.content.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { captured.content.withLock { String(decoding: $0.errors, as: UTF8.self) } }

    init(_ arguments: [String], program: String = tradewind, input: String? = nil, folder: String = root) throws {
        process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let (output, errors, standardInput) = (Pipe(), Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = standardInput
        let captured = captured
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { captured.content.withLock { $0.output.append(data) } }
        }
        errors.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil } else { captured.content.withLock { $0.errors.append(data) } }
        }
        process.terminationHandler = { [weak self] process in
            self?.ended.withLock {
                $0 = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
            }
        }
        try process.run()
        if let input { standardInput.fileHandleForWriting.write(Data(input.utf8)) }
        try standardInput.fileHandleForWriting.close()
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
        // The pipes may hold the last words still.
        await pause(milliseconds: 30)
        return Result(status: status, output: command.output, errors: command.errors)
    }
}
