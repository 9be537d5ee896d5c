import Glibc

/// A program that runs for as long as somebody wants it, and never longer: it ends with ``stop()``, when this value is
/// released (reading on from ``events`` alone does not keep it), or when this process dies in whatever way, and with it everything it started.
///
/// The program runs under a shim (``SuperviseShim``) that shares a socket with this process. Everything here waits through
/// one thread of its own (``ShimWatch``), so that no thread of Swift's pool is ever blocked. The `swift-subprocess` package was considered: it
/// ties a process to the scope of one closure and ends the direct child only; session, subreaper, log rotation and the line
/// protocol would stay ours, and they are the work. What remains is one `posix_spawn`.
package final class SupervisedProcess: Sendable {
    /// What happens to the process, ending with its last event. For one reader.
    package let events: AsyncStream<ProcessEvent>
    private let connection: ShimConnection?

    /// Starts the program. Problems come as the event `failed`, like those the shim finds.
    ///
    /// - Parameter shim: the executable that answers to the `supervise` subcommand.
    package init(_ specification: ProcessSpecification, shim: String = OwnExecutable.path) {
        let (events, continuation) = AsyncStream.makeStream(of: ProcessEvent.self)
        self.events = events
        do throws(ShimConnection.Failure) {
            connection = try ShimConnection.start(specification, shim: shim) { event in
                continuation.yield(event)
                if event.isLast { continuation.finish() }
            }
        } catch {
            connection = nil
            continuation.yield(.failed(error.message))
            continuation.finish()
        }
    }

    deinit { connection?.end() }

    /// Asks the program to stop (SIGTERM) and kills it after its grace. Returns at once; the end is an event.
    package func stop() { connection?.send(.stop) }

    /// Kills the program at once. The end is an event.
    package func kill() { connection?.send(.kill) }
}
