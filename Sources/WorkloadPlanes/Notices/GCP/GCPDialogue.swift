import FleetControl
package import FleetModel

/// Compute Engine's metadata server ("View and query VM metadata", "Detect preemption", "Query metadata server for maintenance
/// event notices" in the Compute Engine documentation): `instance/preempted` by a request that hangs until the value changes or
/// its time is over, then `instance/maintenance-event`. Both ways the `Metadata-Flavor` header proves who speaks.
package struct GCPDialogue: NoticeDialogue, Equatable {
    /// How long one request hangs. It bounds the time until a maintenance event is seen; a preemption is seen at once.
    static let hang: Int64 = 5
    /// From the preemption's signal to the machine's end.
    static let preemptionNotice = Duration.seconds(30)
    /// The least notice of a host maintenance that ends the machine.
    static let maintenanceNotice = Duration.seconds(60)
    static let etagLimit = 128

    private enum Stage: Equatable {
        case preempted, maintenance
    }

    /// The request's own hanging paces the rounds; a server that does not hang is asked no more often than this.
    package let interval = Duration.seconds(1)
    private var stage = Stage.preempted
    private var etag: String?
    private var isPreempted = false

    package init() {}

    package mutating func request(now: Moment) -> MetadataRequest {
        let headers = [MetadataRequest.Header(name: "Metadata-Flavor", value: "Google")]
        let root = "/computeMetadata/v1/instance/"
        switch (stage, etag) {
        case (.maintenance, _): return MetadataRequest(.get, root + "maintenance-event", headers: headers)
        case (.preempted, nil): return MetadataRequest(.get, root + "preempted", headers: headers)
        case (.preempted, let etag?):
            return MetadataRequest(
                .get, root + "preempted?wait_for_change=true&timeout_sec=\(Self.hang)&last_etag=\(etag)", headers: headers,
                timeout: .seconds(Self.hang + 5))
        }
    }

    package mutating func take(_ response: MetadataResponse, now: Moment) -> DialogueStep {
        guard response.flavor == "Google" else { return start(failing: "what answers is not GCP's metadata server") }
        let isMaintenance = stage == .maintenance
        guard response.status == 200, let word = response.word(limit: 64) else {
            return start(failing: "GCP answered \(response.status) for \(isMaintenance ? "maintenance-event" : "preempted")")
        }
        if !isMaintenance {
            guard word == "TRUE" || word == "FALSE" else { return start(failing: "GCP answered what is no preemption state") }
            isPreempted = word == "TRUE"
            etag = response.etag.flatMap(Self.queryValue)
            stage = .maintenance
            return .more
        }
        stage = .preempted
        var events: [AnnouncedEvent] = []
        if isPreempted {
            events.append(
                AnnouncedEvent(
                    id: "preempted", kind: .termination, timing: .within(Self.preemptionNotice),
                    cause: "GCP preempts the instance"))
        }
        if word == "TERMINATE_ON_HOST_MAINTENANCE" {
            events.append(
                AnnouncedEvent(
                    id: "maintenance", kind: .termination, timing: .within(Self.maintenanceNotice),
                    cause: "GCP ends the instance for host maintenance"))
        }
        return .round(events)
    }

    package mutating func restart() { self = GCPDialogue() }

    package mutating func noteVacated() {}

    private mutating func start(failing cause: String) -> DialogueStep {
        restart()
        return .failed(cause)
    }

    /// An ETag that may stand in a query as it is; nil for any other, and the value is then asked for without waiting.
    private static func queryValue(_ etag: String) -> String? {
        let isPlain = etag.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
        return isPlain && (1...etagLimit).contains(etag.utf8.count) ? etag : nil
    }
}
