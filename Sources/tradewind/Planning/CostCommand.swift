import ArgumentParser
import CommandLineInterface

struct CostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Says what a fleet costs, and why it costs no less.",
        subcommands: [CostCompareCommand.self, CostRulesCommand.self])
}

struct CostCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares providers, and ways to buy.",
        discussion: """
            The best plan over all providers beside the best on each one alone: nodes, storage of the models, data leaving for \
            users, with what nobody knows marked as such; and beside fixed mixes of reserved, on-demand and spot, with the \
            availability each can be expected to have. Without -f the fleet is the one a control plane holds.
            """)

    @OptionGroup var input: PlanningInputOptions
    @OptionGroup var format: PlanFormatOptions
    @OptionGroup var search: SearchOptions

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.end() }
        let desk = try search.desk(progress)
        let report = try desk.costs(of: try await input.posed(unmetUSDPerRequest: search.unmetUSDPerRequest)) {
            progress.begin($0)
        }
        progress.end()
        try StandardStreams.console.write(
            try format.output.text(page: CostPage.page(report), document: ReportDocument.value(report)))
    }
}

struct CostRulesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Says what each rule, each promise and each nine costs.",
        discussion: """
            The fleet is planned again with one thing changed at a time: without a rule, surviving more or less, with other \
            shares kept, longer latency budgets, one provider, no spot. What follows is proven between two bounds. Nothing is \
            relaxed by looking. Without -f the fleet is the one a control plane holds.
            """)

    @OptionGroup var input: PlanningInputOptions
    @OptionGroup var format: PlanFormatOptions
    @OptionGroup var search: SearchOptions

    func run() async throws {
        let progress = ProgressLine()
        defer { progress.end() }
        let desk = try search.desk(progress)
        let report = try desk.rules(of: try await input.posed(unmetUSDPerRequest: search.unmetUSDPerRequest)) {
            progress.begin($0)
        }
        progress.end()
        try StandardStreams.console.write(
            try format.output.text(page: CostPage.page(report), document: ReportDocument.value(report)))
    }
}
