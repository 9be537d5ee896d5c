import ControlPlane
import FleetModel
import Synchronization

/// Time that only a test moves.
final class ManualClock: FleetClock {
    private let elapsed = Mutex(Duration.zero)

    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
    func now() -> Moment { Moment.origin.advanced(by: elapsed.withLock { $0 }) }
    func timestamp() -> Timestamp { Timestamp(seconds: 1_800_000_000 + UInt64(elapsed.withLock { $0 }.components.seconds)) }
}
