import ArgumentParser
import CommandLineInterface
import FleetTransport
import NIOPosix
import UnixSignals
import WideAreaRelay

/// `tradewind relay`: distance between gateways and planes that stand on one machine.
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Delay bytes between gateways and planes as distance would.",
        discussion: """
            A CONNECT proxy to loopback targets. FILE holds a JSON list of \
            {"gateway", "plane", "listen": "127.0.0.1:0", "oneWayMilliseconds": 45.5}; a gateway takes the address as \
            --via PLANE=host:port.
            """)

    @Option(name: .long, help: ArgumentHelp("The links, JSON.", valueName: "FILE"), completion: .file())
    var config: String

    @Option(
        name: .long, help: ArgumentHelp("Where to write the addresses it listens on, JSON, once it does.", valueName: "FILE"),
        completion: .file())
    var portsFile: String?

    func run() async throws {
        // Before anything listens: a signal must find its handler.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        guard let bytes = try PrivateFile.read(config) else { throw CommandFailure(.invalid, "there is no file \(config)") }
        let links: [RelayLink]
        do {
            links = try FleetJSON.decode([RelayLink].self, from: bytes)
        } catch {
            throw CommandFailure(
                .invalid,
                "\(config) is not a list of links; accepted: [{\"gateway\", \"plane\", \"listen\", \"oneWayMilliseconds\"}]")
        }
        let relay: RelayServer
        do {
            relay = try await RelayServer.start(links, group: MultiThreadedEventLoopGroup.singleton)
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
        for link in relay.bound { StandardStreams.writeError("relay: \(link.gateway) to \(link.plane) on \(link.address)") }
        if let portsFile { try PrivateFile.write(try FleetJSON.encode(relay.bound), to: portsFile) }
        for await _ in signals { break }
        await relay.shutdown()
    }
}
