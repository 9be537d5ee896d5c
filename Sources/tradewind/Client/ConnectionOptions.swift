import ArgumentParser
import CommandLineInterface
import FleetTransport
import FoundationEssentials
import NIOPosix

/// Which control plane a client command talks to.
struct ConnectionOptions: ParsableArguments {
    /// Largest token or certificate file read, in bytes.
    static let fileLimit = 1 << 20

    @Option(
        help: ArgumentHelp("State folder of the control plane (also TRADEWIND_STATE). (default: ./.tradewind)", valueName: "dir"),
        completion: .directory)
    var state: String?

    @Option(
        help: ArgumentHelp("Address of the control plane instead of a state folder (also TRADEWIND_SERVER).", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp("File that holds the bearer token (also TRADEWIND_TOKEN_FILE).", valueName: "file"),
        completion: .file())
    var tokenFile: String?

    @Option(
        help: ArgumentHelp(
            "PEM certificates to trust for https instead of the system's (also TRADEWIND_CA_FILE).", valueName: "file"),
        completion: .file())
    var caFile: String?

    /// Connects, runs the body, and closes the connection whatever happened.
    func withFleetClient<Answer>(_ body: (FleetClient) async throws -> Answer) async throws -> Answer {
        let choice = try ConnectionChoice(
            state: state, server: server, tokenFile: tokenFile, caFile: caFile,
            environment: ProcessInfo.processInfo.environment)
        let target = try ConnectionTarget(choice) { try PrivateFile.read($0, limit: Self.fileLimit) }
        let client = try ControlClient(
            url: target.url, token: target.token, caFile: target.caFile, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let fleet = FleetClient(
            connection: ClientConnection(client: client, startHint: choice.startHint), console: StandardStreams.console,
            now: { Date.now.timeIntervalSince1970 })
        let answer: Answer
        do {
            answer = try await body(fleet)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        return answer
    }
}
