import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("FleetDecoder")
struct FleetDecoderTests {
    @Test("the list of mistakes is there")
    func mistakesExist() {
        #expect(Mistake.all.count >= 90)
        #expect(Mistake.planning.count >= 60)
    }

    @Test("reads the sample fleet in its order")
    func sample() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "fleet.yaml", text: sampleFleet)]).get()
        #expect(
            resources.map(\.key.description) == [
                "Provider/onprem", "Provider/aws", "WorkloadPlane/toronto", "WorkloadPlane/aws-frankfurt", "Gateway/frankfurt",
                "Workload/chat", "Workload/tool", "CompliancePolicy/phi", "Route/openai",
            ])
    }

    @Test("names line, field, what is wrong and what would be right", arguments: Mistake.all)
    func mistake(_ mistake: Mistake) {
        #expect(mistake.told(in: sampleFleet) == mistake.told)
    }

    @Test("tells the mistakes of all documents and files at once, in their order")
    func allAtOnce() {
        let first = sampleFleet.replacingOccurrences(of: "kind: on-premises", with: "kind: mine")
            .replacingOccurrences(of: "minReplicas: 1,", with: "minReplicas: 20, minReplica: 2,")
            .replacingOccurrences(of: "models: [tool]", with: "models: [tool")
            .replacingOccurrences(of: "maxAttempts: 2", with: "maxAttempts: 99")
        let second = "kind: Gateway\nmetadata: { name: x }\nspec: {}\n"
        let files = [FleetFile(name: "a.yaml", text: first), FleetFile(name: "b.yaml", text: second)]
        guard case .failure(let failure) = FleetDecoder.decode(files) else { return #expect(Bool(false), "nothing was refused") }
        #expect(
            failure.problems.map { "\($0.file):\($0.line): \($0.path)" } == [
                "a.yaml:5: spec.kind", "a.yaml:72: spec.scaling.minReplica", "a.yaml:82: document",
                "a.yaml:104: spec.retries.maxAttempts",
                "b.yaml:1: apiVersion", "b.yaml:3: spec.location",
            ])
    }

    @Test("does not judge by values nobody wrote")
    func noHearsay() {
        let broken = sampleFleet.replacingOccurrences(of: "latencyBudget: 120ms\n", with: "latencyBudget: 300\n")
        #expect(problems(in: broken).count == 1)
    }

    @Test("a reference may lead to a resource known elsewhere, or to one in another file")
    func references() {
        let route = """
            apiVersion: tradewind.dev/v1alpha1
            kind: Route
            metadata: { name: r }
            spec: { match: { paths: [/x/] }, to: { workload: far } }
            """
        #expect(
            problems(in: route) == [
                "fleet.yaml:4: spec.to.workload: there is no Workload \"far\"; declare it in a document of kind Workload"
            ])
        #expect(problems(in: route, known: [ResourceKey(kind: .workload, name: "far")]) == [])
        #expect(problems(in: route, known: [ResourceKey(kind: .provider, name: "far")]).count == 1)
    }

    @Test("a reference to a broken resource is not called dangling")
    func referenceToBroken() {
        let broken = sampleFleet.replacingOccurrences(of: "  class: realtime", with: "  class: later")
        #expect(problems(in: broken).count == 1)
    }

    @Test("a status, and what the store adds to the metadata, may come back in")
    func statusIsIgnored() throws {
        let text = sampleFleet.replacingOccurrences(
            of: "metadata: { name: onprem }\nspec:",
            with: """
                metadata: { name: onprem, resourceVersion: "12", generation: 3, creationTimestamp: 2026-11-21T10:00:00Z }
                status: { conditions: [{ type: Ready }] }
                spec:
                """)
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: text)]).get()
        #expect(resources[0].metadata.resourceVersion == 12)
        #expect(resources[0].metadata.generation == 3)
        #expect(resources[0].metadata.creationTimestamp == "2026-11-21T10:00:00Z")
    }

    @Test("a List stands for its items, in JSON too")
    func list() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: sampleFleet)]).get()
        let json =
            "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\(resources.map { FleetEncoder.json($0) }.joined(separator: ",\n"))]}"
        #expect(try FleetDecoder.decode([FleetFile(name: "f", text: json)]).get() == resources)
        #expect(
            problems(in: json.replacingOccurrences(of: "\"peak\":\"14 req/s\"", with: "\"peak\":14")) == [
                "fleet.yaml:6: spec.demand[0].peak: \"14\" is not accepted; a rate above 0 such as 11 req/s"
            ])
    }

    @Test("an empty file declares nothing", arguments: ["", "\n\n", "# only a comment\n", "---\n---\n...\n", "\u{FEFF}---\n"])
    func empty(text: String) throws {
        #expect(try FleetDecoder.decode([FleetFile(name: "f", text: text)]).get() == [])
    }

    @Test("what is derived from the catalogue is what the documents say")
    func catalogueFacts() throws {
        let fleet = Fleet(try FleetDecoder.decode([FleetFile(name: "f", text: sampleFleet)]).get())
        let frankfurt = try #require(fleet.planes.first { $0.name == "aws-frankfurt" })
        #expect(frankfurt.location.country == "DE")
        #expect(frankfurt.location.jurisdictions == ["DE", "EEA", "EU"])
        #expect(frankfurt.pools[0].accelerator == "A100-80GB")
        #expect(frankfurt.pools[0].acceleratorsPerNode == 8)
        let demand = try #require(fleet.workloads.first { $0.name == "chat" }).demand
        #expect(demand[0].location.coordinates == Coordinates(latitude: 43.7, longitude: -79.42))
        #expect(demand[1].location.jurisdictions == ["EEA", "IS"])
    }

    @Test("a stored resource is read without asking the catalogue")
    func stored() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: sampleFleet)]).get()
        let plane = try #require(resources.first { $0.key.name == "aws-frankfurt" })
        let later = FleetEncoder.json(plane).replacingOccurrences(
            of: "\"acceleratorsPerNode\":8", with: "\"acceleratorsPerNode\":6")
        #expect(problems(in: later, known: [ResourceKey(kind: .provider, name: "aws")]).count == 1)
        #expect(try FleetDecoder.decodeResource(json: later).get().key == plane.key)
        #expect(throws: FleetProblems.self) { try FleetDecoder.decodeResource(json: "[]").get() }
        #expect(throws: FleetProblems.self) { try FleetDecoder.decodeResource(json: [0xFF, 0xFE]).get() }
    }

    @Test("a key or password written into an endpoint is never repeated")
    func secretsStayOut() {
        for broken in ["key: sk-secret", "key: [sk-secret]", "key: { file: sk-secret/../x }", "key: { environment: sk-secret }"] {
            let text = sampleFleet.replacingOccurrences(of: "key: { environment: UPSTREAM_KEY }", with: broken)
            let told = problems(in: text)
            #expect(!told.isEmpty && !told.joined().contains("secret\""), "\(told)")
            #expect(!told.joined().contains("sk-"), "\(told)")
        }
    }

    @Test("commands that start with ./ are resolved against the folder of their file")
    func relativeCommands() throws {
        let resources = try FleetDecoder.decode([FleetFile(name: "f", text: sampleFleet)]).get()
        let tool = try #require(resources.first { $0.key.name == "tool" })
        guard case .workload(let workload) = tool.resolvingRelativeCommands(against: "/srv/fleet"),
            case .command(let engine)? = workload.replica.engine
        else { return #expect(Bool(false), "the engine is gone") }
        #expect(engine.command == ["/srv/fleet/serve", "--port", "{port}"])
        #expect(resources[0].resolvingRelativeCommands(against: "/srv") == resources[0])
    }
}
