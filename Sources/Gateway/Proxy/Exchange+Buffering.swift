import FleetModel
import FleetRouting
import NIOCore

/// Which responses are passed on as they come, before they are whole.
extension Exchange {
    /// Media that are consumed while they come, where their length is not told.
    private static let streamedMedia: [StaticString] = ["audio/", "video/", "application/x-ndjson", "application/jsonl"]

    /// Whether the response begins to pass now; nil where it is held instead.
    ///
    /// Of an event stream or sound the first byte is waited for, because until then somebody else can answer. On a route that
    /// buffers nothing the head goes out at once.
    func passesAtOnce(_ connection: UpstreamConnection, _ response: ResponseHead) -> Bool? {
        if response.isEventStream { return connection.reader.hasData }
        if route?.buffersResponses == false { return true }
        return isStreamedMedia(connection, response) ? connection.reader.hasData : nil
    }

    private func isStreamedMedia(_ connection: UpstreamConnection, _ response: ResponseHead) -> Bool {
        if case .length = response.framing { return false }
        return connection.reader.headBytes.withUnsafeReadableBytes { bytes in
            connection.reader.table.fields.contains { field in
                field.kind == .contentType
                    && Self.streamedMedia.contains {
                        bytes.begins(with: $0, at: field.value.lowerBound, count: field.value.count)
                    }
            }
        }
    }
}
