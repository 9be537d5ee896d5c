import FleetControl
import FleetModel
import FleetSimulation
package import FleetTransport

/// The run for programs.
extension FleetSimulationRun {
    package var document: JSONValue {
        var object: [String: JSONValue] = [
            "scenario": .string(scenario.name), "durationSeconds": .number(scenario.duration.seconds),
            "seed": .string(String(scenario.seed)), "policies": .array(rows.map(row)),
        ]
        if let wanted = scenario.wantedAvailability { object["wantedAvailability"] = .number(wanted.fraction) }
        if let lowerBound {
            object["lowerBound"] = .object([
                "costUSD": .object(["total": .number(lowerBound.usd), "byTier": Self.byTier { lowerBound.usdByTier[$0] ?? 0 }]),
                "servedShare": .number(lowerBound.servedShare),
            ])
        }
        return .object(object)
    }

    private static func byTier(_ usd: (CapacityPool.Tier) -> Double) -> JSONValue {
        .object(Dictionary(uniqueKeysWithValues: CapacityPool.Tier.allCases.map { ($0.rawValue, .number(usd($0))) }))
    }

    private func row(_ row: Row) -> JSONValue {
        let result = row.result
        var object: [String: JSONValue] = [
            "name": .string(row.name), "resolution": .string(result.isFluid ? "fluid" : "events"),
            "events": .integer(Int64(clamping: result.events)), "digest": .string(result.digest),
            "costUSD": .object([
                "total": .number(result.usd),
                "byTier": Self.byTier { result.usd(tier: $0) },
                "byProvider": .object(
                    Dictionary(uniqueKeysWithValues: result.usdByProvider.map { ($0.provider.rawValue, .number($0.usd)) })),
                "unpriced": .array(result.unpriced.map { .string($0) }),
            ]),
            "requests": Self.tally(result.all),
            "workloads": .array(
                result.workloads.map { .object(["name": .string($0.name.rawValue), "requests": Self.tally($0.tally)]) }),
            "pools": .array(
                result.pools.map { pool in
                    .object([
                        "plane": .string(pool.plane.rawValue), "pool": .string(pool.pool.rawValue),
                        "tier": .string(pool.tier.rawValue), "nodeHours": .number(pool.nodeHours),
                        "paidHours": .number(pool.paidHours), "costUSD": pool.usd.map { .number($0) } ?? .null,
                        "launched": .integer(Int64(clamping: pool.launched)),
                        "refused": .integer(Int64(clamping: pool.refused)),
                        "reclaimed": .integer(Int64(clamping: pool.reclaimed)),
                    ])
                }),
            "eventCounts": .object(
                Dictionary(uniqueKeysWithValues: result.journal.counts.map { ($0.reason, .integer(Int64($0.count))) })),
        ]
        if let keeps = keeps(result.all.availability) { object["keepsAvailability"] = .bool(keeps) }
        return .object(object)
    }

    private static func tally(_ tally: RequestTally) -> JSONValue {
        func times(_ distribution: LatencyDistribution) -> JSONValue {
            var object: [String: JSONValue] = [:]
            for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)] {
                if let value = distribution.quantile(share) { object[name] = .number(value) }
            }
            if let mean = distribution.mean { object["mean"] = .number(mean) }
            return .object(object)
        }
        let lost = RequestLoss.allCases.filter { tally[$0] > 0 }.map { ($0.code, JSONValue.number(tally[$0])) }
        return .object([
            "arrived": .number(tally.arrived), "answered": .number(tally.answered), "refused": .number(tally.refused),
            "failed": .number(tally.failed), "availability": .number(tally.availability),
            "lost": .object(Dictionary(uniqueKeysWithValues: lost)), "firstTokenMilliseconds": times(tally.firstToken),
            "totalMilliseconds": times(tally.total),
        ])
    }

    /// The timeline of the fleet as declared: a line of names, then one a moment; an empty cell is unknown.
    package var timelineCSV: String {
        let points = rows.first?.result.timeline ?? []
        let lines = points.map { point in
            point.values.map { value in value.map { Self.decimal($0) } ?? "" }.joined(separator: ",")
        }
        return ([TimelinePoint.columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }

    /// What happened to the fleet as declared, one line each: seconds, kind and name, reason, message.
    package var log: String {
        (rows.first?.result.journal.entries ?? []).map { entry in
            let event = entry.event
            let milliseconds = entry.nanoseconds / 1_000_000
            let fraction = String(1_000 + abs(milliseconds % 1_000)).dropFirst()
            let seconds = (milliseconds < 0 ? "-" : "") + "\(abs(milliseconds / 1_000)).\(fraction)"
            return "\(seconds) \(event.subject.kind.rawValue)/\(event.subject.name) \(event.reason): "
                + TerminalText.escaped(event.message) + "\n"
        }.joined()
    }

    static func decimal(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : SpotFigure.fixed(max(0, value), places: 4)
    }
}
