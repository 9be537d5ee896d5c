import CommandLineInterface
import FleetModel
import FleetTransport
import MetadataDoubles

/// Has a node taken back and tells what happens until it is gone.
struct ReclaimRehearsal {
    /// How often the double is asked, and the replicas are looked at.
    private static let step = Duration.milliseconds(200)
    /// Advice is followed this long: the slowest of the services is asked every five seconds.
    private static let adviceLimit = Duration.seconds(12)
    /// After the node's end, until what ran there is reported gone: at once where it was announced; else the plane must find out
    /// first, which takes a round of the slowest service.
    private static func aftermath(_ order: ReclaimOrder) -> Duration { .seconds(order.inMilliseconds == 0 ? 8 : 3) }

    let node: DoubleNode
    let double: DoubleClient
    let connection: any ControlConnection
    private let progress = UpProgress()

    init(node: DoubleNode, double: DoubleClient, connection: any ControlConnection) {
        (self.node, self.double, self.connection) = (node, double, connection)
    }

    func cancel() async throws {
        let status = try await double.send(.cancel, node)
        progress.tell(
            status.phase == .gone
                ? "\(node) is gone already" : "\(node.service.title) takes back what it announced for \(node)")
    }

    func run(_ order: ReclaimOrder) async throws {
        let before = try await double.send(.status, node)
        guard before.phase == .running else {
            throw CommandFailure(.conflict, "\(node) is \(before.phase.rawValue) already; --cancel takes a notice back")
        }
        var seen = try await replicas()
        let status = try await double.send(.reclaim, node, order: order)
        progress.tell(opening(order))
        try await follow(order, machine: status.machine, seen: &seen)
    }

    private func opening(_ order: ReclaimOrder) -> String {
        switch (order.kind, order.inMilliseconds) {
        case (.rebalance, _): "\(node.service.title) advises to leave \(node)"
        case (.termination, 0): "\(node) is gone, without a notice"
        case (.termination, let left): "\(node.service.title) announces that it takes \(node) in \(Self.seconds(left))"
        }
    }

    private func follow(_ order: ReclaimOrder, machine: Int, seen: inout [String: String]) async throws {
        let began = ContinuousClock.now
        var end: ContinuousClock.Instant?
        var told = (isRead: order.inMilliseconds == 0 && order.kind == .termination, isApproved: false)
        while true {
            let status = try await double.send(.status, node)
            if status.isRead, !told.isRead {
                told.isRead = true
                progress.tell("plane \(node.plane) has read it")
            }
            tellChanges(try await replicas(), since: &seen)
            if status.isApproved, !told.isApproved {
                told.isApproved = true
                progress.tell("plane \(node.plane) approves: nothing runs there any more")
            }
            if end == nil, status.phase == .gone || status.machine > machine {
                end = .now
                if order.inMilliseconds > 0 { progress.tell("\(node) is gone") }
            }
            if let end, end.duration(to: .now) >= Self.aftermath(order) { return }
            if end == nil, status.phase == .running, order.kind == .termination {
                return progress.tell("\(node.service.title) has taken the notice back")
            }
            if order.kind == .rebalance, began.duration(to: .now) >= Self.adviceLimit { return }
            try await Task.sleep(for: Self.step)
        }
    }

    // MARK: Replicas

    /// Every replica's state, with the reason where there is one, by its name.
    private func replicas() async throws -> [String: String] {
        let items = try await connection.value(of: .list(.replicas))["items"].elements
        let states = items.compactMap { item -> (String, String)? in
            guard let name = item["metadata"]["name"].text, let state = item["status"]["state"].text else { return nil }
            let reason = item["status"]["reason"].text ?? ""
            return (name, reason.isEmpty || state == "ready" ? state : "\(state) (\(reason))")
        }
        return Dictionary(states, uniquingKeysWith: { first, _ in first })
    }

    private func tellChanges(_ now: [String: String], since seen: inout [String: String]) {
        for (name, state) in now.sorted(by: { $0.key < $1.key }) where seen[name].map(Self.word) != Self.word(state) {
            progress.tell("replica \(name): \(seen[name].map { "\(Self.word($0)) → " } ?? "")\(state)")
        }
        seen = now
    }

    private static func word(_ state: String) -> Substring { state.prefix { $0 != " " } }

    private static func seconds(_ milliseconds: Int64) -> String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
