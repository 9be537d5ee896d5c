package import FleetSimulation
package import FleetTransport
package import LinearOptimization
import Synchronization

/// Policies side by side on one folder of traces.
package struct SpotComparison: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var name: String
        package var score: SpotScore
    }

    package var traces: String
    package var zones: [String]
    package var isUnbounded: Bool
    package var experiment: SpotExperiment
    package var rows: [Row]

    /// Runs every contestant.
    ///
    /// - Parameters:
    ///   - traces: what the traces are called.
    ///   - concurrently: does so many pieces of work, given by index, in any order.
    ///   - progress: windows done, of how many; called from any of them.
    /// - Throws: where the bound's solver fails.
    package static func run(
        _ contestants: [SpotContestant], on trace: SpotTrace, traces: String, isUnbounded: Bool, _ experiment: SpotExperiment,
        solver: any LinearSolver, concurrently: (Int, @Sendable (Int) -> Void) -> Void,
        progress: @escaping @Sendable (Int, Int) -> Void
    ) throws -> SpotComparison {
        let used = isUnbounded ? trace.unbounded() : trace
        let results = Mutex([Result<SpotScore, SolverFailure>?](repeating: nil, count: contestants.count))
        let done = Mutex(0)
        let windows = contestants.count * experiment.windows
        concurrently(contestants.count) { index in
            let result = Result { () throws(SolverFailure) in
                try contestants[index].score(in: experiment, on: used, solver: solver) { _ in
                    progress(
                        done.withLock {
                            $0 += 1
                            return $0
                        }, windows)
                }
            }
            results.withLock { $0[index] = result }
        }
        let scores = try results.withLock { try $0.compactMap { try $0?.get() } }
        return SpotComparison(
            traces: traces, zones: trace.zones.map(\.name), isUnbounded: isUnbounded, experiment: experiment,
            rows: zip(contestants, scores).map { Row(name: $0.description, score: $1) })
    }

    // MARK: For people and programs

    package var page: Page {
        let facts = [
            Page.Fact(
                "traces", "\(traces): \(zones.count) zone\(zones.count == 1 ? "" : "s")\(isUnbounded ? ", unbounded" : "")"),
            Page.Fact(
                "each policy",
                "\(experiment.windows) window\(experiment.windows == 1 ? "" : "s") of 24 h, \(experiment.target) nodes ready"),
            Page.Fact(
                "prices", "spot 1, on-demand \(SpotFigure.short(experiment.onDemandRatio)); cost is relative to on-demand alone"),
            Page.Fact("cold start", "\(experiment.coldStartTicks * SpotExperiment.tickSeconds) s"),
        ]
        let table = Table(
            headings: ["POLICY", "AVAILABILITY", "RELATIVE COST", "RECLAIMS/DAY", "ON-DEMAND SHARE"],
            rows: rows.map { row in
                [
                    row.name, SpotFigure.fixed(row.score.availability, places: 5),
                    SpotFigure.fixed(row.score.relativeCost, places: 4), SpotFigure.fixed(row.score.reclaims, places: 1),
                    SpotFigure.fixed(row.score.onDemandShare, places: 3),
                ]
            })
        return Page("Spot policies", [Page.Section("Experiment", [.facts(facts)]), Page.Section("Policies", [.table(table)])])
    }

    package var document: JSONValue {
        .object([
            "policies": .array(
                rows.map { row in
                    .object([
                        "name": .string(row.name), "availability": .number(row.score.availability),
                        "relativeCost": .number(row.score.relativeCost), "reclaims": .number(row.score.reclaims),
                        "onDemandShare": .number(row.score.onDemandShare), "refusals": .number(row.score.refusals),
                    ])
                }),
            "traces": .string(traces), "zones": .array(zones.map { .string($0) }), "unbounded": .bool(isUnbounded),
            "windows": .integer(Int64(experiment.windows)), "target": .integer(Int64(experiment.target)),
            "onDemandRatio": .number(experiment.onDemandRatio),
            "coldStartSeconds": .integer(Int64(experiment.coldStartTicks * SpotExperiment.tickSeconds)),
            "seed": .string(String(experiment.seed)),
        ])
    }
}

/// Numbers of the experiment as people read them.
enum SpotFigure {
    /// Rounded half away from zero.
    static func fixed(_ value: Double, places: Int) -> String {
        let scale = (0..<places).reduce(1) { whole, _ in whole * 10 }
        let units = Int((value * Double(scale)).rounded())
        let fraction = String(units % scale)
        return "\(units / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    static func short(_ value: Double) -> String { value == value.rounded() ? String(Int(value)) : String(value) }
}
