import NIOCore

/// What one event loop has written and not yet handed to the system: all of it goes at once, behind the events that were ready
/// together.
///
/// A write wakes whoever waits for it, which costs the writer more than the write where its reader sleeps on another core.
/// Written in one go, the first wakes a reader that then finds the others' bytes while it is awake. A loop with one event at a
/// time waits for nothing.
final class Outbox {
    /// Buffers kept for messages to come, and what one of them may hold: a large body's storage is not kept.
    private static let keptBuffers = 128
    private static let keptBytes = 16 * 1_024
    /// Of a new buffer: a head and a small body.
    private static let usualBytes = 4 * 1_024

    private let eventLoop: any EventLoop
    private var clients: [ClientConnection] = []
    private var upstreams: [UpstreamConnection] = []
    private var isDue = false
    private var buffers: [ByteBuffer] = []
    /// Those whose messages are written and may not have been sent.
    private var lent: [ByteBuffer] = []

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    // MARK: Buffers

    /// An empty buffer for one message. Give it back with ``keep(_:)`` once it is written.
    func buffer() -> ByteBuffer {
        guard var buffer = buffers.popLast() else {
            var made = ByteBuffer()
            made.reserveCapacity(Self.usualBytes)
            return made
        }
        buffer.clear()
        return buffer
    }

    func keep(_ buffer: ByteBuffer) {
        if lent.count < Self.keptBuffers, buffer.capacity <= Self.keptBytes { lent.append(buffer) }
        schedule()
    }

    // MARK: Flushing

    func flushLater(_ client: ClientConnection) {
        guard !client.isFlushDue else { return }
        client.isFlushDue = true
        clients.append(client)
        schedule()
    }

    func flushLater(_ upstream: UpstreamConnection) {
        guard !upstream.isFlushDue else { return }
        upstream.isFlushDue = true
        upstreams.append(upstream)
        schedule()
    }

    private func schedule() {
        guard !isDue else { return }
        isDue = true
        let outbox = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { outbox.value.flush() }
    }

    /// Sends what is due; what a flush leads to goes with the next.
    private func flush() {
        isDue = false
        var (clients, upstreams) = (self.clients, self.upstreams)
        (self.clients, self.upstreams) = ([], [])
        for upstream in upstreams {
            upstream.isFlushDue = false
            upstream.flush()
        }
        for client in clients {
            client.isFlushDue = false
            client.flush()
            client.wasFlushed()
        }
        clients.removeAll(keepingCapacity: true)
        upstreams.removeAll(keepingCapacity: true)
        if self.clients.isEmpty { self.clients = clients }
        if self.upstreams.isEmpty { self.upstreams = upstreams }
        let room = Self.keptBuffers - buffers.count
        buffers.append(contentsOf: lent.prefix(room))
        lent.removeAll(keepingCapacity: true)
    }
}
