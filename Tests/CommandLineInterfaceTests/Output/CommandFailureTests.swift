import CommandLineInterface
import FleetTransport
import Testing

@Suite("Exit statuses")
struct CommandExitTests {
    @Test(
        "follow from the API's statuses",
        arguments: [
            (200, CommandExit.success), (204, .success), (400, .invalid), (413, .invalid), (422, .invalid), (401, .notPermitted),
            (403, .notPermitted), (404, .notFound), (409, .conflict), (410, .conflict), (429, .serverFailed),
            (500, .serverFailed),
            (503, .serverFailed), (302, .serverFailed),
        ])
    func mapping(status: Int, exit: CommandExit) {
        #expect(CommandExit(status: status) == exit)
    }

    @Test("are all in the help")
    func help() {
        for exit in CommandExit.allCases { #expect(CommandExit.help.contains("  \(exit.rawValue) ")) }
    }
}

@Suite("The reference of the command line")
struct ReferenceTests {
    @Test("documents every exit status, every kind and every variable")
    func inStep() throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let bytes = try #require(try PrivateFile.read("/\(root)/docs/cli.md"))
        let text = String(decoding: bytes, as: UTF8.self)
        for exit in CommandExit.allCases { #expect(text.contains("\n| \(exit.rawValue) | "), "\(exit)") }
        for listing in Listing.all {
            #expect(text.contains("\n| \(listing.plural) | "), "\(listing.plural)")
            let columns = listing.columns.filter { !$0.isWide }.map(\.heading).joined(separator: " ")
            #expect(text.contains("| \(columns) "), "\(columns)")
        }
        for variable in [
            ConnectionChoice.stateVariable, ConnectionChoice.serverVariable, ConnectionChoice.tokenFileVariable,
            ConnectionChoice.caFileVariable, LogLevelChoice.variable,
        ] { #expect(text.contains(variable), "\(variable)") }
    }
}

@Suite("Failures")
struct CommandFailureTests {
    private func response(_ status: Int, _ body: String) -> ControlResponse {
        ControlResponse(status: status, body: Array(body.utf8))
    }

    @Test("say what the control plane said")
    func message() {
        let failure = CommandFailure(
            response: response(409, #"{"error":{"code":"conflict","message":"changed; read it again"}}"#))
        #expect(failure == CommandFailure(.conflict, "changed; read it again"))
        #expect(failure.lines == ["error: changed; read it again"])
    }

    @Test("show every problem of a refused fleet in one line each")
    func problems() {
        let body = """
            {"error":{"code":"invalid_fleet","message":"no"},"problems":[
            {"line":3,"path":"spec.kind","message":"unknown","accepted":"neocloud"},{"line":1,"path":"","message":"bad","accepted":""}]}
            """
        #expect(
            CommandFailure(response: response(422, body)).lines == [
                "control plane: line 3: spec.kind: unknown; neocloud", "control plane: line 1: bad",
            ])
    }

    @Test("of answers that are no Tradewind's still say something")
    func foreign() {
        let failure = CommandFailure(response: response(502, "<html>"))
        #expect(failure == CommandFailure(.serverFailed, "the control plane answered status 502 without saying why"))
    }

    @Test("of a refused token tell where the right one is")
    func token() {
        let failure = CommandFailure(response: response(401, #"{"error":{"code":"unauthorized","message":"unknown token"}}"#))
        #expect(failure.exit == .notPermitted)
        #expect(failure.message.contains("STATE/admin.token"))
    }

    @Test("cannot act on the terminal")
    func hostile() {
        let failure = CommandFailure(.invalid, "a\u{1B}[2J", details: ["b\nforged"])
        #expect(failure.lines == ["b\\nforged", "error: a\\u{1B}[2J"])
    }

    @Test("of silence say how to start the control plane")
    func unreachable() {
        let failure = CommandFailure(transport: .unreachable(url: "http://127.0.0.1:1", cause: "refused"), start: "Start it.")
        #expect(
            failure == CommandFailure(.unreachable, "cannot reach the control plane at http://127.0.0.1:1: refused. Start it."))
        #expect(CommandFailure(transport: .refused(status: 404, url: "u"), start: "").exit == .notFound)
        #expect(CommandFailure(transport: .refused(status: 204, url: "u"), start: "").exit == .serverFailed)
    }
}
