package import FleetModel
import FleetTransport

/// What a rehearsal reads of a running fleet.
extension FleetClient {
    /// An event as told, and what tells it from others.
    package struct ToldEvent: Equatable, Sendable {
        package var key: String
        package var subject: String
        package var reason: String
        package var message: String
    }

    /// Where each connected gateway takes requests.
    package func gatewayAddresses() async throws -> [GatewayName: ListenAddress] {
        var addresses: [GatewayName: ListenAddress] = [:]
        for item in try await items(of: .resources(.gateway)) {
            let reading = ItemReading(item)
            guard reading.readiness == "True", let address = item["status"]["address"].text.flatMap(ListenAddress.init) else {
                continue
            }
            addresses[GatewayName(reading.name)] = address
        }
        return addresses
    }

    /// The newest events, oldest first.
    package func newestEvents() async throws -> [ToldEvent] {
        try await items(of: .events).map { item in
            let reading = ItemReading(item)
            return ToldEvent(
                key: "\(reading.name)#\(item["count"].integer ?? 0)", subject: reading.subject,
                reason: item["reason"].text ?? "", message: item["message"].text ?? "")
        }
    }

    /// Planes that take their share of requests, with every replica they should have ready.
    package func wholePlanes() async throws -> Set<PlaneName> {
        Set(
            try await items(of: .resources(.workloadPlane)).filter { item in
                let conditions = item["status"]["conditions"].elements
                return ItemReading(item).readiness == "True" && !conditions.contains { $0["type"].text == "Failed" }
            }.map { PlaneName(ItemReading($0).name) })
    }
}
