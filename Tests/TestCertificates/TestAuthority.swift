import Foundation

/// A certificate authority of one test, made with the `openssl` command in a temporary folder that goes with it.
package final class TestAuthority: Sendable {
    package struct Failure: Error { package var text: String }

    package let folder: String
    package var certificateFile: String { "\(folder)/ca.crt" }

    package init(_ name: String = "Test Authority") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Without a section for extensions: certificates get those that are asked for, and no others.
        try write("[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=unused\n", to: "openssl.cnf")
        try openssl(
            ["req", "-x509"] + Self.newKey + [
                "-config", "openssl.cnf", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=\(name)", "-days", "2", "-addext",
                "basicConstraints=critical,CA:TRUE",
            ])
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Issues a certificate for these names, the first its subject, and returns the paths of it and its key.
    /// - Parameter subject: of the certificate, in openssl's words; nil: the name is its common name.
    package func issue(
        _ name: String, alternatives: [String] = [], uris: [String] = [], subject: String? = nil, isExpired: Bool = false,
        as file: String? = nil
    ) throws -> (certificate: String, key: String) {
        let file = file ?? name.replacing("*", with: "_")
        let names = ([name] + alternatives).map { "DNS:\($0)" } + uris.map { "URI:\($0)" } + ["IP:127.0.0.1"]
        try openssl(
            ["req", "-new"] + Self.newKey + [
                "-config", "openssl.cnf", "-keyout", "\(file).key.new", "-out", "\(file).csr", "-subj", subject ?? "/CN=\(name)",
            ])
        try write("subjectAltName=\(names.joined(separator: ","))\n", to: "\(file).ext")
        try openssl([
            "x509", "-req", "-in", "\(file).csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-out", "\(file).crt.new", "-days",
            isExpired ? "-1" : "2", "-extfile", "\(file).ext",
        ])
        for kind in ["key", "crt"] { try move("\(file).\(kind).new", to: "\(file).\(kind)") }
        return ("\(folder)/\(file).crt", "\(folder)/\(file).key")
    }

    package func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
    }

    private func move(_ old: String, to new: String) throws {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(new)")
        try FileManager.default.moveItem(atPath: "\(folder)/\(old)", toPath: "\(folder)/\(new)")
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(text: "openssl \(arguments.joined(separator: " "))") }
    }
}
