import FleetModel
package import FleetTransport

/// A rollout as `tradewind rollout status` shows it.
package enum RolloutText {
    package static func rendered(_ answer: JSONValue) -> String {
        let name = TerminalText.escaped(answer["workload"].text ?? "")
        let stable = answer["stableGeneration"].shown
        let status = answer["status"]
        let phase = answer["phase"].text ?? ""
        var lines: [String] = []
        switch phase {
        case "stable": lines.append("workload/\(name): generation \(stable) serves; nothing is under way")
        case "rolledBack":
            lines.append("workload/\(name): generation \(answer["rolledBackGeneration"].shown) was rolled back; \(stable) serves")
        default:
            let what = phase == "rollingBack" ? "goes back" : status["isPaused"].flag == true ? "paused" : "under way"
            let step = status["step"].shown.isEmpty ? "" : ", step \(status["step"].shown) of \(status["steps"].shown)"
            lines.append("workload/\(name): \(TerminalText.escaped(status["strategy"].text ?? "rollout")) \(what)\(step)")
        }
        if let reason = answer["reason"].text, !reason.isEmpty { lines.append("Reason:    \(TerminalText.escaped(reason))") }
        if let waits = status["waitsFor"].text, !waits.isEmpty { lines.append("Waits for: \(TerminalText.escaped(waits))") }
        let text = lines.joined(separator: "\n") + "\n"
        let rows = [("stable", status["stable"]), ("target", status["target"])].filter { !$0.1["generation"].shown.isEmpty }.map(
            row)
        guard !rows.isEmpty else { return text }
        return text + "\n"
            + Table(
                headings: ["VERSION", "GENERATION", "WANTED", "READY", "WEIGHT", "REQUESTS", "FAILED", "FIRST BYTE"], rows: rows
            ).rendered()
    }

    private static func row(_ name: String, _ version: JSONValue) -> [String] {
        let weight = version["weight"].double.map { Share($0).text } ?? ""
        let time = version["meanFirstByteMilliseconds"].double.map { "\(plainNumber(($0 * 10).rounded() / 10)) ms" } ?? ""
        return [name] + ["generation", "wanted", "ready"].map { version[$0].shown } + [weight]
            + ["requests", "failures"].map { version[$0].shown } + [time]
    }
}

extension JSONValue {
    fileprivate var shown: String { double.map { plainNumber($0) } ?? "" }
}
