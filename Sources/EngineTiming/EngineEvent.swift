/// What can happen to an engine.
package enum EngineEvent: Equatable, Sendable {
    case submitted(EngineRequest)
    /// The caller no longer wants the answer. An id that has already ended is a race and changes nothing.
    case cancelled(id: UInt64)
    /// Every step that begins from now on takes this many times as long (a fault switch); 1 is normal.
    case slowed(factor: Double)
    /// Time passed.
    case advanced
}
