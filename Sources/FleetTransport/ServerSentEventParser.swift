/// One event of a `text/event-stream`.
package struct ServerSentEvent: Equatable, Sendable {
    /// The `event:` field; "message" where there was none.
    package var name: String
    package var data: String
    /// The last `id:` seen on the stream, this event's included; empty where there was none.
    package var lastID: String

    package init(name: String, data: String, lastID: String = "") {
        self.name = name
        self.data = data
        self.lastID = lastID
    }
}

/// Reads a `text/event-stream` piece by piece (WHATWG HTML, "Server-sent events", 9.2.6), with a limit on one event's size.
package struct ServerSentEventParser: Sendable {
    package struct TooLarge: Error, Equatable, CustomStringConvertible {
        package let limit: Int

        package init(limit: Int) { self.limit = limit }
        package var description: String { "an event of the stream is larger than \(limit) bytes" }
    }

    private let limit: Int
    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var lastID = ""
    private var sawCarriageReturn = false

    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// Takes the next piece, returns the events it completed. After `TooLarge` the parser is of no more use.
    package mutating func read(_ bytes: some Sequence<UInt8>) throws(TooLarge) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            if sawCarriageReturn, byte == 10 {
                sawCarriageReturn = false
                continue
            }
            sawCarriageReturn = byte == 13
            guard byte == 10 || byte == 13 else {
                line.append(byte)
                guard line.count + data.count <= limit else { throw TooLarge(limit: limit) }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return dispatch() }
        guard line[0] != 58 else { return nil }
        let colon = line.firstIndex(of: 58) ?? line.count
        var value = line[min(colon + 1, line.count)...]
        if value.first == 32 { value = value.dropFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data":
            if hasData { data.append(10) }
            data.append(contentsOf: value)
            hasData = true
        case "id" where !value.contains(0): lastID = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            name = ""
            data.removeAll(keepingCapacity: true)
            hasData = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            name: name.isEmpty ? "message" : name, data: String(decoding: data, as: UTF8.self), lastID: lastID)
    }
}
