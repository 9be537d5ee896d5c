/// One HTTP/1.1 request as the strictest reader has it: what a replica may get from the gateway. Shares nothing with the gateway's
/// own parser.
struct WellFormedRequest {
    let line: String
    let fields: [(name: String, value: String)]
    let body: String

    /// Nil where any reader could see something else in it.
    init?(_ text: String) {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        let rest = String(text[end.upperBound...])
        let words = lines[0].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1", words[1].hasPrefix("/"), !words[0].isEmpty,
            lines[0].utf8.allSatisfy({ (32...126).contains($0) })
        else { return nil }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), !line.utf8.contains(where: { $0 < 32 && $0 != 9 || $0 == 127 }) else {
                return nil
            }
            let name = line[..<colon].lowercased()
            let isToken =
                !name.isEmpty
                && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95 }
            guard isToken else { return nil }
            fields.append((name, line[line.index(after: colon)...].trimmed))
        }
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
        guard values("host").count == 1, lengths.count + codings.count <= 1 else { return nil }
        if let length = lengths.first {
            guard let count = Int(length), String(count) == length, rest.utf8.count == count else { return nil }
            body = rest
        } else if codings.first == "chunked" {
            guard rest.hasSuffix("0\r\n\r\n") else { return nil }
            body = rest
        } else {
            guard codings.isEmpty, rest.isEmpty else { return nil }
            body = ""
        }
        line = lines[0]
        self.fields = fields
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
