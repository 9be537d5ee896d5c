package import FleetRouting
package import NIOCore

/// The way to a worker from other threads.
package struct WorkerHandle: RouterInputSink {
    package let eventLoop: any EventLoop
    private let worker: NIOLoopBound<GatewayWorker>

    /// Call on the worker's loop.
    package init(_ worker: GatewayWorker) {
        eventLoop = worker.eventLoop
        self.worker = NIOLoopBound(worker, eventLoop: worker.eventLoop)
    }

    package func apply(_ input: RouterInput) {
        eventLoop.execute { worker.value.apply(input) }
    }

    /// Runs a read or an act on the worker's loop.
    package func submit<Value: Sendable>(_ body: @escaping @Sendable (GatewayWorker) throws -> Value) -> EventLoopFuture<Value> {
        eventLoop.submit { try body(worker.value) }
    }

    /// Has somebody told when demand appears for a workload that has no replica.
    package func tellDemand(_ body: @escaping @Sendable () -> Void) {
        eventLoop.execute { worker.value.onDemand = body }
    }

    package func drain() -> EventLoopFuture<Void> {
        eventLoop.flatSubmit { worker.value.drain() }
    }

    /// Cuts every connection.
    func closeAll() {
        eventLoop.execute { worker.value.closeAll() }
    }

    /// Serves a client's connection. Call on the worker's loop.
    func accept(_ channel: any Channel) throws {
        try worker.value.accept(channel)
    }
}
