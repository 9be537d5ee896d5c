import FleetControl
import FleetDocuments
import FleetModel
import Foundation
import Testing

/// The example every tour starts from.
@Suite("examples/onprem-burst")
struct ExampleFleetTests {
    private static func fleetResources() throws -> [Resource] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "examples/onprem-burst/fleet.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        return try FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: text)]).get()
    }

    @Test("decodes, and keeps the gateways in the order of the file")
    func gatewaysInOrder() throws {
        let gateways = try Self.fleetResources().filter { $0.kind == .gateway }.map(\.metadata.name)
        #expect(gateways == ["toronto", "frankfurt", "singapore"])
    }

    @Test("lets health data be processed in Toronto and Frankfurt only, whoever asks")
    func healthDataIsFenced() throws {
        let fleet = Fleet(try Self.fleetResources())
        let workload = try #require(fleet.workloads.first { $0.name == "chat-phi" })
        for users in [nil, ["SG"], ["CA"]] as [[Jurisdiction]?] {
            let inside = fleet.planes.filter {
                fleet.fence.verdict(workload: workload, plane: $0, userJurisdictions: users).isInside
            }
            #expect(inside.map(\.name) == ["aws-frankfurt", "toronto"])
        }
    }

    @Test("each gateway has only the planes of its continent inside the latency budget", arguments: ["chat", "embeddings"])
    func budgetsSeparateContinents(name: String) throws {
        let fleet = Fleet(try Self.fleetResources())
        let workload = try #require(fleet.workloads.first { $0.metadata.name == name })
        let expected: [GatewayName: [PlaneName]] = [
            "toronto": ["lambda-california", "toronto"], "frankfurt": ["aws-frankfurt"],
            "singapore": ["gcp-singapore"],
        ]
        for gateway in fleet.gateways {
            let near = fleet.planes.filter {
                gateway.location.coordinates.expectedRoundTrip(to: $0.location.coordinates) <= workload.objective.latencyBudget
            }
            #expect(near.map(\.name) == expected[gateway.name])
        }
    }

    @Test("every continent is served at home, owned machines fill first, and health data stands with two providers")
    func placement() throws {
        let decision = Placement.decide(PlacementInputs(fleet: Fleet(try Self.fleetResources())))
        let placed = decision.workloads.map { workload in
            "\(workload.workload): " + workload.chosen.map { "\($0.plane) x\($0.placement.count)" }.joined(separator: ", ")
        }
        #expect(
            placed == [
                "chat: aws-frankfurt x1, gcp-singapore x1, lambda-california x1, toronto x2",
                "chat-phi: aws-frankfurt x1, toronto x1", "embeddings: aws-frankfurt x1, gcp-singapore x1, toronto x1",
            ])
        #expect(decision.workloads.allSatisfy { $0.shortfalls.isEmpty })
    }
}
