package import FleetTransport

/// Shows what became of one request and why.
package enum RequestText {
    /// - Parameter explanation: `{"gateway", "request", "outcome", "timings", "fence", "decisions", "attempts"}` as a gateway
    ///   explains a request.
    package static func rendered(_ explanation: JSONValue) -> String {
        var text = summary(explanation)
        text += fence(explanation["fence"])
        let decisions = explanation["decisions"].elements
        for (position, decision) in decisions.enumerated() {
            let count = explanation["decisionCount"].integer ?? Int64(decisions.count)
            let number = position == 0 ? 1 : count
            text += Self.decision(decision, heading: count > 1 ? "Decision \(number) of \(count)" : "Decision")
        }
        let attempts = explanation["attempts"].elements
        if !attempts.isEmpty { text += "\nAttempts:\n" + attemptTable(attempts).rendered(indentation: "  ") }
        return text + timings(explanation["timings"])
    }

    private static func summary(_ explanation: JSONValue) -> String {
        let (request, outcome) = (explanation["request"], explanation["outcome"])
        var lines = ["Request \(plain(request["id"])) at gateway \(plain(explanation["gateway"])), \(plain(request["time"]))"]
        lines.append("  \(plain(request["method"])) \(plain(request["path"]))")
        let subjects = ["model", "workload", "route", "tenant"].compactMap { key in
            request[key].text.map { "\(key) \(TerminalText.escaped($0))" }
        }
        if !subjects.isEmpty { lines.append("  " + subjects.joined(separator: ", ")) }
        var result = "  status \(plain(outcome["status"]))"
        if let error = outcome["error"].text { result += " (\(TerminalText.escaped(error)))" }
        if let replica = outcome["replica"].text { result += " from \(TerminalText.escaped(replica))" }
        if let reason = outcome["reason"].text { result += ", \(TerminalText.escaped(reason))" }
        if let fallback = outcome["fallback"].text { result += ", in place of it workload \(TerminalText.escaped(fallback))" }
        return (lines + [result]).joined(separator: "\n") + "\n"
    }

    private static func fence(_ fence: JSONValue) -> String {
        guard !fence.isNull else { return "" }
        let allowed = fence["allowedPlanes"].elements.compactMap(\.text).map(TerminalText.escaped).joined(separator: ", ")
        var text = "\nFence:\n  inside: \(allowed.isEmpty ? "no plane" : allowed)\n"
        for excluded in fence["excludedPlanes"].elements {
            text += "  outside: \(plain(excluded["plane"])), because \(plain(excluded["because"]))\n"
        }
        if let refusal = fence["refusal"].text { text += "  refused: \(TerminalText.escaped(refusal))\n" }
        return text
    }

    private static func decision(_ decision: JSONValue, heading: String) -> String {
        var text = "\n\(heading): "
        if let refused = decision["refused"].text {
            text += "refused, \(TerminalText.escaped(refused))\n"
        } else {
            text += "\(plain(decision["plane"])), \(plain(decision["reason"]))\n"
        }
        let candidates = decision["candidates"].elements
        if !candidates.isEmpty { text += candidateTable(candidates).rendered(indentation: "  ") }
        let replicas = decision["replicas"].elements
        if !replicas.isEmpty { text += "\n" + replicaTable(replicas).rendered(indentation: "  ") }
        let hidden = (decision["planeCount"].integer ?? 0) - Int64(candidates.count)
        return hidden > 0 ? text + "  and \(hidden) more\n" : text
    }

    private static func candidateTable(_ candidates: [JSONValue]) -> Table {
        Table(
            headings: ["", "PLANE", "STANDING", "AVAILABLE", "LOAD", "ROUND TRIP", "QUEUE", "PREDICTED"],
            rows: candidates.map { candidate in
                let mark = candidate["chosen"].flag == true ? ">" : candidate["competed"].flag == true ? "*" : " "
                return [
                    mark, plain(candidate["plane"]), plain(candidate["standing"]),
                    "\(plain(candidate["available"]))/\(plain(candidate["replicas"]))", plain(candidate["load"]),
                    milliseconds(candidate["roundTripMilliseconds"]), milliseconds(candidate["queueMilliseconds"]),
                    milliseconds(candidate["predictedMilliseconds"]),
                ]
            })
    }

    private static func replicaTable(_ replicas: [JSONValue]) -> Table {
        Table(
            headings: ["", "REPLICA", "LOAD", "QUEUE", "STATE"],
            rows: replicas.map { replica in
                let state = [("ejected", replica["ejected"]), ("tried", replica["tried"])].filter { $0.1.flag == true }.map(\.0)
                return [
                    replica["chosen"].flag == true ? ">" : " ", replica["replica"].isNull ? "gone" : plain(replica["replica"]),
                    plain(replica["load"]), milliseconds(replica["queueMilliseconds"]), state.joined(separator: ", "),
                ]
            })
    }

    private static func attemptTable(_ attempts: [JSONValue]) -> Table {
        Table(
            headings: ["REPLICA", "REASON", "OUTCOME", "STATUS", "AT", "FIRST BYTE", "LASTED"],
            rows: attempts.map { attempt in
                [
                    plain(attempt["replica"]), plain(attempt["reason"]), plain(attempt["outcome"]), plain(attempt["status"]),
                    milliseconds(attempt["startMilliseconds"]), milliseconds(attempt["firstByteMilliseconds"]),
                    milliseconds(attempt["durationMilliseconds"]),
                ]
            })
    }

    private static func timings(_ timings: JSONValue) -> String {
        let named = [
            ("queue", "queueMilliseconds"), ("first byte", "firstByteMilliseconds"), ("first token", "firstTokenMilliseconds"),
            ("whole", "durationMilliseconds"),
        ]
        let parts = named.compactMap { name, key in timings[key].isNull ? nil : "\(name) \(milliseconds(timings[key]))" }
        return parts.isEmpty ? "" : "\nTimes: " + parts.joined(separator: ", ") + "\n"
    }

    private static func plain(_ value: JSONValue) -> String { TerminalText.escaped(ItemReading.plain(value)) }

    /// With one decimal below ten.
    private static func milliseconds(_ value: JSONValue) -> String {
        guard let value = value.double, value.isFinite, value < 1e15 else { return "" }
        let tenths = Int64((value * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(abs(tenths % 10)) ms" : "\(Int64(value.rounded())) ms"
    }
}
