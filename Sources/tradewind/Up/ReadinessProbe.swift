import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Asks a part whether it is ready.
enum ReadinessProbe {
    enum Answer: Equatable {
        case ready
        /// Not yet, and what it says about that.
        case waiting(String)
    }

    /// Longest explanation read, in bytes.
    private static let explanationLimit = 4_096

    static func ask(port: Int) async -> Answer {
        let request = HTTPClientRequest(url: "http://\(UpOptions.host):\(port)/readyz")
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(2))
            if response.status == .ok { return .ready }
            let body = try await response.body.collect(upTo: explanationLimit)
            return .waiting(
                String(decoding: body.readableBytesView, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "")
        } catch {
            return .waiting("no answer on port \(port) yet")
        }
    }
}
