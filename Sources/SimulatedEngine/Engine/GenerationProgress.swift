import EngineTiming

/// How far a request has come.
struct GenerationProgress: Equatable, Sendable {
    enum End: Equatable, Sendable {
        case finished
        /// The client left, the task was cancelled, or the engine stops and the request would never end.
        case cancelled
    }

    /// Tokens that exist.
    var tokens: Int
    var end: End?
}
