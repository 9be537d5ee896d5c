import Foundation

/// The checked-out tree these tests look at, found from this file's own path.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Files below the named folders whose names end so, as (path from the root, text), sorted by path.
    static func files(in folders: [String], ending suffixes: [String]) -> [(path: String, text: String)] {
        folders.flatMap { folder -> [(String, String)] in
            let base = root.appending(path: folder)
            guard let walk = FileManager.default.enumerator(atPath: base.path()) else { return [] }
            return walk.compactMap { $0 as? String }.filter { name in
                suffixes.contains { name.hasSuffix($0) } && !name.contains(".build")
            }.compactMap { name in
                (try? String(contentsOf: base.appending(path: name), encoding: .utf8)).map { ("\(folder)/\(name)", $0) }
            }
        }.sorted { $0.0 < $1.0 }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static let swiftFolders = ["Sources", "Tests", "Benchmarks"]
}
