#if canImport(Glibc)
import Glibc

/// The pages of the executable and its libraries that starting has read, most of them never needed again: reading the arguments
/// and the first snapshot walks through what all parts of the command declare.
///
/// They are the file's own and come back from the system's cache when they are read, so the process holds what serving needs.
package enum StartingPages {
    /// What `/proc/self/smaps` has at most for a process such as this one; of a longer one the rest stays as it is.
    private static let mapBytes = 4 << 20

    /// Gives them back. Does nothing where the system does not say what is mapped.
    package static func giveBack() {
        for range in unwritten(map()) {
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            madvise(start, Int(range.count), MADV_DONTNEED)
        }
    }

    /// Mappings of files that nobody may write to and of which no page was: what a process wrote itself (relocations,
    /// breakpoints) is not in the file and must stay.
    ///
    /// - Parameter map: the text of `/proc/PID/smaps` (proc_pid_smaps(5)): of each mapping its range, rights, offset, device,
    ///   inode and path, and below it figures such as `Anonymous: 0 kB`.
    package static func unwritten(_ map: [UInt8]) -> [Range<UInt>] {
        var found: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in map.split(separator: HTTPByte.lineFeed) {
            let fields = line.split(separator: HTTPByte.space)
            if let range = fields.first.flatMap(range) {
                let isFile = fields.count > 5 && fields[5].first == HTTPByte.slash
                let isReadOnly =
                    fields.count > 1 && (fields[1].elementsEqual("r-xp".utf8) || fields[1].elementsEqual("r--p".utf8))
                candidate = isFile && isReadOnly ? range : nil
            } else if fields.count > 1, fields[0].elementsEqual("Anonymous:".utf8), let range = candidate {
                if fields[1].elementsEqual("0".utf8) { found.append(range) }
                candidate = nil
            }
        }
        return found
    }

    /// `start-end` in hexadecimal.
    private static func range(_ field: ArraySlice<UInt8>) -> Range<UInt>? {
        let ends = field.split(separator: 45, omittingEmptySubsequences: false)
        guard ends.count == 2, let start = TraceContext.number(ends[0]), let end = TraceContext.number(ends[1]), start < end,
            !ends[0].isEmpty
        else { return nil }
        return UInt(start)..<UInt(end)
    }

    private static func map() -> [UInt8] {
        let file = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while text.count < mapBytes {
            let count = read(file, &part, part.count)
            guard count > 0 else { break }
            text += part[..<count]
        }
        return text
    }
}
#endif
