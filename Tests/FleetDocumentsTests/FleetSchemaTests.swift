import FleetDocuments
import FleetModel
import Foundation
import Testing

@Suite("docs/fleet-files.md")
struct FleetSchemaTests {
    @Test("lists the fields the decoder knows, kind by kind, and no others")
    func fields() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/fleet-files.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for kind in ResourceKind.allCases {
            let section = try #require(text.components(separatedBy: "\n## \(kind.rawValue)\n").dropFirst().first)
                .components(separatedBy: "\n## ")[0]
            #expect(
                Self.documented(in: section) == Self.known(FleetSchema.fields(of: kind), under: "spec.").sorted(),
                "\(kind.rawValue)")
        }
        let metadata = try #require(text.components(separatedBy: "\n## metadata\n").dropFirst().first).components(
            separatedBy: "\n## ")[0]
        #expect(Self.documented(in: metadata) == Self.known(FleetSchema.metadataFields, under: "metadata.").sorted())
    }

    /// The paths of a section's table: `spec.pools[].tier` and `spec.replica.profile.*.rate` without their marks for entries.
    private static func documented(in section: String) -> [String] {
        section.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { return nil }
            return String(line[line.index(line.startIndex, offsetBy: 3)..<end]).replacingOccurrences(of: "[]", with: "")
                .replacingOccurrences(of: ".*", with: "")
        }.sorted()
    }

    /// The paths of fields that hold a value of their own; mappings of fixed fields are named by what is in them.
    private static func known(_ fields: [FieldDescription], under prefix: String) -> [String] {
        var paths: [String] = []
        for field in fields where !field.isRefused {
            if field.fields.isEmpty { paths.append("\(prefix)\(field.name)") }
            paths += known(field.fields, under: "\(prefix)\(field.name).")
        }
        return paths
    }
}
