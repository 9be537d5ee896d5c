import ControlPlane
import FleetModel
import FleetTransport
import Hummingbird
import Testing

@Suite("Explaining requests", .timeLimit(.minutes(1)))
struct InquiryTests {
    /// Answers every inquiry of a gateway, until it is let go.
    private func gateway(_ name: GatewayName, _ desk: InquiryDesk, _ answer: @escaping @Sendable (String) -> JSONValue?) throws
        -> Task<Void, Never>
    {
        let subscription = try desk.listen(as: name)
        return Task {
            while let items = await subscription.mailbox.next() {
                for case .event(let event) in items {
                    guard let inquiry = try? FleetJSON.decode(GatewayInquiry.self, from: Array(event.data.utf8)),
                        let said = answer(inquiry.request)
                    else { continue }
                    desk.answer(inquiry.id, from: name, said)
                }
            }
        }
    }

    @Test("the gateway that knows the request explains it, whoever else is asked")
    func found() async throws {
        let desk = InquiryDesk()
        let tasks = [
            try gateway("a", desk) { _ in .null }, try gateway("b", desk) { ["request": ["id": .string($0)]] },
            try gateway("c", desk) { _ in nil },
        ]
        let outcome = try await desk.ask("abc", patience: .seconds(30))
        #expect(outcome.found?["request"]["id"].text == "abc" && outcome.asked == ["a", "b", "c"] && outcome.silent.isEmpty)
        for task in tasks { task.cancel() }
    }

    @Test("a request nobody knows ends the wait, and who said nothing is named")
    func unknown() async throws {
        let desk = InquiryDesk()
        #expect(try await desk.ask("abc") == .init(found: nil, asked: [], silent: []))
        let tasks = [try gateway("a", desk) { _ in .null }, try gateway("b", desk) { _ in .null }]
        #expect(try await desk.ask("abc", patience: .seconds(30)) == .init(found: nil, asked: ["a", "b"], silent: []))
        let silent = try gateway("c", desk) { _ in nil }
        // However busy the machine is: the others may be late too.
        let outcome = try await desk.ask("abc", patience: .milliseconds(50))
        #expect(outcome.found == nil && outcome.asked == ["a", "b", "c"] && outcome.silent.contains("c"))
        for task in tasks + [silent] { task.cancel() }
    }

    @Test("only the asked gateway's own answer counts, once, and none that comes late")
    func strangers() async throws {
        let desk = InquiryDesk()
        let subscription = try desk.listen(as: "a")
        async let asking = desk.ask("abc", patience: .seconds(30))
        guard case .event(let event)? = await subscription.mailbox.next()?.first else {
            Issue.record("nothing was asked")
            return
        }
        let inquiry = try FleetJSON.decode(GatewayInquiry.self, from: Array(event.data.utf8))
        desk.answer(inquiry.id, from: "b", ["from": "b"])
        desk.answer(inquiry.id + 1, from: "a", ["from": "elsewhere"])
        desk.answer(inquiry.id, from: "a", ["from": "a"])
        desk.answer(inquiry.id, from: "a", ["from": "a again"])
        #expect(try await asking.found == ["from": "a"])
        desk.answer(inquiry.id, from: "a", ["from": "late"])
    }

    @Test("the API asks for an id, needs the admin's token, and says who was asked")
    func api() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        #expect(try await fixture.send(.get, "/api/v1alpha1/requests?id=abc", token: nil).status == 401)
        #expect(try await fixture.send(.get, "/api/v1alpha1/requests").status == 400)
        #expect(try await fixture.send(.get, "/api/v1alpha1/requests?id=a%20b").status == 400)
        let lonely = try await fixture.send(.get, "/api/v1alpha1/requests?id=abc")
        #expect(lonely.status == 404 && lonely.message.contains("no gateway is connected"))
        let known = try gateway("door-toronto", fixture.assembly.inquiries) { $0 == "a/b?c" ? ["request": "a/b?c"] : .null }
        let found = try await fixture.send(.get, "/api/v1alpha1/requests?id=a%2Fb%3Fc")
        #expect(try found.status == 200 && found.json == ["request": "a/b?c"])
        let unknown = try await fixture.send(.get, "/api/v1alpha1/requests?id=abc")
        #expect(unknown.status == 404 && unknown.message.contains("not known to door-toronto"))
        known.cancel()
    }

    @Test("a gateway answers for itself alone")
    func scopes() async throws {
        let fixture = try await ControlPlaneFixture()
        try await fixture.apply(SampleFleet.whole)
        let token = try fixture.token(.gateway("door-toronto"))
        let path = "/internal/v1/gateways/door-toronto/inquiries/1"
        #expect(try await fixture.send(.post, path, "null", token: token).status == 204)
        #expect(try await fixture.send(.post, path, "nonsense", token: token).status == 422)
        #expect(try await fixture.send(.post, path, "null").status == 403)
        #expect(try await fixture.send(.post, "/internal/v1/gateways/other/inquiries/1", "null", token: token).status == 403)
    }
}
