import AsyncHTTPClient
import CommandLineInterface
import FleetModel
import FleetTransport
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks a part whether it is ready.
enum ReadinessProbe {
    enum Answer: Equatable {
        case ready
        /// Not yet, and what it says about that.
        case waiting(String)
    }

    /// Longest explanation read, in bytes.
    private static let explanationLimit = 4_096

    /// Asks gateways whose certificates are for names of clients, not for this machine's address: what is asked is a process this
    /// one has started, and nothing is told.
    private static let unverified: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.tlsConfiguration = .makeClientConfiguration()
        configuration.tlsConfiguration?.certificateVerification = .none
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// - Parameter isSecure: the part speaks TLS.
    static func ask(port: Int, isSecure: Bool = false) async -> Answer {
        let request = HTTPClientRequest(url: "\(isSecure ? "https" : "http")://\(UpOptions.host):\(port)/readyz")
        do {
            let client = isSecure ? unverified : HTTPClient.shared
            let response = try await client.execute(request, timeout: .seconds(2))
            if response.status == .ok { return .ready }
            let body = try await response.body.collect(upTo: explanationLimit)
            return .waiting(
                String(decoding: body.readableBytesView, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "")
        } catch {
            return .waiting("no answer on port \(port) yet")
        }
    }

    /// Asks the control plane about a gateway that a probe cannot reach, because its clients need a certificate, or come through a
    /// proxy that says so. The gateway reports every second whether it is ready.
    static func ask(_ connection: any ControlConnection, about gateway: GatewayName) async -> Answer {
        let key = ResourceKey(kind: .gateway, name: gateway.rawValue)
        guard let item = try? await connection.value(of: .get(key)) else { return .waiting("the control plane does not say") }
        let conditions = item["status"]["conditions"].elements
        guard let ready = conditions.first(where: { $0["type"].text == "Ready" }) else {
            return .waiting("it has not reported yet")
        }
        return ready["status"].text == "True" ? .ready : .waiting(ready["message"].text ?? "")
    }
}
