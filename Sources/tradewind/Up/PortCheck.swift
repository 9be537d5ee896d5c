import CommandLineInterface
import NIOCore
import NIOPosix

/// Finds out before anything starts that a port is taken.
enum PortCheck {
    static func requireFree(_ ports: some Sequence<Int>) async throws {
        for port in ports {
            do {
                let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: UpOptions.host, port: port).get()
                try await channel.close()
            } catch {
                throw CommandFailure(
                    .conflict, "port \(port) on \(UpOptions.host) is taken; free it, or choose other ports with --port-base N")
            }
        }
    }
}
