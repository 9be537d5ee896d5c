import FleetControl
import FleetTransport

/// The two items EC2 tells of a spot instance.
enum EC2Documents {
    /// The notice an interruption comes with; hibernation begins at once.
    static let notice = Duration.seconds(120)

    /// `{"action": "terminate", "time": "2017-09-18T08:22:00Z"}`; nil for anything else. A time that cannot be read is taken for
    /// the documented notice.
    static func action(_ body: [UInt8]) -> AnnouncedEvent? {
        guard let document = try? JSONValue(bytes: body), let action = document["action"].text,
            ["terminate", "stop", "hibernate"].contains(action)
        else { return nil }
        let time = document["time"].text.flatMap(ServiceTime.rfc3339)
        let timing: AnnouncedEvent.Timing =
            switch (action, time) {
            case ("hibernate", _): .within(.zero)
            case (_, let time?): .at(time)
            case (_, nil): .within(notice)
            }
        return AnnouncedEvent(
            id: "\(action)@\(time ?? 0)", kind: .termination, timing: timing, cause: "EC2 will \(action) the instance")
    }

    /// `{"noticeTime": "2020-10-27T08:22:00Z"}`; nil for anything else.
    static func rebalance(_ body: [UInt8]) -> AnnouncedEvent? {
        guard let document = try? JSONValue(bytes: body),
            let time = document["noticeTime"].text.flatMap(ServiceTime.rfc3339)
        else { return nil }
        return AnnouncedEvent(
            id: "rebalance@\(time)", kind: .rebalance, timing: .open, cause: "EC2 recommends to rebalance: the risk is raised")
    }
}
