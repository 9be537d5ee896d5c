import ArgumentParser
import CommandLineInterface
import FleetTransport
import MetadataDoubles
import NIOPosix
import UnixSignals

/// `tradewind metadata-double`: the clouds' metadata services, doubled on loopback.
struct MetadataDoubleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metadata-double",
        abstract: "Serve doubles of the clouds' metadata services on this machine.",
        discussion: """
            As strict as EC2's, GCP's and Azure's own, for every node that is asked for: \
            http://127.0.0.1:PORT/SERVICE/PLANE/POOL/INDEX \
            with SERVICE ec2, gcp or azure stands for http://169.254.169.254 of that machine. `tradewind up` starts one, and \
            `tradewind reclaim` commands it.
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to write its address and the key that commands it, JSON. A file of an earlier run says where to listen again.",
            valueName: "FILE"),
        completion: .file())
    var addressFile: String

    @Option(
        name: .long, help: ArgumentHelp("Port on 127.0.0.1; by default that of the last run, else a free one.", valueName: "N"))
    var port: Int?

    func validate() throws {
        guard port.map({ (0...65_535).contains($0) }) ?? true else { throw ValidationError("--port is 0 to 65535") }
    }

    func run() async throws {
        // Before anything listens: a signal must find its handler.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let last = try DoubleClient.address(in: addressFile)
        let lastPort = last.flatMap { $0.url.split(separator: ":").last }.flatMap { Int($0) }
        let server: MetadataDoubleServer
        do {
            server = try await MetadataDoubleServer.start(
                port: port ?? lastPort ?? 0, key: last?.key, group: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure(.conflict, "\(error)")
        }
        try PrivateFile.write(try FleetJSON.encode(server.address), to: addressFile)
        StandardStreams.writeError("metadata-double: \(server.address.url)")
        for await _ in signals { break }
        await server.shutdown()
    }
}
