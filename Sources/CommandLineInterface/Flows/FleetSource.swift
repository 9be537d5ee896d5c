/// One file of fleet documents as `-f` named it.
package struct FleetSource: Equatable, Sendable {
    /// As it stands in messages: its path, or `-` for standard input.
    package var name: String
    package var text: String
    /// The absolute folder `./…` in its engine commands starts from.
    package var folder: String

    package init(name: String, text: String, folder: String) {
        self.name = name
        self.text = text
        self.folder = folder
    }
}

/// What the file system tells about `-f`.
package protocol FleetFileAccess {
    /// The names in a folder, in any order; nil where the path is no folder.
    func names(inFolder path: String) throws -> [String]?
    /// A file's content; nil where there is none. Throws beyond the limit, in bytes.
    func content(of path: String, limit: Int) throws -> [UInt8]?
    func standardInput(limit: Int) throws -> [UInt8]
    /// The path from the root.
    func absolute(_ path: String) -> String
}

/// Collects what `-f FILE|DIR|-` names.
package enum FleetSourceCollection {
    /// Bytes of all files together: what the control plane takes in one request.
    package static let totalLimit = 4 << 20
    package static let extensions = ["yaml", "yml", "json"]

    /// The files of every path in the order given, those of a folder sorted by name. A folder's own folders are not entered.
    package static func collect(_ paths: [String], access: some FleetFileAccess) throws(CommandFailure) -> [FleetSource] {
        var sources: [FleetSource] = []
        var left = totalLimit
        for path in paths {
            for source in try sourcesOf(path, left: left, access: access) {
                left -= source.text.utf8.count
                guard left >= 0 else { throw tooLarge(source.name) }
                sources.append(source)
            }
        }
        return sources
    }

    /// The fleet files among a folder's names: hidden ones and other endings are passed over.
    package static func fleetFiles(among names: [String]) -> [String] {
        names.filter { name in
            guard !name.hasPrefix("."), let dot = name.lastIndex(of: ".") else { return false }
            return extensions.contains(name[name.index(after: dot)...].lowercased())
        }.sorted()
    }

    private static func sourcesOf(_ path: String, left: Int, access: some FleetFileAccess) throws(CommandFailure) -> [FleetSource]
    {
        do {
            if path == "-" {
                let bytes = try access.standardInput(limit: left)
                return [try source(bytes, name: "-", folder: access.absolute("."))]
            }
            guard let names = try access.names(inFolder: path) else {
                return [try file(path, folder: folder(of: access.absolute(path)), left: left, access: access)]
            }
            let files = fleetFiles(among: names)
            guard !files.isEmpty else {
                throw CommandFailure(.invalid, "the folder \(path) holds no file that ends in .yaml, .yml or .json")
            }
            let root = path.hasSuffix("/") ? path : path + "/"
            return try files.map { try file(root + $0, folder: access.absolute(path), left: left, access: access) }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.invalid, "\(error)")
        }
    }

    private static func file(_ path: String, folder: String, left: Int, access: some FleetFileAccess) throws -> FleetSource {
        guard let bytes = try access.content(of: path, limit: left) else {
            throw CommandFailure(
                .invalid, "there is no file or folder \(path); -f takes a file, a folder, or - for standard input")
        }
        return try source(bytes, name: path, folder: folder)
    }

    private static func source(_ bytes: [UInt8], name: String, folder: String) throws(CommandFailure) -> FleetSource {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.invalid, "\(name) is not UTF-8 text; fleet files are YAML or JSON in UTF-8")
        }
        return FleetSource(name: name, text: text, folder: folder)
    }

    private static func tooLarge(_ name: String) -> CommandFailure {
        CommandFailure(
            .invalid, "with \(name) the files are larger than \(totalLimit >> 20) MiB together; apply them in several steps")
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
