import FleetModel

/// Something that wants to be told when a time has passed.
protocol Deadlined: AnyObject {
    var deadline: DeadlineSlot { get set }
    /// The deadline passed; it is not armed any more.
    func deadlinePassed(now: Moment)
}

/// Where a ``Deadlined`` object stands in its wheel.
struct DeadlineSlot {
    /// Nanoseconds; `Int64.max` while nothing is due.
    fileprivate(set) var due = Int64.max
    fileprivate var tick = Int64.max
    fileprivate var index = 0

    var isArmed: Bool { due != .max }
}

/// Deadlines of many connections at the cost of a store each: a wheel of slots one tick apart.
///
/// A deadline that moves later leaves its object where it is; the object is moved when its old slot comes up. So a busy
/// connection, whose deadline moves with every read, is touched by the wheel once per turn.
final class DeadlineWheel {
    /// How late a deadline may fire.
    static let tick: Int64 = 50_000_000
    private static let size: Int64 = 512

    private var slots: [[any Deadlined]] = Array(repeating: [], count: Int(size))
    private(set) var count = 0
    private var current: Int64

    init(now: Moment) { current = now.nanoseconds / Self.tick }

    /// Sets when `object` is due, in place of what was set before.
    @inline(__always)
    func arm(_ object: some Deadlined, at moment: Moment) {
        let wanted = moment.nanoseconds / Self.tick + 1
        if object.deadline.tick <= wanted {
            object.deadline.due = moment.nanoseconds
            return
        }
        place(object, at: moment)
    }

    /// Nothing is due for `object` until it is armed again.
    @inline(__always)
    func disarm(_ object: some Deadlined) { object.deadline.due = .max }

    /// Forgets `object` altogether: the wheel holds no reference to it afterwards.
    func remove(_ object: any Deadlined) {
        object.deadline.due = .max
        take(object)
    }

    /// Tells every object that is due by `now`. Call once per tick.
    func advance(now: Moment) {
        let last = now.nanoseconds / Self.tick
        // After a long stall every slot is due once.
        var next = max(current + 1, last - Self.size + 1)
        while next <= last {
            let slot = Int(next % Self.size)
            let batch = slots[slot]
            slots[slot].removeAll(keepingCapacity: batch.count <= 64)
            count -= batch.count
            for object in batch { object.deadline.tick = .max }
            current = next
            for object in batch where object.deadline.isArmed { settle(object, now: now) }
            next += 1
        }
        current = max(current, last)
    }

    private func settle(_ object: any Deadlined, now: Moment) {
        guard object.deadline.due > now.nanoseconds else {
            object.deadline.due = .max
            object.deadlinePassed(now: now)
            return
        }
        // Telling an earlier one of the batch may have armed this one already.
        guard object.deadline.tick == .max else { return }
        place(object, at: Moment(nanoseconds: object.deadline.due))
    }

    private func place(_ object: any Deadlined, at moment: Moment) {
        take(object)
        let wanted = moment.nanoseconds / Self.tick + 1
        let tick = min(max(wanted, current + 1), current + Self.size - 1)
        let slot = Int(tick % Self.size)
        object.deadline.due = moment.nanoseconds
        object.deadline.tick = tick
        object.deadline.index = slots[slot].count
        slots[slot].append(object)
        count += 1
    }

    private func take(_ object: any Deadlined) {
        guard object.deadline.tick != .max else { return }
        let slot = Int(object.deadline.tick % Self.size)
        let index = object.deadline.index
        if let last = slots[slot].popLast(), last !== object {
            slots[slot][index] = last
            last.deadline.index = index
        }
        object.deadline.tick = .max
        count -= 1
    }
}
