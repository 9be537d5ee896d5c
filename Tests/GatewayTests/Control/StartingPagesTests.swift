import Gateway
import Testing

#if canImport(Glibc)
@Suite("Pages that only starting needed")
struct StartingPagesTests {
    private static let map = """
        7f0000000000-7f0000010000 r--p 00000000 fe:00 11 /usr/bin/tradewind
        Size:                 64 kB
        Rss:                  64 kB
        Anonymous:             0 kB
        VmFlags: rd mr mw me sd
        7f0000010000-7f0000020000 r-xp 00010000 fe:00 11 /opt/with a space/tradewind (deleted)
        Anonymous:             0 kB
        7f0000020000-7f0000030000 r--p 00020000 fe:00 11 /usr/bin/tradewind
        Anonymous:             4 kB
        7f0000030000-7f0000040000 rw-p 00030000 fe:00 11 /usr/bin/tradewind
        Anonymous:             0 kB
        7f0000040000-7f0000050000 r--s 00000000 fe:00 12 /var/lib/shared
        Anonymous:             0 kB
        7f0000050000-7f0000060000 r--p 00000000 00:00 0\u{20}
        Anonymous:             0 kB
        7fff00000000-7fff00001000 r-xp 00000000 00:00 0                          [vdso]
        Anonymous:             0 kB
        """

    @Test("only what is a file's own is given back: nothing that may be written, was written, or belongs to no file")
    func unwritten() {
        #expect(
            StartingPages.unwritten(Array(Self.map.utf8)) == [
                0x7f00_0000_0000..<0x7f00_0001_0000, 0x7f00_0001_0000..<0x7f00_0002_0000,
            ])
    }

    @Test("a map cut anywhere gives nothing that the whole one does not", arguments: [0, 1, 20, 60, 140, 200, 300])
    func cut(length: Int) {
        let whole = StartingPages.unwritten(Array(Self.map.utf8))
        let part = StartingPages.unwritten(Array(Self.map.utf8.prefix(length)))
        #expect(part.allSatisfy(whole.contains))
    }

    @Test("a process goes on as it was once they are given back")
    func givingBack() {
        StartingPages.giveBack()
        #expect((0..<1_000).map { String($0, radix: 16) }.joined().utf8.count == 2_728)
    }
}
#endif
