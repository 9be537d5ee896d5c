import Foundation
import Testing

extension EndToEnd {
    @Suite("Commands")
    struct CommandTests {
        @Test("a faulty file is refused with every error on a line of its own, status 1, and nothing applied")
        func faultyFile() async throws {
            try await withFleet { fleet in
                try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                let file = "\(fleet.state)/bad.yaml"
                try """
                apiVersion: tradewind.dev/v1alpha1
                kind: Provider
                metadata: { name: fine }
                spec: { kind: neocloud }
                ---
                apiVersion: tradewind.dev/v1alpha1
                kind: WorkloadPlane
                metadata: { name: here }
                spec:
                  provider: missing
                  region: x
                  location: { latitude: 143.65, longitude: -79.38, country: CA }
                  driver: { local: {} }
                  pools:
                    - { name: gpu, accelerator: H100-80GB, acceleratorPerNode: 4, tier: reserved, maxNodes: 0 }
                """.write(toFile: file, atomically: true, encoding: .utf8)
                let result = try await RunningCommand.run(["apply", "-f", file, "--state", fleet.state])
                #expect(result.status == 1)
                let lines = (result.output + result.errors).split(separator: "\n").filter { $0.hasPrefix(file) }
                #expect(lines.contains { $0.contains(":10:") && $0.contains("missing") })
                #expect(lines.contains { $0.contains(":12:") && $0.contains("latitude") })
                #expect(lines.contains { $0.contains(":15:") && $0.contains("acceleratorsPerNode") })
                #expect(lines.contains { $0.contains(":15:") && $0.contains("maxNodes") })
                let providers = try await fleet.tradewind("get", "providers", "-o", "json")
                #expect(!providers.contains("fine"))
            }
        }

        @Test("without a server the error says which address was tried and how to start one")
        func noServer() async throws {
            let result = try await RunningCommand.run(["get", "workloads", "--state", NSTemporaryDirectory() + "no-such-state"])
            #expect(result.status == 3)
            #expect(result.errors.contains("tradewind"))
        }

        @Test("no token stands in what the commands print or the processes log")
        func noSecrets() async throws {
            try await withFleet { fleet in
                let serve = try fleet.start("serve", ["serve", "--port", "\(fleet.base)"])
                try await fleet.ready(port: fleet.base)
                _ = try await fleet.tradewind("apply", "-f", "examples/onprem-burst")
                var told = ""
                for what in ["all", "events", "audit", "replicas"] {
                    told += try await fleet.tradewind("get", what, "-o", "json")
                }
                told += serve.output + serve.errors
                let tokens = try FileManager.default.subpathsOfDirectory(atPath: fleet.state).filter { $0.hasSuffix(".token") }
                #expect(tokens.count >= 8)
                for name in tokens {
                    let path = "\(fleet.state)/\(name)"
                    let token = try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
                    #expect(!told.contains(token), "\(name)")
                    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                    #expect(mode == 0o600, "\(name)")
                }
            }
        }
    }
}
