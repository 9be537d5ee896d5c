package import FleetDocuments
package import FleetTransport
package import Hummingbird

/// A refusal, as the client is told it: a status, a code for programs and a sentence that says what would be right.
package struct APIError: Error, Equatable, Sendable {
    package var status: HTTPResponse.Status
    package var code: String
    package var message: String
    /// What is wrong in the documents sent, line by line.
    package var problems: [DocumentProblem]

    package init(_ status: HTTPResponse.Status, _ code: String, _ message: String, problems: [DocumentProblem] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems
    }

    package static func badRequest(_ message: String) -> APIError { APIError(.badRequest, "bad_request", message) }
    package static func notFound(_ message: String) -> APIError { APIError(.notFound, "not_found", message) }
    package static func conflict(_ message: String) -> APIError { APIError(.conflict, "conflict", message) }
    package static func invalid(_ message: String) -> APIError { APIError(.unprocessableContent, "invalid", message) }

    package static func invalidFleet(_ problems: [DocumentProblem]) -> APIError {
        let count = problems.count == 1 ? "one problem" : "\(problems.count) problems"
        return APIError(
            .unprocessableContent, "invalid_fleet", "nothing was applied: \(count) in the documents; each says what is accepted",
            problems: problems)
    }

    /// A watch that cannot be resumed, or ended by the server.
    package static func expired(_ version: UInt64) -> APIError {
        APIError(
            .gone, "expired",
            "the changes since resourceVersion \(version) are no longer kept; list again and watch from that list's resourceVersion"
        )
    }

    /// The JSON told to the client.
    package var body: JSONValue {
        var body: [String: JSONValue] = ["error": ["code": .string(code), "message": .string(message)]]
        if !problems.isEmpty {
            body["problems"] = .array(
                problems.map { problem in
                    [
                        "line": .integer(Int64(problem.line)), "path": .string(problem.path),
                        "message": .string(problem.message), "accepted": .string(problem.accepted),
                    ]
                })
        }
        return .object(body)
    }
}
