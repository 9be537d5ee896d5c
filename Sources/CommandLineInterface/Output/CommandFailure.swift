package import FleetTransport

/// Why a command ended without doing what it was asked, in words that say what would be right.
package struct CommandFailure: Error, Equatable, CustomStringConvertible {
    package var exit: CommandExit
    /// Printed behind `error:`; empty where the details say it all.
    package var message: String
    /// Lines printed as they are, before the message.
    package var details: [String]

    package init(_ exit: CommandExit, _ message: String, details: [String] = []) {
        self.exit = exit
        self.message = message
        self.details = details
    }

    /// What standard error gets: one line each, safe for a terminal.
    package var lines: [String] {
        details.map(TerminalText.escaped) + (message.isEmpty ? [] : ["error: \(TerminalText.escaped(message))"])
    }

    package var description: String { lines.joined(separator: "\n") }

    /// A refusal of the control API: `{"error": {"code", "message"}, "problems": […]}`.
    package init(response: ControlResponse) {
        let body = try? JSONValue(bytes: response.body)
        let exit = response.isSuccess ? CommandExit.serverFailed : CommandExit(status: response.status)
        let problems = body?["problems"].elements.map(Self.line(problem:)) ?? []
        if exit == .invalid, !problems.isEmpty {
            self.init(exit, "", details: problems)
            return
        }
        let said = body?["error"]["message"].text ?? "the control plane answered status \(response.status) without saying why"
        self.init(exit, said + Self.hint(exit, code: body?["error"]["code"].text), details: problems)
    }

    /// No answer, or one that could not be read.
    package init(transport error: ControlClient.Failure, start: String) {
        switch error {
        case .unreachable: self.init(.unreachable, "\(error). \(start)")
        case .refused(let status, _):
            let exit = CommandExit(status: status)
            self.init(exit == .success ? .serverFailed : exit, "\(error)")
        case .tooLarge, .tooSlow: self.init(.serverFailed, "\(error)")
        }
    }

    private static func line(problem: JSONValue) -> String {
        let place = problem["line"].integer.map { "line \($0): " } ?? ""
        let path = problem["path"].text.map { $0.isEmpty ? "" : "\($0): " } ?? ""
        let accepted = problem["accepted"].text.map { $0.isEmpty ? "" : "; \($0)" } ?? ""
        return "control plane: \(place)\(path)\(problem["message"].text ?? "invalid")\(accepted)"
    }

    private static func hint(_ exit: CommandExit, code: String?) -> String {
        guard exit == .notPermitted, code != "forbidden" else { return "" }
        return ". The token file must hold a token of this control plane: STATE/admin.token of its state folder is one"
    }
}
