import FleetModel

/// Which faults of a scenario hold now.
struct FaultState {
    let faults: [ScenarioFault]
    /// By fault: planes it takes along.
    let planes: [[Int]]
    private(set) var isActive: [Bool]

    init(_ faults: [ScenarioFault], fleet: Fleet) {
        self.faults = faults
        planes = faults.map { fault in
            fleet.planes.indices.filter { index in
                let plane = fleet.planes[index]
                switch fault.kind {
                case .planeLost(let name), .slow(let name, _), .refused(let name, _): return plane.name == name
                case .regionLost(let provider, let region), .nodesLost(let provider, let region, _):
                    return plane.provider == provider && plane.region == region
                case .providerLost(let provider), .spotLost(let provider): return plane.provider == provider
                case .gatewayLost, .controlLost: return false
                }
            }
        }
        isActive = [Bool](repeating: false, count: faults.count)
    }

    mutating func set(_ index: Int, _ isActive: Bool) { self.isActive[index] = isActive }

    func isLost(plane: Int) -> Bool {
        contains { fault, planes in
            switch fault.kind {
            case .planeLost, .regionLost, .providerLost: planes.contains(plane)
            default: false
            }
        }
    }

    func slowdown(of plane: Int) -> Double {
        var factor = 1.0
        for index in faults.indices where isActive[index] && planes[index].contains(plane) {
            if case .slow(_, let times) = faults[index].kind { factor *= times }
        }
        return factor
    }

    /// Nodes of a pool that are left.
    func left(of pool: CapacityPool, on plane: Int) -> Int {
        var left = Int.max
        for index in faults.indices where isActive[index] && planes[index].contains(plane) {
            if case .nodesLost(_, _, let share) = faults[index].kind {
                left = min(left, Int((Double(pool.maxNodes) * (1 - share)).rounded(.down)))
            }
            if case .spotLost = faults[index].kind, pool.tier == .spot { left = 0 }
        }
        return left
    }

    func isRefusing(_ pool: PoolName, on plane: Int) -> Bool {
        contains { fault, planes in
            guard case .refused(_, let name) = fault.kind, planes.contains(plane) else { return false }
            return name == nil || name == pool
        }
    }

    func isLost(_ gateway: GatewayName) -> Bool { contains { fault, _ in fault.kind == .gatewayLost(gateway) } }
    var isControlLost: Bool { contains { fault, _ in fault.kind == .controlLost } }

    private func contains(where holds: (ScenarioFault, [Int]) -> Bool) -> Bool {
        faults.indices.contains { isActive[$0] && holds(faults[$0], planes[$0]) }
    }
}

extension ScenarioFault {
    /// In a few words, for the journal.
    package var text: String {
        switch kind {
        case .planeLost(let plane): "plane \(plane) is lost"
        case .regionLost(let provider, let region): "region \(provider)/\(region) is lost"
        case .providerLost(let provider): "provider \(provider) is lost"
        case .spotLost(let provider): "all spot of \(provider) is lost"
        case .nodesLost(let provider, let region, let share):
            "\(Int((share * 100).rounded())) % of the nodes in \(provider)/\(region) are lost"
        case .slow(let plane, let factor): "plane \(plane) is \(plainNumber(factor)) times as slow"
        case .refused(let plane, let pool): "no new node in \(plane)\(pool.map { "/\($0)" } ?? "")"
        case .gatewayLost(let gateway): "gateway \(gateway) is lost"
        case .controlLost: "the control plane is lost"
        }
    }

    var subject: ResourceKey {
        switch kind {
        case .planeLost(let plane), .slow(let plane, _), .refused(let plane, _):
            ResourceKey(kind: .workloadPlane, name: plane.rawValue)
        case .gatewayLost(let gateway): ResourceKey(kind: .gateway, name: gateway.rawValue)
        case .regionLost(let provider, _), .providerLost(let provider), .spotLost(let provider), .nodesLost(let provider, _, _):
            ResourceKey(kind: .provider, name: provider.rawValue)
        case .controlLost: ResourceKey(kind: .provider, name: "control-plane")
        }
    }
}
