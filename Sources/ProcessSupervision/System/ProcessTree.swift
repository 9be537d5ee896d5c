import Glibc

/// A process and everything it started, as far as it is still below it.
package struct ProcessTree: Sendable {
    private let root: pid_t
    /// Trees are walked again until a walk finds nothing new: what is being stopped may still be starting others.
    private static let walkLimit = 8

    package init(root: Int32) { self.root = root }

    /// Stops the whole tree where it is (SIGSTOP), parents before children. Its memory, files and connections stay; to everybody
    /// else it is a machine that has vanished from the network. Returns how many processes were stopped.
    package func freeze() -> Int {
        var stopped: Set<pid_t> = []
        for _ in 0..<Self.walkLimit {
            let found = members().filter { !stopped.contains($0) }
            guard !found.isEmpty else { break }
            for pid in found where kill(pid, SIGSTOP) == 0 { stopped.insert(pid) }
        }
        return stopped.count
    }

    /// Lets the whole tree go on (SIGCONT), children before parents.
    package func thaw() {
        for pid in members().reversed() { kill(pid, SIGCONT) }
    }

    /// Breadth first, the root first; empty once it is gone.
    private func members() -> [pid_t] {
        guard kill(root, 0) == 0 else { return [] }
        var children: [pid_t: [pid_t]] = [:]
        for (pid, parent) in Descendants.parents() { children[parent, default: []].append(pid) }
        var found = [root]
        var next = 0
        while next < found.count {
            found += (children[found[next]] ?? []).filter { !found.contains($0) }
            next += 1
        }
        return found
    }
}
