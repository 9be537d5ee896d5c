import FleetRouting
import Gateway

/// A worker that only listens: a test awaits the inputs it needs. A test's time limit ends a wait for what never comes.
final class RecordingSink: RouterInputSink {
    struct Ended: Error {}

    private let stream: AsyncStream<RouterInput>
    private let continuation: AsyncStream<RouterInput>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func apply(_ input: RouterInput) { continuation.yield(input) }

    /// The first value the pick makes of the inputs to come; those before it are passed over. One waiter at a time.
    func next<Value>(_ pick: (RouterInput) -> Value?) async throws -> Value {
        for await input in stream {
            if let value = pick(input) { return value }
        }
        throw Ended()
    }
}
