package import FleetModel
package import FleetTransport

/// Shows why a workload runs where it does.
package enum PlacementText {
    /// - Parameter explanation: `{"workload", "chosen", "rejected", "gateways", "shortfalls", "plan", "scaling"}` as the control plane explains a placement.
    package static func rendered(_ explanation: JSONValue, workload: WorkloadName) -> String {
        let chosen = explanation["chosen"].elements
        let rejected = explanation["rejected"].elements
        let shortfalls = explanation["shortfalls"].elements.compactMap(\.text)
        var text = "Workload \(TerminalText.escaped(workload.rawValue))\n\nChosen:\n"
        text += chosen.isEmpty ? "  nowhere\n" : chosenTable(chosen).rendered(indentation: "  ")
        if !rejected.isEmpty { text += "\nRejected:\n" + rejectedTable(rejected).rendered(indentation: "  ") }
        let gateways = explanation["gateways"].elements
        if !gateways.isEmpty { text += "\nGateways:\n" + gatewayTable(gateways).rendered(indentation: "  ") }
        text += planText(explanation["plan"])
        text += scalingText(explanation["scaling"])
        if !shortfalls.isEmpty {
            text += "\nNot placed:\n" + shortfalls.map { "  \(TerminalText.escaped($0))\n" }.joined()
        }
        return text
    }

    /// How far the plan in force is followed; empty where no plan covers the workload.
    private static func planText(_ plan: JSONValue) -> String {
        guard let name = plan["plan"].text else { return "" }
        let counts = "\(plan["placed"].integer ?? 0) of \(plan["wanted"].integer ?? 0)"
        let deviations = plan["deviations"].elements.compactMap(\.text)
        let line = TerminalText.escaped(
            "Plan \(name), block \(plan["block"].text ?? ""): \(counts) replicas are where it wants them")
        return "\n\(line)\n" + deviations.map { "  \(TerminalText.escaped($0))\n" }.joined()
    }

    /// What each scaling policy wishes; empty where the declared demand decides.
    private static func scalingText(_ scaling: JSONValue) -> String {
        guard let replicas = scaling["replicas"].integer else { return "" }
        let bounds = "\(scaling["minReplicas"].integer ?? 0) to \(scaling["maxReplicas"].integer ?? 0)"
        let line = TerminalText.escaped("Scaling: \(replicas) replicas of \(bounds): \(scaling["because"].text ?? "")")
        let wishes = scaling["wishes"].elements
        let table = Table(
            headings: ["POLICY", "WISHES", "WHY"],
            rows: wishes.map { wish in
                [ItemReading.plain(wish["policy"]), ItemReading.plain(wish["replicas"]), ItemReading.plain(wish["because"])]
            })
        return "\n\(line)\n" + (wishes.isEmpty ? "" : table.rendered(indentation: "  "))
    }

    private static func chosenTable(_ chosen: [JSONValue]) -> Table {
        Table(
            headings: ["PLANE", "POOL", "REPLICAS", "ACCELERATORS", "WHY"],
            rows: chosen.map { choice in
                let placement = choice["placement"]
                let accelerator = ItemReading.plain(placement["accelerator"])
                let each = placement["acceleratorsPerReplica"].integer
                return [
                    ItemReading.plain(choice["plane"]), ItemReading.plain(placement["pool"]),
                    ItemReading.plain(placement["count"]), each.map { "\($0) x \(accelerator)" } ?? accelerator,
                    ItemReading.plain(choice["because"]),
                ]
            })
    }

    /// Where each gateway may send the workload's requests; a gateway that must refuse says why.
    private static func gatewayTable(_ gateways: [JSONValue]) -> Table {
        Table(
            headings: ["GATEWAY", "MAY SEND TO", "NEVER TO", "REFUSES"],
            rows: gateways.map { gateway in
                [
                    ItemReading.plain(gateway["gateway"]), ItemReading.list(gateway["allowedPlanes"]),
                    ItemReading.list(.array(gateway["excludedPlanes"].elements.map { $0["plane"] })),
                    ItemReading.plain(gateway["refusal"]),
                ]
            })
    }

    private static func rejectedTable(_ rejected: [JSONValue]) -> Table {
        Table(
            headings: ["PLANE", "POOL", "WHY"],
            rows: rejected.map { rejection in
                let pool = ItemReading.plain(rejection["pool"])
                return [
                    ItemReading.plain(rejection["plane"]), pool.isEmpty ? "all" : pool, ItemReading.plain(rejection["because"]),
                ]
            })
    }
}
