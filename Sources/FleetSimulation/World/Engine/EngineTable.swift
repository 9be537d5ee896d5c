import EngineTiming
import FleetModel

/// How fast the engines of each workload are on each accelerator, and how many tokens its requests have.
struct EngineTable: Sendable {
    /// Values of one table of token counts: drawn from by index.
    static let drawn = 4_096

    private var parameters: [[AcceleratorType: EngineTimingParameters]] = []
    private var curves: [[AcceleratorType: ServiceCurve]] = []
    let prompts: [[Int32]]
    let outputs: [[Int32]]
    /// Means of the tables.
    let promptMean: [Double]
    let outputMean: [Double]

    init(fleet: Fleet, scenario: Scenario) {
        var (prompts, outputs): ([[Int32]], [[Int32]]) = ([], [])
        var (promptMean, outputMean): ([Double], [Double]) = ([], [])
        for workload in fleet.workloads {
            let tokens = Self.tokens(of: workload, scenario)
            prompts.append(tokens.prompt.table(count: Self.drawn))
            outputs.append(tokens.output.table(count: Self.drawn))
            promptMean.append(tokens.prompt.mean)
            outputMean.append(tokens.output.mean)
            var byType: [AcceleratorType: EngineTimingParameters] = [:]
            for profile in workload.replica.profile {
                byType[profile.accelerator] = EngineCalibration.parameters(
                    workload.replica.engine, rate: profile.rate, tokens: tokens, modelLoad: scenario.provisioning.modelLoad)
            }
            parameters.append(byType)
            curves.append(
                byType.mapValues {
                    ServiceCurve($0, promptTokens: tokens.prompt.mean, outputTokens: tokens.output.mean)
                })
        }
        (self.prompts, self.outputs, self.promptMean, self.outputMean) = (prompts, outputs, promptMean, outputMean)
    }

    /// A recorded trace brings sizes of its own: engines are calibrated by their means.
    private static func tokens(of workload: Workload, _ scenario: Scenario) -> RequestTokens {
        guard case .trace(workload.name, let trace) = scenario.demand.source, !trace.entries.isEmpty else {
            return scenario.tokens(of: workload.name)
        }
        let count = Double(trace.entries.count)
        let prompt = trace.entries.reduce(0) { $0 + Double($1.promptTokens) } / count
        let output = trace.entries.reduce(0) { $0 + Double($1.outputTokens) } / count
        return RequestTokens(
            prompt: .constant(Int(prompt.rounded())), output: .constant(max(1, Int(output.rounded()))))
    }

    func parameters(workload: Int, on accelerator: AcceleratorType) -> EngineTimingParameters {
        parameters[workload][accelerator] ?? EngineTimingParameters()
    }

    func curve(workload: Int, on accelerator: AcceleratorType) -> ServiceCurve {
        curves[workload][accelerator] ?? ServiceCurve()
    }
}

/// Notifications of engines, appended to one array that is used again.
struct EngineNotices {
    var list: [EngineNotification] = []
}
