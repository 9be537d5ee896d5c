import FleetModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Which programs a plane's operator lets command engines run. An assignment comes over the network: without this list
/// whoever controls the control plane controls every machine.
package struct CommandAllowance: Sendable {
    private let allowed: [String]
    private let searchPath: String

    /// - Parameters:
    ///   - allowed: names or paths, as given by `--allow-command`.
    ///   - searchPath: the PATH to look names up in.
    package init(allowed: [String], searchPath: String) {
        self.allowed = allowed
        self.searchPath = searchPath
    }

    package struct Refusal: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// The absolute path to run for a command's first element.
    package func resolve(_ program: String) throws(Refusal) -> String {
        guard !program.isEmpty, !program.utf8.contains(0) else { throw Refusal(description: "the engine's command is empty") }
        let path = locate(program)
        guard allowed.contains(where: { $0 == program || $0 == path }) else {
            throw Refusal(
                description:
                    "this plane does not allow the program \(program); start it with --allow-command \(program) to allow it")
        }
        guard let path else { throw Refusal(description: "no program \(program) is found on this plane") }
        return path
    }

    /// The file a name stands for, symbolic links kept: `python3` of a virtual environment finds its own modules by them.
    private func locate(_ program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
            let path = "\(folder)/\(program)"
            var entry = stat()
            if stat(path, &entry) == 0, entry.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 { return path }
        }
        return nil
    }
}
