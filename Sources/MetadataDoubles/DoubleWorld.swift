package import FleetModel
import Synchronization

/// All nodes of one double. A node exists as soon as somebody asks for it.
package final class DoubleWorld: Sendable {
    /// Most nodes; requests for further ones are hung up on.
    package static let nodeLimit = 4_096

    private struct Place {
        var machine = DoubleMachine()
        var service: any DoubleService
        /// Counts what was commanded here, and what time has brought.
        var version: UInt64 = 0
        /// Told, once, when something changes; one for each connection that waits.
        var waiting: [ObjectIdentifier: @Sendable () -> Void] = [:]
    }

    private let places = Mutex<[DoubleNode: Place]>([:])
    private let now: @Sendable () -> Moment
    private let utc: @Sendable () -> Int64
    private let token: @Sendable () -> String
    private let azureRequestsPerSecond: Int

    /// - Parameters:
    ///   - utc: seconds since 1970.
    ///   - token: hard to guess, another one each time.
    package init(
        now: @escaping @Sendable () -> Moment, utc: @escaping @Sendable () -> Int64, token: @escaping @Sendable () -> String,
        azureRequestsPerSecond: Int = AzureDouble.requestsPerSecond
    ) {
        self.azureRequestsPerSecond = azureRequestsPerSecond
        (self.now, self.utc, self.token) = (now, utc, token)
    }

    /// What is answered, and the version of what was seen for it.
    package func answer(
        _ request: DoubleRequest, of node: DoubleNode, isOverdue: Bool
    ) -> (answer: DoubleAnswer, seen: UInt64) {
        at(node) { place, now in
            let answer = place.service.answer(
                request, machine: &place.machine, now: now, isOverdue: isOverdue, token: token)
            return (answer, place.version)
        } ?? (.hangUp, 0)
    }

    /// Calls once when something changes at the node. The time that may pass until then by itself: none where something has
    /// changed since the version `seen`, nil where nothing does.
    package func whenChanged(
        _ node: DoubleNode, since seen: UInt64, for waiter: ObjectIdentifier, _ wake: @escaping @Sendable () -> Void
    ) -> Duration? {
        at(node) { place, now in
            guard place.version == seen else { return .zero }
            place.waiting[waiter] = wake
            return place.machine.nextChange.map { max(.zero, $0.since(now)) }
        } ?? nil
    }

    /// The connection waits no more.
    package func forget(_ waiter: ObjectIdentifier, at node: DoubleNode) {
        _ = places.withLock { $0[node]?.waiting.removeValue(forKey: waiter) }
    }

    package func reclaim(_ node: DoubleNode, _ order: ReclaimOrder) -> DoubleStatus? {
        let utc = utc()
        return change(node) { machine, now in
            machine.reclaim(
                order.kind, in: .milliseconds(order.inMilliseconds), away: .milliseconds(order.awayMilliseconds), now: now,
                utc: utc)
        }
    }

    package func cancel(_ node: DoubleNode) -> DoubleStatus? { change(node) { machine, _ in machine.cancel() } }

    package func status(_ node: DoubleNode) -> DoubleStatus? {
        at(node) { place, now in DoubleStatus(place.machine, now: now) }
    }

    private func change(_ node: DoubleNode, _ body: (inout DoubleMachine, Moment) -> Void) -> DoubleStatus? {
        let changed = at(node) { place, now in
            body(&place.machine, now)
            place.version += 1
            defer { place.waiting = [:] }
            return (DoubleStatus(place.machine, now: now), Array(place.waiting.values))
        }
        guard let (status, waiting) = changed else { return nil }
        for wake in waiting { wake() }
        return status
    }

    private func at<Value>(_ node: DoubleNode, _ body: (inout Place, Moment) -> Value) -> Value? {
        let now = now()
        return places.withLock { places in
            guard var place = places[node] ?? (places.count < Self.nodeLimit ? place(of: node) : nil) else { return nil }
            let before = place.machine
            place.machine.advance(now: now)
            if place.machine != before { place.version += 1 }
            defer { places[node] = place }
            return body(&place, now)
        }
    }

    private func place(of node: DoubleNode) -> Place {
        switch node.service {
        case .ec2: Place(service: EC2Double())
        case .gcp: Place(service: GCPDouble())
        case .azure: Place(service: AzureDouble(node: node, requestsPerSecond: azureRequestsPerSecond))
        }
    }
}
