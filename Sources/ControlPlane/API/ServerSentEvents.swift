package import Hummingbird
import NIOCore
import ServiceLifecycle

extension Response {
    /// A `text/event-stream` (WHATWG HTML, server-sent events) of one subscription, until it is closed, the client leaves or the
    /// server shuts down.
    package static func stream(_ subscription: Subscription) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        let body = ResponseBody { writer in
            try await withGracefulShutdownHandler {
                // An opening comment sends the head at once, so that the client knows that it is heard.
                try await writer.write(ByteBuffer(string: ": open\n\n"))
                while let items = await subscription.mailbox.next() {
                    for item in items { try await writer.write(ByteBuffer(string: Self.text(item))) }
                }
            } onGracefulShutdown: {
                subscription.mailbox.close()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func text(_ item: EventMailbox.Item) -> String {
        switch item {
        case .heartbeat: ": \n\n"
        case .event(let event):
            "event: \(event.name)\n" + (event.id.map { "id: \($0)\n" } ?? "") + "data: \(event.data)\n\n"
        }
    }
}
