import FleetModel
import FoundationEssentials

/// Asks one node's metadata service for as long as it is watched, and tells what is new.
struct NoticeWatch: Sendable {
    let url: UpstreamURL
    let client: MetadataClient
    /// Whether nothing runs on the node any more since its end was announced.
    let isVacated: @Sendable () -> Bool
    let report: @Sendable (NoticeChange) -> Void

    /// Runs until cancelled.
    func run(_ start: NoticeFollower) async {
        var follower = start
        let clock = ContinuousClock()
        let origin = clock.now
        let now = { Moment(nanoseconds: origin.duration(to: clock.now).nanoseconds) }
        while !Task.isCancelled {
            if isVacated() { follower.noteVacated() }
            switch follower.next(now: now()) {
            case .rest(let until):
                guard (try? await Task.sleep(for: until.since(now()), tolerance: .milliseconds(20))) != nil else { return }
            case .ask(let request):
                let answer = await client.send(request, to: url)
                guard !Task.isCancelled else { return }
                let utc = Int64(Date().timeIntervalSince1970)
                for change in follower.take(answer, now: now(), utc: utc) { report(change) }
            }
        }
    }
}
