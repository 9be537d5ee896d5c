import FleetModel
import FleetTransport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The logs of a plane's replicas: one file per run, and only the newest runs are kept.
struct LogFolder: Sendable {
    /// Runs whose logs are kept. With the limit of each, the folder holds at most 1 GiB.
    static let runsKept = 64

    let path: String

    func file(for id: ReplicaID) -> String { "\(path)/\(id.workload)-\(id.incarnation).log" }

    /// Removes the logs of all but the newest runs. Incarnations only grow, so the number in the name is the order.
    func prune() {
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        var runs: [UInt64: [String]] = [:]
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard let end = name.range(ofLog: ".log"), let dash = name[..<end].lastIndex(of: "-"),
                let run = UInt64(name[name.index(after: dash)..<end])
            else { continue }
            runs[run, default: []].append(name)
        }
        for run in runs.keys.sorted().dropLast(Self.runsKept - 1) {
            for name in runs[run] ?? [] { unlink("\(path)/\(name)") }
        }
    }
}

extension String {
    /// Where `.log`, or `.log.1`, begins at the end of a name.
    fileprivate func range(ofLog ending: String) -> String.Index? {
        let base = hasSuffix(ending + ".1") ? dropLast(2) : self[...]
        return base.hasSuffix(ending) ? base.index(base.endIndex, offsetBy: -ending.count) : nil
    }
}
