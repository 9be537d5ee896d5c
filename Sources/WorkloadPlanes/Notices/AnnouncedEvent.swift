package import FleetControl
package import FleetModel

/// One event a metadata service tells of a machine, as long as it tells it.
package struct AnnouncedEvent: Equatable, Sendable {
    package enum Timing: Equatable, Sendable {
        /// Seconds since 1970-01-01T00:00:00Z.
        case at(Int64)
        /// So long after it was first heard of.
        case within(Duration)
        /// It goes on running: advice.
        case open
    }

    /// The same for one event whenever it is told, and different for two.
    package var id: String
    package var kind: ReclaimNotice.Kind
    package var timing: Timing
    /// What the service says, in a few words for a log.
    package var cause: String

    package init(id: String, kind: ReclaimNotice.Kind, timing: Timing, cause: String) {
        self.id = id
        self.kind = kind
        self.timing = timing
        self.cause = cause
    }
}

/// Asks one service what is announced for the machine: which request comes next, and what the answer means. One round is the
/// requests after which everything announced is known.
package protocol NoticeDialogue: Sendable {
    /// How long a round lasts with the rest after it; AWS recommends five seconds, Azure one.
    var interval: Duration { get }
    /// The request to send now. Asking twice gives the same.
    mutating func request(now: Moment) -> MetadataRequest
    /// Takes the answer to it.
    mutating func take(_ response: MetadataResponse, now: Moment) -> DialogueStep
    /// The machine behind the service is another one: whatever was agreed with the last is void.
    mutating func restart()
    /// Nothing runs on the machine any more: events that wait for it may begin.
    mutating func noteVacated()
}

package enum DialogueStep: Equatable, Sendable {
    /// The round goes on with the next request.
    case more
    /// Everything announced is known.
    case round([AnnouncedEvent])
    /// The service refused, or answered what cannot be read: nothing is known anew. The round starts over later.
    case failed(String)
}
