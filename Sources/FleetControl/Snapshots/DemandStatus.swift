package import FleetModel

extension ResourceStatus {
    /// What gateways see of the demand for a workload right now. Never stored: it is put into a status when somebody asks for it.
    package struct Demand: Equatable, Sendable, Codable {
        /// Arrivals lately, over all gateways that report; rounded to hundredths, for people.
        package var requestsPerSecond: Double
        /// Requests that wait in gateways, and those sent to replicas.
        package var queued: Int
        package var inFlight: Int

        package init(requestsPerSecond: Double, queued: Int, inFlight: Int) {
            self.requestsPerSecond = requestsPerSecond
            self.queued = queued
            self.inFlight = inFlight
        }

        /// Nil where no gateway reports.
        package init?(of workload: WorkloadName, observation: FleetObservation, demand: DemandMeter, now: Moment) {
            var isHeard = false
            var (rate, queued, inFlight) = (0.0, 0, 0)
            for gateway in observation.gatewayNames where observation.connection(of: gateway, now: now) == .connected {
                guard let told = observation.report(of: gateway)?.demand else { continue }
                isHeard = true
                rate += demand.rates(of: workload, at: gateway)?.arrivalsPerSecond ?? 0
                queued += Self.sound(told[workload.rawValue]?.queued)
                inFlight += Self.sound(told[workload.rawValue]?.inFlight)
            }
            guard isHeard else { return nil }
            self.init(requestsPerSecond: (rate * 100).rounded() / 100, queued: queued, inFlight: inFlight)
        }

        /// What one gateway says, none where it says what cannot be: at most a billion.
        private static func sound(_ count: Int?) -> Int { min(max(0, count ?? 0), 1_000_000_000) }
    }
}
