import FleetControl
package import FleetModel
import FleetTransport

/// Azure's Scheduled Events ("Scheduled Events for Linux VMs", version 2020-07-01, and "Azure Instance Metadata Service" in the
/// Azure documentation): the machine's own name, then every second the list of events of its group, of which those that name it
/// count. An event is approved with `StartRequests` once nothing runs on the machine any more, so that it need not wait for
/// `NotBefore`; one that names other machines too is left to its time, for an approval would hold for them as well.
package struct AzureDialogue: NoticeDialogue, Equatable {
    static let events = "/metadata/scheduledevents?api-version=2020-07-01"
    static let name = "/metadata/instance/compute/name?api-version=2021-02-01&format=text"
    /// The first request switches the service on for the machine, which takes up to two minutes.
    static let firstTimeout = Duration.seconds(130)
    static let nameLimit = 256
    /// Approved events that are remembered; the oldest is forgotten first.
    static let approvedLimit = 64

    private enum Stage: Equatable {
        case name, events
        case approval(String)
    }

    package let interval = Duration.seconds(1)
    private var stage = Stage.name
    private var machine: String?
    private var hasListed = false
    private var isVacated = false
    private var announced: [AzureScheduledEvent] = []
    /// Of those announced, what an earlier round told.
    private var told: Set<String> = []
    private var approved: [String] = []

    package init() {}

    package mutating func request(now: Moment) -> MetadataRequest {
        let headers = [MetadataRequest.Header(name: "Metadata", value: "true")]
        switch stage {
        case .name: return MetadataRequest(.get, Self.name, headers: headers)
        case .events:
            return MetadataRequest(.get, Self.events, headers: headers, timeout: hasListed ? .seconds(10) : Self.firstTimeout)
        case .approval(let id):
            return MetadataRequest(
                .post, Self.events, headers: headers + [.init(name: "Content-Type", value: "application/json")],
                body: #"{"StartRequests":[{"EventId":"\#(id)"}]}"#, timeout: .seconds(10))
        }
    }

    package mutating func take(_ response: MetadataResponse, now: Moment) -> DialogueStep {
        switch stage {
        case .name: takeName(response)
        case .events: takeEvents(response)
        case .approval(let id): takeApproval(response, of: id)
        }
    }

    package mutating func restart() { self = AzureDialogue() }

    package mutating func noteVacated() { isVacated = true }

    private mutating func takeName(_ response: MetadataResponse) -> DialogueStep {
        guard response.status == 200, let name = response.word(limit: Self.nameLimit) else {
            return .failed("Azure does not tell the machine's name (\(response.status))")
        }
        machine = name
        stage = .events
        return .more
    }

    private mutating func takeEvents(_ response: MetadataResponse) -> DialogueStep {
        guard response.status == 200 else { return .failed("Azure answered \(response.status) for its scheduled events") }
        guard let machine, let listed = AzureScheduledEvent.list(response.body) else {
            return .failed("Azure answered what is no list of scheduled events")
        }
        hasListed = true
        announced = listed.filter { $0.concerns(machine) && $0.announcement != nil }
        // That the machine is vacated was said of the events told so far: for another one it has to be said again.
        if announced.isEmpty || announced.contains(where: { $0.isEnd && !told.contains($0.id) }) { isVacated = false }
        told.formIntersection(announced.map(\.id))
        if let next = announced.first(where: isToApprove) {
            stage = .approval(next.id)
            return .more
        }
        return tell()
    }

    private mutating func tell() -> DialogueStep {
        told = Set(announced.map(\.id))
        return .round(announced.compactMap(\.announcement))
    }

    /// Nothing is approved before the plane has heard of it: replicas run there until then.
    private func isToApprove(_ event: AzureScheduledEvent) -> Bool {
        isVacated && event.isEnd && !event.isStarted && event.resources.count == 1 && told.contains(event.id)
            && !approved.contains(event.id)
    }

    /// Whatever Azure says of an approval, it is not asked twice: the event takes its time then.
    private mutating func takeApproval(_ response: MetadataResponse, of id: String) -> DialogueStep {
        approved.append(id)
        if approved.count > Self.approvedLimit { approved.removeFirst() }
        stage = .events
        guard response.status == 200 else { return .failed("Azure answered \(response.status) to an approval") }
        return tell()
    }
}
