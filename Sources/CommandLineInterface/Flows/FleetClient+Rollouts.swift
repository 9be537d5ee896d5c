package import FleetModel
import FleetTransport

extension FleetClient {
    /// What `tradewind rollout` may be told beside `status`.
    package enum RolloutAct: String, CaseIterable, Sendable {
        case promote
        case promoteFully = "promote-fully"
        case pause
        case resume
        case abort
        case retry
        case undo

        fileprivate var said: String {
            switch self {
            case .promote: "goes on to its next step"
            case .promoteFully: "takes over without further steps"
            case .pause: "is paused"
            case .resume: "goes on"
            case .abort: "goes back to the stable version"
            case .retry: "begins again"
            case .undo: "is declared as it was before; it takes over as any version does"
            }
        }
    }

    /// `tradewind rollout status WORKLOAD`.
    package func rolloutStatus(of workload: WorkloadName, format: OutputFormat) async throws {
        let answer = try await known(workload) { try await connection.value(of: .rollout(of: workload)) }
        switch format {
        case .json: try console.write(JSONText.pretty(answer) + "\n")
        case .yaml: try console.write(YAMLText.document(answer))
        case .table, .wide: try console.write(RolloutText.rendered(answer))
        }
    }

    /// `tradewind rollout promote|pause|resume|abort|retry|undo WORKLOAD`.
    package func rollout(_ act: RolloutAct, of workload: WorkloadName) async throws {
        _ = try await known(workload) { try await connection.value(of: .rollout(of: workload, command: act.rawValue)) }
        try console.write("workload/\(TerminalText.escaped(workload.rawValue)) \(act.said)\n")
    }

    /// `tradewind drain replica PLANE/WORKLOAD/INCARNATION`.
    package func drain(replica: ReplicaID) async throws {
        _ = try await connection.value(of: .drain(replica: replica))
        try console.write(
            "replica/\(replica) drains: another is started first where there is room, then it finishes its requests and ends\n")
    }

    private func known(_ workload: WorkloadName, _ ask: () async throws -> JSONValue) async throws -> JSONValue {
        do {
            return try await ask()
        } catch let failure as CommandFailure where failure.exit == .notFound {
            let names = try await items(of: .resources(.workload)).map { ItemReading($0).name }
            throw Self.notFound(workload.rawValue, kind: ResourceKind.workload.plural, among: names)
        }
    }
}
