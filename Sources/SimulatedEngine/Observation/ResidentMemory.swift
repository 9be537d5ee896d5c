import FoundationEssentials

#if canImport(Glibc)
import Glibc
#endif

/// How much memory this process holds.
enum ResidentMemory {
    /// Bytes resident now (second field of `/proc/self/statm`, in pages; proc(5)); nil where the system does not tell.
    static func bytes() -> Int? {
        #if canImport(Glibc)
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let fields = data.split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        #else
        return nil
        #endif
    }
}
