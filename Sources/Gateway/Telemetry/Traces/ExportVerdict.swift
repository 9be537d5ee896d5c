import FleetModel
package import FleetTransport

/// What follows from a collector's answer (OTLP specification, OTLP/HTTP response).
package enum ExportVerdict: Equatable, Sendable {
    /// Taken, but for so many spans that the collector refused for good (`partialSuccess.rejectedSpans`).
    case delivered(rejected: Int64)
    /// Send the same again; after the named time where the collector asks for one.
    case again(after: Duration?)
    /// It will never be taken.
    case refused

    /// A collector cannot ask for a longer rest than this.
    package static let longestRest = Duration.seconds(60)

    /// - Parameter answer: nil where no answer came.
    package init(_ answer: CollectorClient.Answer?) {
        guard let answer else {
            self = .again(after: nil)
            return
        }
        switch answer.status {
        case 200..<300:
            // A 64-bit integer is text in proto3's JSON; some collectors write a number.
            let rejected = (try? JSONValue(bytes: answer.body))?["partialSuccess"]["rejectedSpans"]
            self = .delivered(rejected: rejected?.integer ?? rejected?.text.flatMap { Int64($0) } ?? 0)
        case 429, 503:
            self = .again(after: answer.retryAfterSeconds.map { min(.seconds($0), Self.longestRest) })
        case 502, 504: self = .again(after: nil)
        default: self = .refused
        }
    }
}
