import Synchronization

/// What is used under a ceiling, shared by the event loops of a gateway: requests in flight, or money spent in a period.
///
/// Lock-free. A reservation counts before it looks at the ceiling, and lowering the ceiling stores it before it looks at the use;
/// sequential consistency then lets at most one of the two be late, so that use never passes a ceiling that was told to others.
package final class CeilingMeter: Sendable {
    private let usedUnits: Atomic<Int64>
    private let ceilingUnits: Atomic<Int64>
    private let askedUnits: Atomic<Int64>
    /// Counts periods: a reservation of an earlier one is not given back in this one.
    private let periodNumber = Atomic<Int64>(0)

    package init(ceiling: Int64, used: Int64 = 0) {
        ceilingUnits = Atomic(ceiling)
        usedUnits = Atomic(used)
        askedUnits = Atomic(used)
    }

    package var used: Int64 { usedUnits.load(ordering: .sequentiallyConsistent) }
    package var ceiling: Int64 { ceilingUnits.load(ordering: .sequentiallyConsistent) }
    package var period: Int64 { periodNumber.load(ordering: .sequentiallyConsistent) }
    /// Units asked for in this period, granted or not, less those given back.
    package var asked: Int64 { askedUnits.load(ordering: .relaxed) }

    /// Takes units; false, and nothing taken, where they would pass the ceiling.
    package func take(_ units: Int64) -> Bool {
        askedUnits.wrappingAdd(units, ordering: .relaxed)
        let (old, new) = usedUnits.wrappingAdd(units, ordering: .sequentiallyConsistent)
        guard new <= ceilingUnits.load(ordering: .sequentiallyConsistent), new >= old else {
            usedUnits.wrappingSubtract(units, ordering: .sequentiallyConsistent)
            return false
        }
        return true
    }

    /// Gives back what was taken in a period and not used; does nothing once that period is over.
    package func give(_ units: Int64, period: Int64) {
        guard period == self.period else { return }
        askedUnits.wrappingSubtract(units, ordering: .relaxed)
        usedUnits.wrappingSubtract(units, ordering: .sequentiallyConsistent)
    }

    /// Counts use beyond what was taken, even beyond the ceiling: it happened.
    package func charge(_ units: Int64) {
        askedUnits.wrappingAdd(units, ordering: .relaxed)
        usedUnits.wrappingAdd(units, ordering: .sequentiallyConsistent)
    }

    package func raise(to units: Int64) {
        if units > ceiling { ceilingUnits.store(units, ordering: .sequentiallyConsistent) }
    }

    /// Lowers the ceiling as far as use allows, and returns where it stands: nothing beyond that can be used any more.
    package func lower(to units: Int64) -> Int64 {
        guard units < ceiling else { return ceiling }
        ceilingUnits.store(units, ordering: .sequentiallyConsistent)
        let used = used
        if used > units { ceilingUnits.store(used, ordering: .sequentiallyConsistent) }
        return max(used, units)
    }

    /// A period begins: nothing is used, and the ceiling is what each gateway has without asking.
    package func begin(ceiling: Int64) {
        ceilingUnits.store(0, ordering: .sequentiallyConsistent)
        periodNumber.wrappingAdd(1, ordering: .sequentiallyConsistent)
        usedUnits.store(0, ordering: .sequentiallyConsistent)
        askedUnits.store(0, ordering: .relaxed)
        ceilingUnits.store(ceiling, ordering: .sequentiallyConsistent)
    }
}
