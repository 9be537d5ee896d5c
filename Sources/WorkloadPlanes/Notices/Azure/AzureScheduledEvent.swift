import FleetControl
import FleetTransport

/// One entry of Azure's list.
struct AzureScheduledEvent: Equatable, Sendable {
    /// Entries read of one list, and machines of one entry; a scale set has at most a thousand.
    static let listLimit = 256
    static let resourceLimit = 1_024
    /// Identifiers are UUIDs. Anything but letters, digits and `-` could not stand in a request as it is.
    static let idLimit = 128
    /// A pause that is known to be shorter changes nothing (the figure of Azure's own sample).
    static let harmlessFreezeSeconds: Int64 = 9
    /// The least notice of an eviction.
    static let notice = Duration.seconds(30)

    var id: String
    /// `Freeze`, `Reboot`, `Redeploy`, `Preempt` or `Terminate`.
    var type: String
    var resources: [String]
    var isStarted: Bool
    /// Seconds since 1970; nil where it has started or cannot be read.
    var notBefore: Int64?
    /// -1 where it is not known.
    var durationSeconds: Int64

    /// The entries of `{"DocumentIncarnation": 1, "Events": […]}`; nil for any other document. Entries that cannot be read are
    /// passed over: they may be of a kind that came later.
    static func list(_ body: [UInt8]) -> [AzureScheduledEvent]? {
        guard let document = try? JSONValue(bytes: body), case .array(let entries) = document["Events"] else { return nil }
        return entries.prefix(listLimit).compactMap(AzureScheduledEvent.init)
    }

    private init?(_ entry: JSONValue) {
        guard let id = entry["EventId"].text, (1...Self.idLimit).contains(id.utf8.count),
            id.utf8.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 }),
            let type = entry["EventType"].text, let status = entry["EventStatus"].text
        else { return nil }
        self.id = id
        self.type = type
        resources = entry["Resources"].elements.prefix(Self.resourceLimit).compactMap(\.text)
        isStarted = status == "Started"
        notBefore = entry["NotBefore"].text.flatMap(ServiceTime.httpDate)
        durationSeconds = entry["DurationInSeconds"].integer ?? -1
    }

    /// Names of machines are compared as Azure does, whatever their case.
    func concerns(_ machine: String) -> Bool { resources.contains { $0.lowercased() == machine.lowercased() } }

    /// The machine goes.
    var isEnd: Bool { announcement?.kind == .termination }

    /// What it means for the machine; nil where it means nothing.
    var announcement: AnnouncedEvent? {
        switch type {
        case "Preempt", "Terminate", "Reboot", "Redeploy":
            let timing: AnnouncedEvent.Timing = isStarted ? .within(.zero) : notBefore.map { .at($0) } ?? .within(Self.notice)
            return AnnouncedEvent(id: id, kind: .termination, timing: timing, cause: "Azure scheduled \(type) for the machine")
        case "Freeze" where !(0..<Self.harmlessFreezeSeconds).contains(durationSeconds):
            return AnnouncedEvent(id: id, kind: .rebalance, timing: .open, cause: "Azure will pause the machine")
        default: return nil
        }
    }
}
