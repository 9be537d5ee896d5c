import FleetDocuments
import FleetModel
import SeededCases
import Testing

@Suite("Round trip")
struct RoundTripPropertyTests {
    @Test("every valid fleet is read back as it was written, from YAML and from JSON")
    func generatedFleets() throws {
        for seed in 0..<caseCount(perMille: 30) {
            var fleet = FleetGenerator(seed: seed)
            let resources = fleet.resources()
            let yaml = FleetEncoder.yaml(resources)
            #expect(try FleetDecoder.decode([FleetFile(name: "f", text: yaml)]).get() == resources, "seed \(seed)\n\(yaml)")
            for resource in resources {
                let json = FleetEncoder.json(resource)
                #expect(try FleetDecoder.decodeResource(json: json).get() == resource, "seed \(seed)\n\(json)")
                #expect(FleetEncoder.yaml(fromJSON: json) == FleetEncoder.yaml([resource]), "seed \(seed)\n\(json)")
            }
        }
    }

    @Test("JSON is compact, in the order of the reference, and carries a status")
    func json() {
        let provider = Resource.provider(
            Provider(
                metadata: Metadata(name: "aws", labels: ["b": "2", "a": "1"], resourceVersion: 7, generation: 2),
                kind: .hyperscaler, attestations: ["SOC2"]))
        let expected = """
            {"apiVersion":"tradewind.dev/v1alpha1","kind":"Provider","metadata":{"name":"aws","labels":{"a":"1","b":"2"},\
            "resourceVersion":"7","generation":2},"spec":{"kind":"hyperscaler","attestations":["SOC2"]},"status":{"x":1}}
            """
        #expect(FleetEncoder.json(provider, statusJSON: "{\"x\":1}") == expected)
    }

    @Test(
        "any JSON becomes YAML, which reads the same",
        arguments: [
            ("{\"a\":[],\"b\":{},\"c\":[1,[2,{\"d\":null}]]}", "a: []\nb: {}\nc:\n  - 1\n  - - 2\n    - d: null\n"),
            (
                "[\"true\",\"12\",\"1.5\",\"no\",\"\",\"a: b\",\"x y\",\"- z\"]",
                "- \"true\"\n- \"12\"\n- \"1.5\"\n- \"no\"\n- \"\"\n- \"a: b\"\n- x y\n- \"- z\"\n"
            ),
        ])
    func yamlFromJSON(json: String, yaml: String) {
        let expected = json.hasPrefix("[") ? nil : yaml
        if let expected {
            #expect(FleetEncoder.yaml(fromJSON: json) == expected)
        } else {
            #expect(
                FleetEncoder.yaml(fromJSON: "{\"k\":\(json)}")
                    == "k: [\"true\", \"12\", \"1.5\", \"no\", \"\", \"a: b\", x y, \"- z\"]\n")
        }
    }

    @Test("what is not JSON becomes nothing")
    func notJSON() {
        #expect(FleetEncoder.yaml(fromJSON: "{\"a\":") == nil)
        #expect(FleetEncoder.yaml(fromJSON: "") == nil)
    }
}
