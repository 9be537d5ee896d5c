import Glibc

/// The program this process runs.
package enum OwnExecutable {
    /// Its path; where the file was replaced since (a rebuild), the kernel's own link to the image that runs.
    package static let path: String = {
        let link = "/proc/self/exe"
        guard let resolved = realpath(link, nil) else { return link }
        defer { free(resolved) }
        var running = stat()
        var found = stat()
        guard stat(link, &running) == 0, stat(resolved, &found) == 0, running.st_ino == found.st_ino,
            running.st_dev == found.st_dev
        else { return link }
        return String(cString: resolved)
    }()
}
