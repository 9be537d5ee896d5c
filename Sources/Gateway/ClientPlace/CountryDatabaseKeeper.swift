import FleetTransport
package import Logging
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Keeps the workers' database of places the one on disk: reads it when the snapshot names one and whenever the file changed.
///
/// A file that cannot be read or is no database changes nothing: the last good one goes on. Before the first, addresses have no
/// place that anybody knows.
package struct CountryDatabaseKeeper: Sendable {
    /// How often the file is looked at.
    static let interval = Duration.seconds(2)

    /// What tells a file from the one read last.
    private struct Signature: Equatable, Sendable {
        var path: String
        var device: UInt64
        var inode: UInt64
        var size: Int64
        var modifiedSeconds: Int64
        var modifiedNanoseconds: Int64
    }

    private let workers: [WorkerHandle]
    private let path: @Sendable () -> String?
    private let logger: Logger
    private var seen: Signature?
    private var problem: String?

    /// - Parameter path: of the file the snapshot in force names; nil where it names none.
    package init(workers: [WorkerHandle], logger: Logger, path: @escaping @Sendable () -> String?) {
        self.workers = workers
        self.logger = logger
        self.path = path
    }

    /// Looks at the file until the task is cancelled.
    package mutating func run() async {
        while !Task.isCancelled {
            await look()
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Looks at the file once; every worker has the database when this returns.
    package mutating func look() async {
        guard let path = path() else {
            if seen != nil { await hand(nil) }
            (seen, problem) = (nil, nil)
            return
        }
        guard let signature = Self.signature(path) else { return complain("there is no file \(path)") }
        guard signature != seen else { return }
        do {
            let database = try await NIOSingletons.posixBlockingThreadPool.runIfActive {
                guard let bytes = try PrivateFile.read(path, limit: CountryDatabase.maximumBytes) else { throw Missing() }
                return try CountryDatabase(bytes)
            }
            await hand(database)
            logger.info("places of clients are looked up in \(path)", metadata: ["built": "\(database.buildEpoch)"])
            problem = nil
        } catch {
            complain("\(path) is not used: \(error)")
        }
        // Noted even where it is no good: it is read again once it changed.
        seen = signature
    }

    private struct Missing: Error, CustomStringConvertible {
        var description: String { "it is gone" }
    }

    private mutating func complain(_ text: String) {
        if problem != text { logger.warning("no places of clients: \(text)") }
        problem = text
    }

    private func hand(_ database: CountryDatabase?) async {
        for worker in workers { try? await worker.submit { $0.use(database) }.get() }
    }

    private static func signature(_ path: String) -> Signature? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        #if canImport(Glibc)
        let modified = found.st_mtim
        #else
        let modified = found.st_mtimespec
        #endif
        return Signature(
            path: path, device: UInt64(truncatingIfNeeded: found.st_dev), inode: UInt64(truncatingIfNeeded: found.st_ino),
            size: Int64(found.st_size), modifiedSeconds: Int64(modified.tv_sec), modifiedNanoseconds: Int64(modified.tv_nsec))
    }
}

extension GatewayWorker {
    /// Looks places of clients up here from now on.
    package func use(_ database: CountryDatabase?) {
        countries = database
        counters.countryDatabaseBuilt = database?.buildEpoch ?? 0
    }
}
