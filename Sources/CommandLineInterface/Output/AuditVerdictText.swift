package import FleetTransport

/// Shows what a check of the audit log found.
package enum AuditVerdictText {
    package static func isIntact(_ verdict: JSONValue) -> Bool { verdict["intact"].flag == true }

    package static func rendered(_ verdict: JSONValue) -> String {
        guard isIntact(verdict) else {
            let entry = verdict["sequence"].integer.map { "at entry \($0)" } ?? "at an unknown entry"
            let reason = verdict["reason"].text ?? "no reason given"
            return "broken \(entry): \(TerminalText.escaped(reason))\n"
        }
        let rows = verdict["rows"].integer ?? 0
        let signed = verdict["signedThrough"].integer.map { ", signed through entry \($0)" } ?? ""
        return "intact: \(rows) \(rows == 1 ? "entry" : "entries")\(signed)\n"
    }
}
