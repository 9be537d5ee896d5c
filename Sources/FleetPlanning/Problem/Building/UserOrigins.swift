import FleetModel

/// The origins of a problem: users of one place who reach every plane equally fast, whichever workload they ask for.
///
/// A problem knows one round trip per origin and plane, but which gateways may handle a request depends on its workload
/// (`transit: deny`). So users of one place are one origin as long as their round trips agree, and two where a rule sends them
/// another way: `Toronto` and `Toronto#chat-phi`. Two places of one name are two origins, the second named with its country.
struct UserOrigins {
    struct Origin {
        var name: String
        let place: String
        let location: Location?
        let paths: [UserPaths.Path?]
        var workloads: [WorkloadName]
        /// Whether a rule keeps some gateway from these users.
        let isRestricted: Bool
    }

    /// What one workload's demand entry became.
    struct Entry {
        let workload: Int
        /// Position in the workload's demand; nil where it declares none.
        let demand: Int?
        let origin: Int
    }

    private(set) var origins: [Origin] = []
    /// In the order of workloads and their demand.
    private(set) var entries: [Entry] = []

    /// Stands for the users of a workload that declares no demand.
    static let anywhere = "anywhere"

    init(fleet: Fleet, paths: UserPaths) {
        var cache: [PathKey: [UserPaths.Path?]] = [:]
        var positions: [OriginKey: Int] = [:]
        let fence = fleet.fence
        for (workload, declared) in fleet.workloads.enumerated() {
            var doors: [[Jurisdiction]?: [Int]] = [:]
            let places = declared.demand.isEmpty ? [nil] : declared.demand.indices.map(Optional.some)
            for demand in places {
                let entry = demand.map { declared.demand[$0] }
                let jurisdictions = entry?.location.jurisdictions
                let allowed = doors[jurisdictions] ?? Self.doors(of: declared, jurisdictions, fence, fleet.gateways)
                doors[jurisdictions] = allowed
                let pathKey = PathKey(location: entry?.location, gateways: allowed)
                let ways = cache[pathKey] ?? paths.paths(from: entry?.location, through: allowed)
                cache[pathKey] = ways
                let key = OriginKey(
                    place: entry?.from ?? Self.anywhere, location: entry?.location, milliseconds: ways.map { $0?.milliseconds })
                let origin = positions[key] ?? origins.count
                if origin == origins.count {
                    positions[key] = origin
                    origins.append(
                        Origin(
                            name: key.place, place: key.place, location: key.location, paths: ways, workloads: [],
                            isRestricted: allowed.count < fleet.gateways.count))
                }
                if origins[origin].workloads.last != declared.name { origins[origin].workloads.append(declared.name) }
                entries.append(Entry(workload: workload, demand: demand, origin: origin))
            }
        }
        giveNames()
    }

    private struct PathKey: Hashable {
        let location: Location?
        let gateways: [Int]
    }

    private struct OriginKey: Hashable {
        let place: String
        let location: Location?
        let milliseconds: [Double?]
    }

    /// Positions of the gateways that may handle the workload's data.
    private static func doors(
        of workload: Workload, _ jurisdictions: [Jurisdiction]?, _ fence: Fence, _ gateways: [Gateway]
    ) -> [Int] {
        gateways.indices.filter { gateway in
            fence.transitVerdict(
                workload: workload, gateway: gateways[gateway].location, userJurisdictions: jurisdictions
            ).isInside
        }
    }

    /// The plain name goes to the users whom no rule restricts, or else to the first.
    private mutating func giveNames() {
        var taken = Set(origins.map(\.place))
        var variants: [String: [Int]] = [:]
        for (position, origin) in origins.enumerated() { variants[origin.place, default: []].append(position) }
        for (place, positions) in variants.sorted(by: { $0.key < $1.key }) where positions.count > 1 {
            let order = positions.filter { !origins[$0].isRestricted } + positions.filter { origins[$0].isRestricted }
            for (rank, position) in order.enumerated().dropFirst() {
                let origin = origins[position]
                let sameLocation = order[..<rank].first { origins[$0].location == origin.location }
                let wanted =
                    sameLocation.map { "\(origins[$0].name)#\(origin.workloads[0])" }
                    ?? "\(place), \(origin.location?.country ?? Self.anywhere)"
                var name = wanted
                var number = 2
                while !taken.insert(name).inserted {
                    name = "\(wanted)#\(number)"
                    number += 1
                }
                origins[position].name = name
            }
        }
    }
}
