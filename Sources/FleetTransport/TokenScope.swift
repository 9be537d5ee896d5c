package import FleetModel

/// What a token may do: everything, or the work of one plane or one gateway.
package enum TokenScope: Hashable, Sendable, Comparable, CustomStringConvertible {
    case admin
    case plane(PlaneName)
    case gateway(GatewayName)

    package static let accepted = "admin, plane/NAME or gateway/NAME"

    /// Reads `admin`, `plane/NAME` or `gateway/NAME`; nil for anything else.
    package init?(_ text: String) {
        if text == "admin" {
            self = .admin
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, ResourceNameRule.allows(String(parts[1])) else { return nil }
        switch parts[0] {
        case "plane": self = .plane(PlaneName(String(parts[1])))
        case "gateway": self = .gateway(GatewayName(String(parts[1])))
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .admin: "admin"
        case .plane(let name): "plane/\(name)"
        case .gateway(let name): "gateway/\(name)"
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
