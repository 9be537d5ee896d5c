import FleetModel
import Testing

@Suite("Fleet problems")
struct FleetProblemTests {
    private func workload(_ name: String, models: [String]) -> Workload {
        Workload(
            metadata: Metadata(name: name), models: models,
            replica: ReplicaRequirement(profile: [
                AcceleratorProfile(accelerator: "CPU", accelerators: 1, rate: RequestsPerSecond(1))
            ]))
    }

    private func paths(_ resources: [Resource], known: [ResourceKey] = []) -> [String] {
        Fleet(resources).problems(known: known).map { "\($0.key) \($0.path)" }
    }

    @Test("a sound workload has none")
    func sound() { #expect(paths([.workload(workload("w", models: ["m"]))]) == []) }

    @Test("bounds that cross are told on both their fields' names")
    func bounds() throws {
        var crossed = workload("w", models: ["m"])
        crossed.scaling = ScalingPolicy(minReplicas: 4, maxReplicas: 2)
        crossed.objective = Objective(latencyBudget: .milliseconds(100), failoverLatencyBudget: .milliseconds(50))
        let problems = Fleet([.workload(crossed)]).problems()
        #expect(problems.map(\.path) == ["spec.objective.failoverLatencyBudget", "spec.scaling.minReplicas"])
        #expect(
            problems.map { $0.basis.map(\.description) } == [
                ["spec.objective.failoverLatencyBudget", "spec.objective.latencyBudget"],
                ["spec.scaling.minReplicas", "spec.scaling.maxReplicas"],
            ])
    }

    @Test("a model belongs to one workload, a host and path to one route")
    func conflicts() {
        #expect(
            paths([.workload(workload("a", models: ["x", "y"])), .workload(workload("b", models: ["z", "y"]))])
                == ["Workload/b spec.models[1]"])
        let route = { (name: String, hosts: [String]) in
            Resource.route(Route(metadata: Metadata(name: name), hosts: hosts, paths: ["/v1/"]))
        }
        #expect(paths([route("a", []), route("b", [])]) == ["Route/b spec.match.paths[0]"])
        #expect(paths([route("a", []), route("b", ["example.com"])]) == [])
    }

    @Test("numbers no type can refuse are refused: not a number, off the Earth")
    func impossibleNumbers() {
        let nowhere = Location(coordinates: Coordinates(latitude: .nan, longitude: 181), country: "CA")
        #expect(
            paths([.gateway(Gateway(metadata: Metadata(name: "g"), location: nowhere))]) == [
                "Gateway/g spec.location.latitude", "Gateway/g spec.location.longitude",
            ])
    }

    @Test("a place may not claim a law that does not hold there, nor hide one that does")
    func jurisdictions() {
        let gateway = { (country: String, laws: [Jurisdiction]) in
            Resource.gateway(
                Gateway(
                    metadata: Metadata(name: "g"),
                    location: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: country, jurisdictions: laws)
                ))
        }
        #expect(paths([gateway("US", ["EU", "US"])]) == ["Gateway/g spec.location.jurisdictions"])
        #expect(paths([gateway("DE", ["DE", "EEA"])]) == ["Gateway/g spec.location.jurisdictions"])
        #expect(paths([gateway("US", ["US", "US-GOV"])]) == [])
    }

    @Test(
        "CIDR blocks are told from what only looks like them",
        arguments: [
            ("10.0.0.0/8", true), ("::/0", true), ("fd00::/8", true), ("2001:db8:1:2:3:4:5:6/128", true), ("127.0.0.1", false),
            ("10.0.0/8", false),
            ("10.0.0.0/33", false), ("010.0.0.0/8", false), ("256.0.0.0/8", false), ("fd00:::/8", false), ("1:2:3/16", false),
            ("::/129", false), ("10.0.0.0/+8", false),
        ])
    func networks(text: String, isAllowed: Bool) {
        let plane = WorkloadPlane(
            metadata: Metadata(name: "p"), provider: "x", region: "r",
            location: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA"),
            driver: .endpoint(EndpointDriver(url: "https://example.com")), pools: [], networks: [text])
        #expect(paths([.workloadPlane(plane)], known: [ResourceKey(kind: .provider, name: "x")]).isEmpty == isAllowed)
    }

    @Test(
        "upstream URLs are told from what only looks like them",
        arguments: [
            ("https://api.example.com", true), ("http://127.0.0.1:8000/base", true), ("http://[::1]:8000", true),
            ("https://example.com:0", false),
            ("ftp://example.com", false), ("https://", false), ("https://u@example.com", false), ("https://example.com?x", false),
            ("https://exa mple.com", false),
            ("https://[::1", false), ("https://example.com:80x", false),
        ])
    func urls(text: String, isAllowed: Bool) {
        let plane = WorkloadPlane(
            metadata: Metadata(name: "p"), provider: "x", region: "r",
            location: Location(coordinates: Coordinates(latitude: 0, longitude: 0), country: "CA"),
            driver: .endpoint(EndpointDriver(url: text)), pools: [])
        #expect(paths([.workloadPlane(plane)], known: [ResourceKey(kind: .provider, name: "x")]).isEmpty == isAllowed)
    }

    @Test(
        "the nearest word is the one with the fewest slips",
        arguments: [
            ("minReplica", "minReplicas"), ("targte", "target"), ("TARGET", "target"),
        ])
    func nearest(word: String, expected: String) {
        #expect(NearestWord.nearest(to: word, among: ["target", "maxReplicas", "minReplicas"]) == expected)
        #expect(
            NearestWord.distance("ab", "ba") == 1 && NearestWord.distance("", "abc") == 3 && NearestWord.distance("x", "x") == 0)
    }

    @Test("texts of the user's stand in messages without control characters and not too long")
    func quoting() {
        #expect(quoted("a\u{1B}[31m\nb") == "\"a\u{FFFD}[31m\u{FFFD}b\"")
        #expect(quoted(String(repeating: "x", count: 100)).count == 63)
    }
}
