package import FleetModel
package import FleetTransport

extension FleetClient {
    /// `tradewind drain PLANE [--undo]`.
    package func drain(plane: PlaneName, isDrained: Bool) async throws {
        do {
            _ = try await connection.value(of: .drain(plane: plane, isDrained: isDrained))
        } catch let failure as CommandFailure where failure.exit == .notFound {
            let names = try await items(of: .resources(.workloadPlane)).map { ItemReading($0).name }
            throw Self.notFound(plane.rawValue, kind: ResourceKind.workloadPlane.plural, among: names)
        }
        let said =
            isDrained
            ? "drains: it gets no new replicas, and serves until others are ready elsewhere; `--undo` takes it back"
            : "takes replicas again"
        try console.write("workloadplane/\(TerminalText.escaped(plane.rawValue)) \(said)\n")
    }

    /// `tradewind explain workload NAME`.
    package func explain(workload: WorkloadName, format: OutputFormat) async throws {
        let explanation: JSONValue
        do {
            explanation = try await connection.value(of: .explain(workload: workload))
        } catch let failure as CommandFailure where failure.exit == .notFound {
            let names = try await items(of: .resources(.workload)).map { ItemReading($0).name }
            throw Self.notFound(workload.rawValue, kind: ResourceKind.workload.plural, among: names)
        }
        switch format {
        case .json: try console.write(JSONText.pretty(explanation) + "\n")
        case .yaml: try console.write(YAMLText.document(explanation))
        case .table, .wide: try console.write(PlacementText.rendered(explanation, workload: workload))
        }
    }

    /// `tradewind explain request ID`.
    package func explain(request id: String, format: OutputFormat) async throws {
        let explanation = try await connection.value(of: .explain(request: id))
        switch format {
        case .json: try console.write(JSONText.pretty(explanation) + "\n")
        case .yaml: try console.write(YAMLText.document(explanation))
        case .table, .wide: try console.write(RequestText.rendered(explanation))
        }
    }

    /// `tradewind token create --scope SCOPE`: the token alone on standard output, so that it can be sent into a file.
    package func createToken(_ scope: TokenScope) async throws {
        let answer = try await connection.value(of: .createToken(scope))
        guard let token = answer["token"].text, !token.isEmpty else {
            throw CommandFailure(.serverFailed, "the control plane answered without a token")
        }
        try console.write(TerminalText.escaped(token) + "\n")
        console.remark("A token for \(scope). It is shown this once; keep it in a file only its user may read (mode 0600).")
    }

    /// `tradewind audit verify`. A broken chain ends with status 1.
    package func verifyAudit(format: OutputFormat) async throws {
        let verdict = try await connection.value(of: .verifyAudit)
        switch format {
        case .json: try console.write(JSONText.pretty(verdict) + "\n")
        case .yaml: try console.write(YAMLText.document(verdict))
        case .table, .wide: try console.write(AuditVerdictText.rendered(verdict))
        }
        guard AuditVerdictText.isIntact(verdict) else {
            throw CommandFailure(.invalid, "the audit log does not hold: entries were changed, removed or added behind its back")
        }
    }
}
