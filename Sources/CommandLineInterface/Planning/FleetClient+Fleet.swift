import FleetDocuments
package import FleetModel
import FleetTransport

/// The fleet as a control plane holds it at one moment.
package struct RunningFleet: Equatable, Sendable {
    package var fleet: Fleet
    /// The newest change of anything declared.
    package var generation: UInt64
    /// Planes that get no replica.
    package var drained: Set<PlaneName>
    /// What runs, each workload and pool once, sorted.
    package var replicas: [RunningReplicas]

    package init(fleet: Fleet, generation: UInt64, drained: Set<PlaneName>, replicas: [RunningReplicas]) {
        (self.fleet, self.generation) = (fleet, generation)
        (self.drained, self.replicas) = (drained, replicas)
    }
}

extension FleetClient {
    /// Times the lists are read again because somebody declared something in between.
    private static let consistencyAttempts = 4

    /// Reads the declared fleet, of one generation, and what runs of it.
    package func runningFleet() async throws -> RunningFleet {
        for _ in 0..<Self.consistencyAttempts {
            guard let (items, generation) = try await declaredItems() else { continue }
            let resources = try items.map { try Self.resource($0.item, kind: $0.kind) }
            let fleet = Fleet(resources)
            let drained = items.filter { $0.kind == .workloadPlane && Self.isDrained($0.item) }.map {
                PlaneName(ItemReading($0.item).name)
            }
            return RunningFleet(
                fleet: fleet, generation: generation, drained: Set(drained), replicas: try await runningReplicas(of: fleet))
        }
        throw CommandFailure(.conflict, "the fleet is being changed all the time; try again when that is done")
    }

    /// Every declared resource; nil where the fleet changed while it was read.
    private func declaredItems() async throws -> (items: [(kind: ResourceKind, item: JSONValue)], generation: UInt64)? {
        var items: [(kind: ResourceKind, item: JSONValue)] = []
        var generations: Set<UInt64> = []
        for kind in ResourceKind.allCases {
            let list = try await connection.value(of: .list(.resources(kind)))
            guard let generation = list["metadata"]["fleetGeneration"].text.flatMap({ UInt64($0) }) else {
                throw CommandFailure(
                    .serverFailed, "the control plane does not say the fleet's generation; is it of an older version than this?")
            }
            generations.insert(generation)
            items += list["items"].elements.map { (kind, $0) }
        }
        guard let generation = generations.first, generations.count == 1 else { return nil }
        return (items, generation)
    }

    private static func resource(_ item: JSONValue, kind: ResourceKind) throws -> Resource {
        switch FleetDecoder.decodeResource(json: JSONText.pretty(item)) {
        case .success(let resource): return resource
        case .failure(let problems):
            throw CommandFailure(.serverFailed, "the control plane holds a \(kind.rawValue) that cannot be read: \(problems)")
        }
    }

    private static func isDrained(_ plane: JSONValue) -> Bool {
        plane["status"]["conditions"].elements.contains {
            $0["type"].text == "Drained" && ($0["status"].text == "True" || $0["reason"].text == "HandingOver")
        }
    }

    // MARK: What runs

    /// Replicas that are there or coming. An endpoint plane opens one forwarder however many replicas are counted on: there the
    /// placement's number holds.
    private func runningReplicas(of fleet: Fleet) async throws -> [RunningReplicas] {
        let endpoints = Set(fleet.planes.filter { $0.driver != .local }.map(\.name.rawValue))
        var counts: [RunningReplicas: Int] = [:]
        for item in try await items(of: .replicas) {
            let (spec, state) = (item["spec"], item["status"]["state"].text ?? "")
            guard let workload = spec["workload"].text, let plane = spec["plane"].text, let pool = spec["pool"].text,
                !endpoints.contains(plane), ["starting", "ready", "unready", "backing-off"].contains(state)
            else { continue }
            counts[RunningReplicas(workload: workload, plane: plane, pool: pool, count: 0), default: 0] += 1
        }
        for workload in fleet.workloads where !endpoints.isEmpty {
            let explanation = try await connection.value(of: .explain(workload: workload.name))
            for choice in explanation["chosen"].elements {
                guard let plane = choice["plane"].text, endpoints.contains(plane), let pool = choice["placement"]["pool"].text,
                    let count = choice["placement"]["count"].integer, count > 0
                else { continue }
                counts[RunningReplicas(workload: workload.name.rawValue, plane: plane, pool: pool, count: 0), default: 0] += Int(
                    count)
            }
        }
        return counts.map { RunningReplicas(workload: $0.key.workload, plane: $0.key.plane, pool: $0.key.pool, count: $0.value) }
            .sorted { ($0.workload, $0.plane, $0.pool) < ($1.workload, $1.plane, $1.pool) }
    }
}
