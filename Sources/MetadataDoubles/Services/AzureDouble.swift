package import FleetModel
import FleetTransport

/// Azure's instance metadata service with Scheduled Events, as the Azure documentation describes them: nothing without
/// `Metadata: true` or with `X-Forwarded-For` (400), a version with every request (400), no parameter twice (400), five requests
/// a second and machine (429), and approvals of events that are announced (200, else 400).
package struct AzureDouble: DoubleService, Equatable {
    static let versions = ["2020-07-01", "2019-08-01", "2019-04-01", "2019-01-01", "2017-11-01", "2017-08-01"]
    /// What the documentation allows one machine.
    package static let requestsPerSecond = 5

    private let machineName: String
    private let requestsPerSecond: Int
    private var recent: [Moment] = []

    package init(node: DoubleNode, requestsPerSecond: Int = AzureDouble.requestsPerSecond) {
        self.requestsPerSecond = requestsPerSecond
        machineName = "\(node.plane)_\(node.pool)_\(node.index)"
    }

    package mutating func answer(
        _ request: DoubleRequest, machine: inout DoubleMachine, now: Moment, isOverdue: Bool, token: () -> String
    ) -> DoubleAnswer {
        if machine.isGone { return .hangUp }
        guard request.header("metadata")?.lowercased() == "true" else {
            return .reply(Self.refusal(400, "Bad request. Required metadata header not specified"))
        }
        guard request.header("x-forwarded-for") == nil else {
            return .reply(Self.refusal(400, "Bad request. Forwarded requests are not served"))
        }
        guard let parameters = request.parameters, let version = parameters["api-version"] else {
            return .reply(Self.refusal(400, "Bad request. api-version is invalid or was not specified in the request"))
        }
        recent.removeAll { $0.advanced(by: .seconds(1)) <= now }
        guard recent.count < requestsPerSecond else { return .reply(Self.refusal(429, "Too many requests")) }
        recent.append(now)
        switch (request.path, request.method) {
        case ("/metadata/instance/compute/name", "GET"):
            // A leaf has no JSON form.
            guard Self.isDate(version), parameters["format"] == "text" else {
                return .reply(Self.refusal(400, "Bad request. This leaf is text"))
            }
            return .reply(DoubleReply(200, machineName, headers: ["content-type": "text/plain"]))
        case ("/metadata/scheduledevents", "GET") where Self.versions.contains(version):
            machine.noteRead(now: now)
            return .reply(Self.json(200, document(machine)))
        case ("/metadata/scheduledevents", "POST") where Self.versions.contains(version):
            return .reply(approve(request.body, machine: &machine, now: now))
        case ("/metadata/scheduledevents", "GET"), ("/metadata/scheduledevents", "POST"):
            return .reply(Self.refusal(400, "Bad request. api-version is invalid or was not specified in the request"))
        case ("/metadata/scheduledevents", _), ("/metadata/instance/compute/name", _):
            return .reply(Self.refusal(405, "Method not allowed"))
        default: return .reply(Self.refusal(404, "Not found"))
        }
    }

    /// The list: an eviction with its notice, or, as advice, a pause of the host.
    private func document(_ machine: DoubleMachine) -> String {
        var events: [String] = []
        if let notice = machine.announced {
            events.append(event(notice, type: "Preempt", description: "", duration: -1))
        }
        if let advice = machine.advice {
            events.append(
                event(advice, type: "Freeze", description: "Host server is undergoing maintenance.", duration: 30))
        }
        return "{\"DocumentIncarnation\":\(machine.incarnation),\"Events\":[\(events.joined(separator: ","))]}"
    }

    private func event(_ notice: DoubleMachine.Notice, type: String, description: String, duration: Int) -> String {
        let isStarted = notice.approvedAt != nil
        let notBefore = isStarted ? "" : DoubleTime.httpDate(type == "Freeze" ? notice.utc + 900 : notice.utc)
        return "{\"EventId\":\"\(Self.id(of: notice))\",\"EventStatus\":\"\(isStarted ? "Started" : "Scheduled")\","
            + "\"EventType\":\"\(type)\",\"ResourceType\":\"VirtualMachine\",\"Resources\":[\"\(machineName)\"],"
            + "\"NotBefore\":\"\(notBefore)\",\"Description\":\"\(description)\",\"EventSource\":\"Platform\","
            + "\"DurationInSeconds\":\(duration)}"
    }

    private func approve(_ body: [UInt8], machine: inout DoubleMachine, now: Moment) -> DoubleReply {
        guard let document = try? JSONValue(bytes: body), case .array(let requests) = document["StartRequests"], !requests.isEmpty
        else { return Self.refusal(400, "Bad request. StartRequests is missing") }
        for request in requests {
            guard let notice = machine.announced, request["EventId"].text == Self.id(of: notice),
                machine.approve(number: notice.number, now: now)
            else { return Self.refusal(400, "Bad request. There is no such event") }
        }
        return DoubleReply(200)
    }

    private static func id(of notice: DoubleMachine.Notice) -> String {
        let number = String(notice.number, radix: 16, uppercase: true)
        let digits = String(repeating: "0", count: max(0, 12 - number.count)) + number
        return "\(notice.kind == .termination ? "7C1BA500" : "F2EE2E00")-0000-4000-8000-\(digits)"
    }

    private static func isDate(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 10
            && bytes.indices.allSatisfy { $0 == 4 || $0 == 7 ? bytes[$0] == 45 : (48...57).contains(bytes[$0]) }
    }

    private static func json(_ status: Int, _ text: String) -> DoubleReply {
        DoubleReply(status, text, headers: ["content-type": "application/json; charset=utf-8", "server": "IMDS/150.870.65"])
    }
    private static func refusal(_ status: Int, _ text: String) -> DoubleReply { json(status, "{\"error\":\"\(text)\"}") }
}
