/// A name that only fits where it belongs: a plane's name cannot be passed for a workload's.
///
/// Names follow RFC 1123 labels (see ``ResourceNameRule``), so they can stand in URLs, file names and metric labels.
/// Encoded as a plain JSON string.
package struct Identifier<Kind>: Hashable, Sendable, Comparable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { self.rawValue = value }
    package init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { rawValue }
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

package typealias ProviderName = Identifier<Provider>
package typealias PlaneName = Identifier<WorkloadPlane>
package typealias WorkloadName = Identifier<Workload>
package typealias GatewayName = Identifier<Gateway>
package typealias RouteName = Identifier<Route>
package typealias PolicyName = Identifier<CompliancePolicy>
package typealias BudgetName = Identifier<Budget>
package typealias PlacementPlanName = Identifier<PlacementPlan>
package typealias TenantName = Identifier<Tenant>
package typealias PoolName = Identifier<CapacityPool>

/// Names are RFC 1123 labels: lower-case letters, digits and `-`, starting and ending with a letter or digit, at most 63 long.
package enum ResourceNameRule {
    package static let maximumLength = 63
    package static let accepted = "1 to 63 lower-case letters, digits or '-', starting and ending with a letter or digit"

    package static func allows(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= maximumLength else { return false }
        let isAlphanumeric = { (byte: UInt8) in (97...122).contains(byte) || (48...57).contains(byte) }
        return isAlphanumeric(first) && isAlphanumeric(last) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 45 }
    }
}

/// One run of one replica: `plane/workload/incarnation`. The incarnation number is never reused by its plane, so whatever
/// was learnt about a replica (address, health, load) can never be mistaken for knowledge of its successor.
package struct ReplicaID: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    package let plane: PlaneName
    package let workload: WorkloadName
    package let incarnation: UInt64

    package init(plane: PlaneName, workload: WorkloadName, incarnation: UInt64) {
        (self.plane, self.workload, self.incarnation) = (plane, workload, incarnation)
    }

    /// Reads `plane/workload/incarnation`; nil when the text is anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let incarnation = UInt64(parts[2]),
            ResourceNameRule.allows(String(parts[0])), ResourceNameRule.allows(String(parts[1]))
        else { return nil }
        self.init(plane: PlaneName(String(parts[0])), workload: WorkloadName(String(parts[1])), incarnation: incarnation)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let id = ReplicaID(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a replica id reads plane/workload/incarnation")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var description: String { "\(plane)/\(workload)/\(incarnation)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.plane, left.workload, left.incarnation) < (right.plane, right.workload, right.incarnation)
    }
}
