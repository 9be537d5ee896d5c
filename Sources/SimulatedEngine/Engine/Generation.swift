/// The handle of one request in the engine. Letting go of it ends the request: whatever path the answer took, nothing is left behind.
final class Generation: Sendable {
    let id: UInt64
    private let driver: EngineDriver

    init(id: UInt64, driver: EngineDriver) {
        self.id = id
        self.driver = driver
    }

    deinit { driver.release(id) }

    /// Waits until more than `seen` tokens exist or the request has ended. Ends with `cancelled` when the task is cancelled.
    func progress(beyond seen: Int) async -> GenerationProgress { await driver.progress(of: id, beyond: seen) }

    /// Waits until the request has ended.
    func end() async -> GenerationProgress.End {
        while true { if let end = await driver.progress(of: id, beyond: .max).end { return end } }
    }

    func cancel() { driver.cancel(id) }
}
