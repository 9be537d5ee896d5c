/// How a gateway asks replicas for their health by itself.
package struct HealthChecks: Equatable, Sendable, Codable {
    /// One kind of check: who is asked how often, and how many answers in a row count.
    package struct Check: Equatable, Sendable, Codable {
        /// Nil asks where the replica says.
        package var path: String?
        /// Sent as JSON by POST; nil asks by GET.
        package var body: String?
        package var intervalMilliseconds: Int
        package var timeoutMilliseconds: Int
        /// Passes in a row that bring a replica back, and failures in a row that take it out.
        package var healthyThreshold: Int
        package var unhealthyThreshold: Int

        package init(
            path: String? = nil, body: String? = nil, intervalMilliseconds: Int, timeoutMilliseconds: Int,
            healthyThreshold: Int, unhealthyThreshold: Int
        ) {
            self.path = path
            self.body = body
            self.intervalMilliseconds = intervalMilliseconds
            self.timeoutMilliseconds = timeoutMilliseconds
            self.healthyThreshold = healthyThreshold
            self.unhealthyThreshold = unhealthyThreshold
        }

        /// Every second, on a kept connection. The timeout is shorter than the interval: a silent replica is asked again at the
        /// very next turn.
        package static let shallow = Check(
            intervalMilliseconds: 1_000, timeoutMilliseconds: 900, healthyThreshold: 2, unhealthyThreshold: 3)
        /// Every 30 s with 5 s to answer, as an AWS target group asks by default; two answers decide.
        package static let deep = Check(
            path: "/", intervalMilliseconds: 30_000, timeoutMilliseconds: 5_000, healthyThreshold: 2, unhealthyThreshold: 2)
    }

    /// Whether the process answers.
    package var shallow: Check
    /// Whether it really works, such as by a request for one token; nil asks nothing.
    package var deep: Check?

    package init(shallow: Check = .shallow, deep: Check? = nil) { (self.shallow, self.deep) = (shallow, deep) }
}
