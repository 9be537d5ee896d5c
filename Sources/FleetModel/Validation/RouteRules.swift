extension ProblemCollector {
    mutating func checkAPI(of route: Route) {
        guard route.api == .openInference else { return }
        if case .workload = route.target {
            report(
                "spec.api", "openInference looks for the model in the path, and this route goes to one workload",
                accepted: "openInference only with to: { workloadByModel: true }", basis: ["spec.to"])
        }
        for (position, path) in route.paths.enumerated() where path != "/v2" && !path.hasPrefix("/v2/") {
            report(
                ("spec.match.paths" as FieldPath).index(position), "\(quoted(path)) is no path of the Open Inference Protocol",
                accepted: "/v2/ or a path below it", basis: ["spec.api"])
        }
    }
}
