package import FleetModel
package import NIOCore

extension NIODeadline {
    /// The same instant as the core knows it. Every part of a gateway takes its moments from this one clock.
    package var moment: Moment { Moment(nanoseconds: Int64(clamping: uptimeNanoseconds)) }
}
