import Glibc
import Synchronization

/// One thread of this process that waits for news from all shims with `poll`.
///
/// Not Dispatch's read sources: with them (libdispatch of Swift 6.3 on Linux) the end of file of some sockets was never
/// reported when many processes ended at once, and a lost end is a replica believed alive for ever.
final class ShimWatch: Sendable {
    static let shared = ShimWatch()

    /// Reads what there is; false when the descriptor is finished with, which the handler then has closed.
    typealias Handler = @Sendable () -> Bool

    private struct State {
        var handlers: [Int32: Handler] = [:]
        var isRunning = false
    }

    private let state = Mutex(State())
    /// A byte on it makes the thread look at its descriptors anew.
    private let wake: (reading: Int32, writing: Int32)

    private init() {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { preconditionFailure("no socket could be made: \(errno)") }
        wake = (ends[0], ends[1])
    }

    /// Calls the handler on the watching thread whenever the descriptor has something to read or has ended.
    func add(_ descriptor: Int32, _ handler: @escaping Handler) {
        let isFirst = state.withLock { state in
            state.handlers[descriptor] = handler
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst {
            var thread = pthread_t()
            let error = pthread_create(&thread, nil, { _ in ShimWatch.shared.run() }, nil)
            precondition(error == 0, "no thread could be started: \(error)")
            pthread_detach(thread)
        } else {
            var byte: UInt8 = 0
            write(wake.writing, &byte, 1)
        }
    }

    private func run() -> Never {
        var sink = [UInt8](repeating: 0, count: 256)
        while true {
            let watched = state.withLock { $0.handlers.keys.sorted() }
            var entries = ([wake.reading] + watched).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
            if entries[0].revents != 0 { _ = read(wake.reading, &sink, sink.count) }
            for entry in entries.dropFirst() where entry.revents != 0 { call(entry.fd) }
        }
    }

    private func call(_ descriptor: Int32) {
        // Taken out while it runs: it may close the descriptor, and its number may come back with the next process at once.
        guard let handler = state.withLock({ $0.handlers.removeValue(forKey: descriptor) }) else { return }
        if handler() { state.withLock { $0.handlers[descriptor] = handler } }
    }
}
