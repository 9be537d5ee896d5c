import Foundation

/// Processes of one fleet in a state folder of their own, ended with the test.
final class TestFleet {
    let state: String
    let base: Int
    private var running: [(name: String, command: RunningCommand)] = []

    init() throws {
        state = NSTemporaryDirectory() + "tradewind-e2e-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        base = try Self.freePorts(5)
    }

    @discardableResult
    func start(_ name: String, _ arguments: [String]) throws -> RunningCommand {
        let command = try RunningCommand(arguments + ["--state", state])
        running.append((name, command))
        return command
    }

    func command(_ name: String) throws -> RunningCommand {
        guard let found = running.last(where: { $0.name == name }) else { throw Unexpected(what: "\(name) was never started") }
        return found.command
    }

    /// Runs a client command against this fleet; throws unless it exits with 0.
    func tradewind(_ arguments: String..., input: String? = nil) async throws -> String {
        let result = try await RunningCommand.run(arguments + ["--state", state], input: input)
        guard result.status == 0 else {
            throw Unexpected(what: "tradewind \(arguments.joined(separator: " ")) exited \(result.status): \(result.errors)")
        }
        return result.output
    }

    struct Replica: Sendable {
        let name: String, workload: String, plane: String, state: String
        let pid: Int32?
    }

    func replicas() async throws -> [Replica] {
        let text = try await tradewind("get", "replicas", "-o", "json")
        let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (list?["items"] as? [[String: Any]] ?? []).compactMap { item in
            guard let metadata = item["metadata"] as? [String: Any], let spec = item["spec"] as? [String: Any],
                let status = item["status"] as? [String: Any], let name = metadata["name"] as? String
            else { return nil }
            return Replica(
                name: name, workload: spec["workload"] as? String ?? "", plane: spec["plane"] as? String ?? "",
                state: status["state"] as? String ?? "", pid: (status["pid"] as? Int).map(Int32.init))
        }
    }

    /// `kill -9` of every replica process of a plane at once.
    func killReplicas(of plane: String) async throws -> Int {
        let pids = try await replicas().filter { $0.plane == plane }.compactMap(\.pid)
        for pid in pids { kill(pid, SIGKILL) }
        return pids.count
    }

    /// Waits until a gateway's port is ready; says what the processes wrote if it never is.
    func ready(port: Int, within seconds: Double = 60) async throws {
        do {
            _ = try await eventually("readiness of port \(port)", within: seconds) {
                for entry in running.suffix(12) {
                    if let status = entry.command.status {
                        throw Unexpected(what: "\(entry.name) ended with \(status): \(entry.command.errors)")
                    }
                }
                return await Client.isReady(port: port) ? true : nil
            }
        } catch {
            let told = running.map { "--- \($0.name)\n\($0.command.output.suffix(1_000))\n\($0.command.errors.suffix(2_000))" }
            throw Unexpected(what: "\(error)\n\(told.joined(separator: "\n"))")
        }
    }

    /// Processes of this fleet that are alive: their command line names the state folder.
    func survivors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
            guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"), !line.isEmpty else { return nil }
            let text = String(decoding: line, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
            return text.contains(state) ? "\(pid) \(text)" : nil
        }
    }

    /// Ends everything, whatever became of the test.
    func end() async {
        for (_, command) in running.reversed() where command.status == nil { command.signal(SIGTERM) }
        for (_, command) in running.reversed() { _ = try? await command.end(within: 20) }
        try? FileManager.default.removeItem(atPath: state)
    }

    /// The first of `count` neighbouring ports that are free now, below the range the system hands out by itself.
    private static func freePorts(_ count: Int) throws -> Int {
        for base in stride(from: 12_000 + Int(getpid()) % 500 * 10, to: 32_000, by: count) {
            if (base..<base + count).allSatisfy(isFree) { return base }
        }
        throw Unexpected(what: "no free ports")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Runs a test body with a fleet and ends the fleet afterwards, also when the body throws.
func withFleet(_ body: (TestFleet) async throws -> Void) async throws {
    let fleet = try TestFleet()
    do {
        try await body(fleet)
    } catch {
        await fleet.end()
        throw error
    }
    await fleet.end()
}
