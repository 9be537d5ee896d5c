import Glibc
import NIOCore

/// One direction of a relayed connection: reads from one channel, holds what it read for the delay, writes to the other.
/// Lives on the connection's event loop. Nothing runs while nothing is on its way: one task is scheduled for the oldest piece.
final class RelayDirection {
    private let loop: any EventLoop
    private var line: DelayLine<ByteBuffer>
    /// Read from, and held back while the line is full; nil until it is connected.
    private var source: (any Channel)?
    /// Written to; nil until it is connected.
    private var sink: (any Channel)?
    private var flush: Scheduled<Void>?
    private var isReadHeld = false
    private var isOver = false
    /// Whether the sink's output was closed in order: its disappearance is then no accident.
    private(set) var hasEnded = false

    /// The largest piece one read brings (the read buffer's size).
    static let largestRead = 64 << 10

    init(source: (any Channel)?, sink: (any Channel)?, loop: any EventLoop, delay: Int64, capacity: Int) {
        self.loop = loop
        self.source = source
        self.sink = sink
        line = DelayLine(delay: delay, capacity: capacity)
    }

    private var now: Int64 { Int64(clamping: NIODeadline.now().uptimeNanoseconds) }

    // MARK: In

    func connect(source: any Channel) { self.source = source }

    func take(_ bytes: ByteBuffer) {
        guard !isOver, bytes.readableBytes > 0 else { return }
        line.push(bytes, size: bytes.readableBytes, now: now)
        schedule()
    }

    /// The source sends no more.
    func takeEnd() {
        line.pushEnd(now: now)
        schedule()
    }

    /// The source broke.
    func takeReset() {
        line.pushReset(now: now)
        schedule()
    }

    /// Whether the source may be read; where not, the read is made up for once there is room.
    func mayRead() -> Bool {
        if isOver || line.hasRoom(for: Self.largestRead) { return true }
        isReadHeld = true
        return false
    }

    // MARK: Out

    func connect(sink: any Channel) {
        self.sink = sink
        schedule()
    }

    func sinkBecameWritable() { schedule() }

    /// The sink is gone: what is on its way arrives nowhere.
    func sinkClosed() {
        isOver = true
        flush?.cancel()
        flush = nil
        line.drop()
        releaseRead()
    }

    private func schedule() {
        guard flush == nil, !isOver, let due = line.nextDue, let sink, sink.isWritable else { return }
        let handle = NIOLoopBound(self, eventLoop: loop)
        flush = loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(due))) {
            handle.value.flush = nil
            handle.value.deliver()
        }
    }

    private func deliver() {
        guard let sink else { return }
        var unflushed = false
        while !isOver, sink.isWritable, let item = line.pop(now: now) {
            switch item {
            case .piece(let bytes):
                sink.write(bytes, promise: nil)
                unflushed = true
            case .end:
                hasEnded = true
                sink.flush()
                sink.close(mode: .output, promise: nil)
            case .reset:
                Self.reset(sink)
            }
        }
        if unflushed { sink.flush() }
        releaseRead()
        schedule()
    }

    private func releaseRead() {
        guard isReadHeld, isOver || line.hasRoom(for: Self.largestRead) else { return }
        isReadHeld = false
        source?.read()
    }

    /// Closes with an RST instead of a FIN: by lingering for no time (socket(7), SO_LINGER).
    private static func reset(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }
}
