import FleetModel
import FleetSimulation

/// A run as one HTML file that needs nothing else: tables, and plots in inline SVG.
package struct SimulationReport {
    private let run: FleetSimulationRun

    package init(_ run: FleetSimulationRun) { self.run = run }

    package var html: String {
        let page = run.page
        let title = Self.escaped(page.title)
        let tables = page.sections.map { section in
            "<h2>\(Self.escaped(section.title))</h2>\n" + section.blocks.map(Self.block).joined(separator: "\n")
        }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            \(tables.prefix(2).joined(separator: "\n"))
            <h2>Over time</h2>
            \(plots.joined(separator: "\n"))
            \(tables.dropFirst(2).joined(separator: "\n"))
            </main>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1c1f23; --soft: #667; --line: #d8dbe0; --ground: #fff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #9aa; --line: #3a3f45; --ground: #16181b; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 0; }
        main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { font-weight: 600; color: var(--soft); font-size: .85rem; }
        figure { margin: 1.5rem 0 0; } figcaption { font-weight: 600; margin-bottom: .25rem; }
        svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
        .axis { stroke: var(--line); } .legend { display: flex; gap: 1.2rem; flex-wrap: wrap; font-size: .85rem; color: var(--soft); }
        .legend span::before { content: ""; display: inline-block; width: .8rem; height: .2rem; margin-right: .4rem;
          vertical-align: middle; background: var(--c); }
        """

    // MARK: Tables

    private static func block(_ block: Page.Block) -> String {
        switch block {
        case .facts(let facts): table(headings: [], rows: facts.map { [$0.label, $0.value] })
        case .table(let given): table(headings: given.headings, rows: given.rows)
        case .list(let items): "<ul>" + items.map { "<li>\(escaped($0.text))</li>" }.joined() + "</ul>"
        }
    }

    private static func table(headings: [String], rows: [[String]]) -> String {
        let head = headings.isEmpty ? "" : "<tr>" + headings.map { "<th>\(escaped($0))</th>" }.joined() + "</tr>"
        let body = rows.map { "<tr>" + $0.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }.joined(separator: "\n")
        return "<div class=\"scroll\"><table>\(head)\n\(body)</table></div>"
    }

    static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: String(character)
            }
        }.joined()
    }

    // MARK: Plots

    private struct Line {
        var name: String
        var colour: String
        var values: [Double?]
    }

    private var plots: [String] {
        guard let points = run.rows.first?.result.timeline, points.count > 1 else { return [] }
        let times = points.map(\.seconds)
        func plot(_ title: String, _ lines: [Line]) -> String {
            Self.plot(title, times: times, lines: lines, faults: run.scenario.faults)
        }
        var plots = [
            plot(
                "Requests per second",
                [
                    Line(name: "asked for", colour: "#8a8f98", values: points.map(\.arrivedPerSecond)),
                    Line(name: "answered", colour: "#2f7ed8", values: points.map(\.answeredPerSecond)),
                    Line(name: "lost", colour: "#d6453d", values: points.map(\.lostPerSecond)),
                ]),
            plot(
                "Replicas",
                [
                    Line(name: "wanted", colour: "#8a8f98", values: points.map { Double($0.wantedReplicas) }),
                    Line(name: "ready", colour: "#2f7ed8", values: points.map { Double($0.readyReplicas) }),
                ]),
            plot(
                "Nodes",
                [
                    Line(name: "reserved", colour: "#5b5fc7", values: points.map { Double($0.reservedNodes) }),
                    Line(name: "on-demand", colour: "#e08a1e", values: points.map { Double($0.onDemandNodes) }),
                    Line(name: "spot", colour: "#2a9d6f", values: points.map { Double($0.spotNodes) }),
                ]),
            plot(
                "Waiting requests", [Line(name: "in gateways and engines", colour: "#2f7ed8", values: points.map(\.waiting))]),
            plot(
                "Time to the first token, 95 %, ms",
                [Line(name: "p95", colour: "#2f7ed8", values: points.map(\.firstTokenP95))]),
        ]
        let colours = ["#2f7ed8", "#e08a1e", "#2a9d6f", "#5b5fc7", "#d6453d", "#8a8f98"]
        let costs = run.rows.enumerated().map { index, row in
            Line(name: row.name, colour: colours[index % colours.count], values: row.result.timeline.map { $0.usdPerHour })
        }
        plots.append(plot("USD per hour", costs))
        return plots
    }

    private static let (width, height, left, bottom) = (900.0, 200.0, 56.0, 24.0)

    private static func plot(_ title: String, times: [Double], lines: [Line], faults: [ScenarioFault]) -> String {
        let top = max(1e-9, lines.flatMap { $0.values.compactMap { $0 } }.max() ?? 0)
        let first = times.first ?? 0
        let span = max(1e-9, (times.last ?? 1) - first)
        func x(_ seconds: Double) -> Double { left + (seconds - first) / span * (width - left - 8) }
        func y(_ value: Double) -> Double { (height - bottom) * (1 - value / top * 0.95) }
        let shades = faults.compactMap { fault -> String? in
            let from = max(first, fault.at.seconds)
            let to = min(first + span, (fault.at + fault.duration).seconds)
            guard to > from else { return nil }
            return
                "<rect x=\"\(text(x(from)))\" y=\"0\" width=\"\(text(max(1, x(to) - x(from))))\" height=\"\(text(height - bottom))\" "
                + "fill=\"#d6453d\" opacity=\".1\"><title>\(escaped(fault.text))</title></rect>"
        }
        let paths = lines.map { line in
            var path = ""
            var isDown = false
            for (time, value) in zip(times, line.values) {
                guard let value else {
                    isDown = false
                    continue
                }
                path += "\(isDown ? "L" : "M")\(text(x(time))) \(text(y(value)))"
                isDown = true
            }
            return "<path d=\"\(path)\" fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"1.5\"/>"
        }
        let marks = [0.0, 0.5, 1.0].map { share in
            let at = y(top * share)
            return "<line class=\"axis\" x1=\"\(text(left))\" x2=\"\(text(width - 8))\" y1=\"\(text(at))\" y2=\"\(text(at))\"/>"
                + "<text x=\"\(text(left - 6))\" y=\"\(text(at + 4))\" text-anchor=\"end\">\(label(top * share))</text>"
        }
        let hours = (0...6).map { part in
            let seconds = first + span * Double(part) / 6
            return
                "<text x=\"\(text(x(seconds)))\" y=\"\(text(height - 6))\" text-anchor=\"middle\">\(clock(seconds, span))</text>"
        }
        let legend = lines.map { "<span style=\"--c:\($0.colour)\">\(escaped($0.name))</span>" }.joined()
        return "<figure><figcaption>\(escaped(title))</figcaption><div class=\"legend\">\(legend)</div>"
            + "<svg viewBox=\"0 0 \(text(width)) \(text(height))\" role=\"img\" aria-label=\"\(escaped(title))\">"
            + (shades + marks + hours + paths).joined() + "</svg></figure>"
    }

    private static func text(_ value: Double) -> String { SpotFigure.fixed(max(0, value), places: 1) }

    private static func label(_ value: Double) -> String {
        value >= 100 ? String(Int(value.rounded())) : SpotFigure.fixed(value, places: value >= 10 ? 1 : 2)
    }

    private static func clock(_ seconds: Double, _ span: Double) -> String {
        if span >= 2 * 86_400 { return "day \(SpotFigure.fixed(seconds / 86_400, places: 1))" }
        if span >= 2 * 3_600 { return "\(SpotFigure.fixed(seconds / 3_600, places: 1)) h" }
        return "\(SpotFigure.fixed(seconds / 60, places: 1)) min"
    }
}
