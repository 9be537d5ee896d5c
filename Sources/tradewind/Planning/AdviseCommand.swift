import ArgumentParser
import CommandLineInterface
import FoundationEssentials

struct AdviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Says whether several providers are worth it, and what to change, each with its figure.",
        discussion: "Without -f the fleet is the one a control plane holds.")

    @OptionGroup var input: PlanningInputOptions
    @OptionGroup var format: PlanFormatOptions
    @OptionGroup var search: SearchOptions

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.end() }
        let desk = try search.desk(progress)
        let today = String(Date.now.formatted(.iso8601).prefix(10))
        let report = try desk.advice(
            on: try await input.posed(unmetUSDPerRequest: search.unmetUSDPerRequest), today: today
        ) {
            progress.begin($0)
        }
        progress.end()
        try StandardStreams.console.write(
            try format.output.text(page: AdvicePage.page(report), document: ReportDocument.value(report)))
    }
}
