/// How fast the number of replicas may follow the wishes: the `behavior` of Kubernetes' Horizontal Pod Autoscaler, version 2.
package struct ScalingBehavior: Equatable, Sendable {
    package var scaleUp: Rules
    package var scaleDown: Rules

    package init(scaleUp: Rules = .scaleUp, scaleDown: Rules = .scaleDown) {
        (self.scaleUp, self.scaleDown) = (scaleUp, scaleDown)
    }

    /// The Horizontal Pod Autoscaler's defaults.
    package static let standard = ScalingBehavior()

    /// The rules of one direction.
    package struct Rules: Equatable, Sendable {
        package enum Selection: String, CaseIterable, Sendable {
            /// The policy that allows the largest change.
            case max = "Max"
            /// The one that allows the smallest.
            case min = "Min"
            /// No change in this direction.
            case disabled = "Disabled"
        }

        /// The smallest change wished within this time is the one that counts.
        package var stabilizationWindowSeconds: Int
        package var selectPolicy: Selection
        /// None: no limit.
        package var policies: [Limit]
        /// Relative distance from the target within which nothing changes.
        package var tolerance: Double

        package init(
            stabilizationWindowSeconds: Int, selectPolicy: Selection = .max, policies: [Limit], tolerance: Double = 0.1
        ) {
            self.stabilizationWindowSeconds = stabilizationWindowSeconds
            self.selectPolicy = selectPolicy
            self.policies = policies
            self.tolerance = tolerance
        }

        package static let scaleUp = Rules(
            stabilizationWindowSeconds: 0,
            policies: [
                Limit(type: .percent, value: 100, periodSeconds: 15), Limit(type: .pods, value: 4, periodSeconds: 15),
            ])
        package static let scaleDown = Rules(
            stabilizationWindowSeconds: 300, policies: [Limit(type: .percent, value: 100, periodSeconds: 15)])
    }

    /// By how much the number may change within a period.
    package struct Limit: Equatable, Sendable {
        package enum Kind: String, CaseIterable, Sendable {
            /// Replicas.
            case pods = "Pods"
            /// Percent of the replicas there were when the period began.
            case percent = "Percent"
        }

        package var type: Kind
        package var value: Int
        package var periodSeconds: Int

        package init(type: Kind, value: Int, periodSeconds: Int) {
            (self.type, self.value, self.periodSeconds) = (type, value, periodSeconds)
        }
    }
}
