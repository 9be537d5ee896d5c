package import FleetModel
package import FleetTransport
import Synchronization

/// Asks gateways about requests and gathers what they say. Gateways listen on streams of their own and answer by a request
/// each; nobody's silence is waited for longer than ``patience``.
package final class InquiryDesk: Sendable {
    package enum Refusal: Error, Equatable {
        case tooManyStreams
        case tooManyInquiries
    }

    /// What came of one inquiry.
    package struct Outcome: Equatable, Sendable {
        /// The first explanation, of whichever gateway knew the request.
        package var found: JSONValue?
        /// Gateways that were asked, and those that said nothing in time. Sorted.
        package var asked: [GatewayName]
        package var silent: [GatewayName]

        package init(found: JSONValue?, asked: [GatewayName], silent: [GatewayName]) {
            self.found = found
            self.asked = asked
            self.silent = silent
        }
    }

    package static let patience = Duration.seconds(3)
    /// Inquiries under way at a time; more are refused.
    package static let limit = 32

    private struct Open {
        var waiting: Set<GatewayName>
        var answers: AsyncStream<(GatewayName, JSONValue)>.Continuation
    }

    private struct State {
        var listeners: [GatewayName: [UInt64: EventMailbox]] = [:]
        var open: [UInt64: Open] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())
    private static let overflow = EventMailbox.Event(name: "ERROR", data: "{}")

    package init() {}

    // MARK: Gateways

    package func listen(as gateway: GatewayName) throws -> Subscription {
        let mailbox = EventMailbox(policy: .endBeyond(Self.limit), overflow: Self.overflow)
        let id = try state.withLock { state in
            guard state.listeners[gateway, default: [:]].count < APILimits.streamsPerRecipient else {
                throw Refusal.tooManyStreams
            }
            state.next += 1
            state.listeners[gateway, default: [:]][state.next] = mailbox
            return state.next
        }
        return Subscription(mailbox: mailbox) { [self] in
            state.withLock { state in
                _ = state.listeners[gateway]?.removeValue(forKey: id)
                if state.listeners[gateway]?.isEmpty == true { state.listeners[gateway] = nil }
            }
        }
    }

    /// Takes a gateway's answer, null where it does not know the request. What nobody waits for any more is thrown away.
    package func answer(_ id: UInt64, from gateway: GatewayName, _ answer: JSONValue) {
        state.withLock { state in
            guard state.open[id]?.waiting.remove(gateway) != nil, let open = state.open[id] else { return }
            open.answers.yield((gateway, answer))
            if open.waiting.isEmpty { open.answers.finish() }
        }
    }

    /// Ends the streams of gateways that are no longer declared: they could not answer.
    package func retain(_ isDeclared: (GatewayName) -> Bool) {
        for gateway in state.withLock({ Array($0.listeners.keys) }) where !isDeclared(gateway) {
            disconnect(gateway)
            state.withLock { $0.listeners[gateway] = nil }
        }
    }

    /// Ends the streams opened with a token that no longer holds.
    package func disconnect(_ gateway: GatewayName) {
        let mailboxes = state.withLock { Array(($0.listeners[gateway] ?? [:]).values) }
        for mailbox in mailboxes { mailbox.close() }
    }

    package func beat() {
        let mailboxes = state.withLock { $0.listeners.values.flatMap(\.values) }
        for mailbox in mailboxes { mailbox.beat() }
    }

    // MARK: Asking

    /// Asks every gateway that listens; returns with the first that knows the request, or once all have answered or time is up.
    package func ask(_ request: String, patience: Duration = InquiryDesk.patience) async throws -> Outcome {
        let (answers, continuation) = AsyncStream.makeStream(
            of: (GatewayName, JSONValue).self, bufferingPolicy: .bufferingNewest(1_024))
        let (id, asked) = try state.withLock { state in
            guard state.open.count < Self.limit else { throw Refusal.tooManyInquiries }
            state.next += 1
            let asked = Set(state.listeners.keys)
            state.open[state.next] = Open(waiting: asked, answers: continuation)
            return (state.next, asked)
        }
        send(GatewayInquiry(id: id, request: request), to: asked)
        if asked.isEmpty { continuation.finish() }
        let timer = Task {
            try? await Task.sleep(for: patience)
            continuation.finish()
        }
        var found: JSONValue?
        for await (_, answer) in answers where !answer.isNull {
            found = answer
            break
        }
        timer.cancel()
        let silent = state.withLock { $0.open.removeValue(forKey: id)?.waiting ?? [] }
        return Outcome(found: found, asked: asked.sorted(), silent: found == nil ? silent.sorted() : [])
    }

    private func send(_ inquiry: GatewayInquiry, to gateways: Set<GatewayName>) {
        guard let data = try? FleetJSON.encode(inquiry) else { return }
        let event = EventMailbox.Event(name: "inquiry", data: String(decoding: data, as: UTF8.self))
        let mailboxes = state.withLock { state in gateways.flatMap { (state.listeners[$0] ?? [:]).values } }
        for mailbox in mailboxes { mailbox.offer(event) }
    }
}
