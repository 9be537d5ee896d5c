import FleetModel

/// Which hash tables the requests of a workload may ask for.
package struct HashPolicies: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    static let ring = HashPolicies(rawValue: 1)
    static let maglev = HashPolicies(rawValue: 2)

    init(_ policy: BalancingRules.Policy) {
        switch policy {
        case .ringHash: self = .ring
        case .maglev: self = .maglev
        default: self = []
        }
    }

    /// By workload index: what each workload's own rules and those of every route to it ask for. Nothing for an entry that stands
    /// for a pair: its requests find the tables of the workload that serves it.
    static func needed(workloads: [WorkloadEntry], routes: [RouteEntry]) -> [HashPolicies] {
        var needed = workloads.map { $0.isPresent && $0.source == nil ? HashPolicies($0.balancing.policy) : [] }
        for route in routes where !route.isDangling {
            guard let balancing = route.balancing else { continue }
            let policies = HashPolicies(balancing.policy)
            for index in needed.indices where workloads[index].source == nil {
                guard route.workload.map({ $0.value == index }) ?? workloads[index].isPresent else { continue }
                needed[index].formUnion(policies)
            }
        }
        return needed
    }
}

/// The hash tables of one workload on one plane. Immutable and shared by all event loops; the costly part is kept over tables of
/// which the replicas and their weights are the same.
final class ReplicaHashing: Sendable {
    private final class Lookup: Sendable {
        let identities: [UInt64]
        let weights: [Double]
        let policies: HashPolicies
        let ring: HashRing?
        let maglev: MaglevTable?

        init(_ identities: [UInt64], _ weights: [Double], _ policies: HashPolicies) {
            self.identities = identities
            self.weights = weights
            self.policies = policies
            ring = policies.contains(.ring) ? HashRing(identities, weights: weights) : nil
            maglev = policies.contains(.maglev) ? MaglevTable(identities, weights: weights) : nil
        }
    }

    private let lookup: Lookup
    /// Slots in the lookup's order.
    private let slots: [Int32]

    /// Nil where nothing is hashed or nobody takes requests.
    init?(_ replicas: [ReplicaEntry], policies: HashPolicies, previous: ReplicaHashing?) {
        guard !policies.isEmpty, !replicas.isEmpty else { return nil }
        // By identity, so that every gateway fills its tables in one order.
        let sorted = replicas.sorted { $0.identityHash < $1.identityHash }
        let identities = sorted.map(\.identityHash)
        let weights = sorted.map(\.rate)
        slots = sorted.map(\.handle.slot)
        if let known = previous?.lookup, known.policies == policies, known.identities == identities, known.weights == weights {
            lookup = known
        } else {
            lookup = Lookup(identities, weights, policies)
        }
    }

    /// The slot a key belongs to; nil where the policy has no table here.
    func slot(of key: UInt64, by policy: BalancingRules.Policy) -> Int32? {
        switch policy {
        case .ringHash: lookup.ring.map { slots[$0.position(of: key)] }
        case .maglev: lookup.maglev.map { slots[$0.position(of: key)] }
        default: nil
        }
    }
}
