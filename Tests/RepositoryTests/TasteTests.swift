import Foundation
import Testing

@Suite("Taste")
struct TasteTests {
    private let swift = Repository.files(in: Repository.swiftFolders, ending: [".swift"])

    @Test("no file is longer than 500 lines")
    func fileLength() {
        #expect(swift.count > 100)
        for file in swift {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 501, "\(file.path) has \(lines) lines: split it by role")
        }
    }

    @Test("no file is named for nothing")
    func fileNames() {
        let empty = ["Manager", "Helper", "Helpers", "Utils", "Util", "Common", "Impl", "Misc"]
        for file in swift {
            let name = file.path.split(separator: "/").last!.dropLast(".swift".count)
            #expect(!empty.contains { name.hasSuffix($0) }, "\(file.path)")
        }
    }

    @Test("shipping code holds no unfinished work and no trap on outside input")
    func finished() {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "not yet implemented", "try" + "!", "as" + "! ", "fatal" + "Error("]
        for file in swift where file.path.hasPrefix("Sources/") {
            for word in words { #expect(!file.text.contains(word), "\(file.path) contains \(word)") }
        }
    }

    @Test("tests own time: none sleeps")
    func noSleep() {
        let words = ["Task.sle" + "ep", "usle" + "ep(", "Thread.sle" + "ep", " sle" + "ep("]
        for file in swift where file.path.hasPrefix("Tests/") {
            for word in words { #expect(!file.text.contains(word), "\(file.path) contains \(word)") }
        }
    }
}

@Suite("Documents")
struct DocumentTests {
    private static let pages: [(path: String, text: String)] = {
        let top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].compactMap { name in
            (try? Repository.text(name)).map { (path: name, text: $0) }
        }
        return top + Repository.files(in: ["docs", "examples", "Benchmarks", "Sources"], ending: [".md"])
    }()

    @Test("every relative link leads to a file of the repository")
    func links() throws {
        #expect(Self.pages.count >= 8)
        let link = try Regex(#"\]\(([^)#\s]+)(#[^)]*)?\)"#)
        for page in Self.pages {
            let folder = Repository.root.appending(path: page.path).deletingLastPathComponent()
            for match in page.text.matches(of: link) {
                let target = String(match.output[1].substring ?? "")
                guard !target.contains("://"), !target.hasPrefix("mailto:") else { continue }
                let exists = FileManager.default.fileExists(atPath: folder.appending(path: target).path())
                #expect(exists, "\(page.path) links to \(target), which is not there")
            }
        }
    }

    @Test("the architecture page has a paragraph for every target")
    func architecture() throws {
        let page = try Repository.text("ARCHITECTURE.md")
        let targets = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "Sources").path())
        for target in targets { #expect(page.contains("`\(target)`"), "ARCHITECTURE.md does not speak of \(target)") }
    }

    @Test("every path the architecture page names exists")
    func architecturePaths() throws {
        let page = try Repository.text("ARCHITECTURE.md")
        let path = try Regex(#"`((?:Sources|Tests|docs|examples|scripts|Benchmarks)/[A-Za-z0-9_./-]+)`"#)
        let named = page.matches(of: path).map { String($0.output[1].substring ?? "") }
        #expect(named.count >= 10)
        for name in named {
            #expect(FileManager.default.fileExists(atPath: Repository.root.appending(path: name).path()), "\(name) is not there")
        }
    }
}
