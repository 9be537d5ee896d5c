package import FleetRouting

/// An event loop's end of what the control side learns: implemented by each worker of the data path.
package protocol RouterInputSink: Sendable {
    /// Hands an input to the worker's own loop, where its ``Router`` takes it. Callable from any thread; inputs of one caller
    /// arrive in order. Must not block.
    func apply(_ input: RouterInput)
}
