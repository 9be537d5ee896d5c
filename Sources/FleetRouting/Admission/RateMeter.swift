package import FleetModel
import Synchronization

/// A token bucket shared by the event loops of a gateway (RFC 2697's committed rate and burst: the bucket holds one minute's worth and
/// fills at a sixtieth of it each second).
///
/// Lock-free: loops only take from the level and give back, both by compare-and-exchange. Filling has one owner at a time; a loop
/// that finds it owned goes on with what is there. Everything is counted in thousandths, so that slow rates fill evenly.
package final class RateMeter: Sendable {
    package struct Reading: Equatable, Sendable {
        /// Whole units a minute, at this gateway.
        package var limit: Int64
        package var remaining: Int64
        /// Until the bucket is full again.
        package var reset: Duration

        package init(limit: Int64, remaining: Int64, reset: Duration) {
            (self.limit, self.remaining, self.reset) = (limit, remaining, reset)
        }
    }

    private static let scale: Int64 = 1_000
    private static let nanosecondsPerMinute = 60e9

    /// Below zero after use beyond what was reserved: the debt is worked off first.
    private let level: Atomic<Int64>
    /// What the bucket holds and gains a minute.
    private let perMinute: Atomic<Int64>
    private let filledAt = Atomic<Int64>(.min)
    private let isFilling = Atomic<Bool>(false)
    /// Units asked for since the start, granted or not: what the gateway would use if it might.
    private let askedUnits = Atomic<Int64>(0)

    /// A full bucket.
    package init(perMinute: Int64) {
        level = Atomic(perMinute * Self.scale)
        self.perMinute = Atomic(perMinute * Self.scale)
    }

    /// Takes units; false, and nothing taken, where there are too few.
    package func take(_ units: Int64, now: Moment) -> Bool {
        guard units > 0 else { return true }
        askedUnits.wrappingAdd(units, ordering: .relaxed)
        fill(now: now)
        let wanted = units * Self.scale
        var current = level.load(ordering: .acquiring)
        while current >= wanted {
            let (isDone, seen) = level.weakCompareExchange(
                expected: current, desired: current - wanted, ordering: .acquiringAndReleasing)
            if isDone { return true }
            current = seen
        }
        return false
    }

    /// Gives back what was taken and not used. The bucket never holds more than a minute's worth.
    package func give(_ units: Int64) {
        askedUnits.wrappingSubtract(units, ordering: .relaxed)
        add(units * Self.scale)
    }

    /// Counts use beyond what was taken.
    package func charge(_ units: Int64) {
        askedUnits.wrappingAdd(units, ordering: .relaxed)
        level.wrappingSubtract(units * Self.scale, ordering: .acquiringAndReleasing)
    }

    /// Another share of the limit. What is gained fills up over time; what is lost is gone at once.
    package func setShare(perMinute units: Int64, now: Moment) {
        while isFilling.exchange(true, ordering: .acquiring) {}
        fillOwned(now: now)
        perMinute.store(units * Self.scale, ordering: .sequentiallyConsistent)
        add(0)
        isFilling.store(false, ordering: .releasing)
    }

    /// Nothing is left: a process that ran before this one may have used it.
    package func empty() {
        var current = level.load(ordering: .acquiring)
        while current > 0 {
            let (isDone, seen) = level.weakCompareExchange(expected: current, desired: 0, ordering: .acquiringAndReleasing)
            if isDone { return }
            current = seen
        }
    }

    package var asked: Int64 { askedUnits.load(ordering: .relaxed) }
    /// Whole units a minute.
    package var share: Int64 { perMinute.load(ordering: .acquiring) / Self.scale }

    package func reading(now: Moment) -> Reading {
        fill(now: now)
        let (held, full) = (level.load(ordering: .acquiring), perMinute.load(ordering: .acquiring))
        let missing = Double(max(0, full - held)) / Double(max(full, 1)) * Self.nanosecondsPerMinute
        return Reading(
            limit: full / Self.scale, remaining: max(0, held) / Self.scale, reset: .nanoseconds(Int64(min(missing, 1e15))))
    }

    /// How long until so many units are there; nil where the bucket never holds them.
    package func wait(for units: Int64, now: Moment) -> Duration? {
        let full = perMinute.load(ordering: .acquiring)
        guard units * Self.scale <= full, full > 0 else { return nil }
        let missing = units * Self.scale - level.load(ordering: .acquiring)
        guard missing > 0 else { return .zero }
        return .nanoseconds(Int64(min(Double(missing) / Double(full) * Self.nanosecondsPerMinute, 1e15)))
    }

    // MARK: Filling

    private func fill(now: Moment) {
        guard now.nanoseconds > filledAt.load(ordering: .relaxed),
            !isFilling.exchange(true, ordering: .acquiring)
        else { return }
        fillOwned(now: now)
        isFilling.store(false, ordering: .releasing)
    }

    private func fillOwned(now: Moment) {
        let filled = filledAt.load(ordering: .relaxed)
        guard filled != .min else { return filledAt.store(now.nanoseconds, ordering: .relaxed) }
        let full = perMinute.load(ordering: .relaxed)
        guard now.nanoseconds > filled, full > 0 else { return }
        let elapsed = Double(now.nanoseconds - filled)
        let gained = (elapsed * Double(full) / Self.nanosecondsPerMinute).rounded(.down)
        guard gained >= 1 else { return }
        if gained >= Double(full) {
            filledAt.store(now.nanoseconds, ordering: .relaxed)
            return add(full)
        }
        // Only the time that was turned into units has passed; the rest counts next time.
        let spent = (gained / Double(full) * Self.nanosecondsPerMinute).rounded(.up)
        filledAt.store(filled + Int64(min(spent, elapsed)), ordering: .relaxed)
        add(Int64(gained))
    }

    /// Adds up to a full bucket; a level above it comes down to it.
    private func add(_ amount: Int64) {
        var current = level.load(ordering: .acquiring)
        while true {
            let wanted = min(current + amount, perMinute.load(ordering: .sequentiallyConsistent))
            let (isDone, seen) = level.weakCompareExchange(
                expected: current, desired: wanted, ordering: .acquiringAndReleasing)
            if isDone { return }
            current = seen
        }
    }
}
