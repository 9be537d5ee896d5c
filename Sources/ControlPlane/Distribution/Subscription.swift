/// A client's place in a hub; it leaves the hub when this is let go.
package final class Subscription: Sendable {
    package let mailbox: EventMailbox
    private let leave: @Sendable () -> Void

    package init(mailbox: EventMailbox, leave: @escaping @Sendable () -> Void) {
        self.mailbox = mailbox
        self.leave = leave
    }

    deinit { leave() }
}
