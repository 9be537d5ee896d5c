import FleetModel

/// What is asked of a double by whoever rehearses: take this node.
package struct ReclaimOrder: Codable, Equatable, Sendable {
    /// The longest notice and absence, in milliseconds: a day.
    package static let longest: Int64 = 86_400_000

    package var kind: DoubleMachine.Kind
    /// From now to the machine's end; 0 takes it at once, without a notice.
    package var inMilliseconds: Int64
    /// How long nothing stands there afterwards.
    package var awayMilliseconds: Int64

    package init(kind: DoubleMachine.Kind, inMilliseconds: Int64, awayMilliseconds: Int64) {
        self.kind = kind
        self.inMilliseconds = inMilliseconds
        self.awayMilliseconds = awayMilliseconds
    }

    var isWithinLimits: Bool { (0...Self.longest).contains(inMilliseconds) && (0...Self.longest).contains(awayMilliseconds) }
}

/// How a doubled node is doing. Ages and waits in milliseconds.
package struct DoubleStatus: Codable, Equatable, Sendable {
    package enum Phase: String, Codable, Sendable {
        case running, announced, gone
    }

    package var phase: Phase
    /// Counts the machines that stood there, from 1.
    package var machine: Int
    /// Whether the notice in force, or the one the last machine went by, was read through the service.
    package var isRead: Bool
    /// Whether it was approved before its time.
    package var isApproved: Bool
    /// Until the machine is taken; nil where nothing is announced.
    package var leftMilliseconds: Int64?
    /// Until a machine stands there again.
    package var returnsInMilliseconds: Int64?
    /// Whether advice is given.
    package var isAdvised: Bool

    init(_ machine: DoubleMachine, now: Moment) {
        self.machine = machine.number
        isAdvised = machine.advice != nil
        var notice = machine.announced
        switch machine.phase {
        case .running: phase = .running
        case .announced(let announced):
            phase = .announced
            leftMilliseconds = Int64(announced.at.since(now).milliseconds)
        case .gone(let until, _):
            phase = .gone
            notice = machine.last
            returnsInMilliseconds = Int64(until.since(now).milliseconds)
        }
        isRead = (notice ?? machine.advice)?.readAt != nil
        isApproved = notice?.approvedAt != nil
    }
}

/// Where a double listens, and what proves that one may command it. Kept in a file only its user can read.
package struct DoubleAddress: Codable, Equatable, Sendable {
    package var url: String
    package var key: String

    package init(url: String, key: String) { (self.url, self.key) = (url, key) }
}

/// The paths by which a double is commanded, beside those of the nodes: `/-/VERB/SERVICE/PLANE/POOL/INDEX`.
package enum DoubleCommand: String, CaseIterable, Sendable {
    case status, reclaim, cancel

    package func path(of node: DoubleNode) -> String { "/-/\(rawValue)\(node.path)" }

    static func split(_ path: Substring) -> (command: DoubleCommand, node: DoubleNode)? {
        let parts = path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, parts[1] == "-", let command = DoubleCommand(rawValue: String(parts[2])),
            let (node, rest) = DoubleNode.split("/" + parts[3] + "/"), rest == "/"
        else { return nil }
        return (command, node)
    }
}
