package import FleetModel

/// A request as a service sees it, behind the node's prefix.
package struct DoubleRequest: Equatable, Sendable {
    package var method: String
    /// Without the query.
    package var path: String
    /// As it was sent; nil for none.
    package var query: String?
    /// Names in lower case, in the order they came.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count == 2 ? String(parts[1]) : nil
        self.headers = headers.map { ($0.name.lowercased(), $0.value) }
        self.body = body
    }

    /// The value of a header that is there; of several the first.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The query's pairs; nil where one is no pair or a name comes twice.
    package var parameters: [String: String]? {
        guard let query, !query.isEmpty else { return [:] }
        var found: [String: String] = [:]
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, found.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else {
                return nil
            }
        }
        return found
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.method == right.method && left.path == right.path && left.query == right.query && left.body == right.body
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}

/// What a service does with a request.
package enum DoubleAnswer: Equatable, Sendable {
    case reply(DoubleReply)
    /// The request hangs: it is asked again, as it stands here, when something changes, and at the latest so much later as
    /// overdue.
    case hold(Duration, DoubleRequest)
    /// The connection is closed without a word: there is no machine.
    case hangUp
}

package struct DoubleReply: Equatable, Sendable {
    package var status: Int
    package var headers: [String: String]
    package var body: String

    package init(_ status: Int, _ body: String = "", headers: [String: String] = [:]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A doubled metadata service of one node. Pure; randomness is given.
package protocol DoubleService: Sendable {
    /// - Parameters:
    ///   - isOverdue: the request hung, and its time is over.
    ///   - token: fresh and hard to guess, for services that give one away.
    mutating func answer(
        _ request: DoubleRequest, machine: inout DoubleMachine, now: Moment, isOverdue: Bool, token: () -> String
    ) -> DoubleAnswer
}
