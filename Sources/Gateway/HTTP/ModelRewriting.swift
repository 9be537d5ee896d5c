package import NIOCore

/// Exchanges the model a body asks for: the top-level `model` of JSON, or the part `model` of a form (RFC 7578), as audio and image
/// requests have it.
package enum ModelRewriting {
    package enum Outcome: Equatable, Sendable {
        case rewritten(ByteBuffer)
        /// The body names no model: nothing in it has to change.
        case unchanged
        /// Which model it names cannot be told for sure, so it must not go elsewhere.
        case impossible
    }

    /// Longest boundary (RFC 2046 section 5.1.1).
    private static let longestBoundary = 70

    /// - Parameters:
    ///   - contentType: the field's value.
    ///   - json: the new model as a JSON string with its quotes.
    ///   - text: the same as plain bytes. Both empty where the workload serves no model by name.
    package static func outcome(
        of body: ByteBuffer, contentType: String, json: [UInt8], text: [UInt8], field: ModelFieldScanner.Field = .model
    ) -> Outcome {
        if body.readableBytes == 0 || text.isEmpty { return .unchanged }
        if contentType.lowercased().hasPrefix("multipart/") {
            guard let boundary = boundary(of: contentType) else { return .impossible }
            return rewritingForm(body, boundary: boundary, text: text)
        }
        switch body.withUnsafeReadableBytes({ valueRange($0, field) }) {
        case .success(let range): return .rewritten(replacing(range, in: body, by: json))
        case .failure(.missingModel): return .unchanged
        case .failure:
            let claimsJSON = contentType.isEmpty || contentType.lowercased().contains("json")
            return claimsJSON ? .impossible : .unchanged
        }
    }

    private static func replacing(_ range: Range<Int>, in body: ByteBuffer, by model: [UInt8]) -> ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(body.readableBytes + model.count)
        body.withUnsafeReadableBytes { raw in
            out.writeBytes(raw[..<range.lowerBound])
            out.writeBytes(model)
            out.writeBytes(raw[range.upperBound...])
        }
        return out
    }

    // MARK: JSON

    /// Where the value of `model` stands, its quotes included.
    private static func valueRange(_ raw: UnsafeRawBufferPointer, _ field: ModelFieldScanner.Field) -> Result<
        Range<Int>, BodyProblem
    > {
        var scanner = ModelFieldScanner()
        scanner.reset(field: field)
        var end = 0
        do throws(BodyProblem) {
            for position in raw.indices {
                try scanner.scan(UnsafeRawBufferPointer(rebasing: raw[position..<position + 1]))
                if end == 0, scanner.hasModel { end = position }
            }
            try scanner.finish()
        } catch {
            return .failure(error)
        }
        // Inside a JSON string a quote has a backslash before it; the one that opens it has none.
        var start = end - 1
        while start > 0, raw[start] != UInt8(ascii: "\"") || raw[start - 1] == UInt8(ascii: "\\") { start -= 1 }
        return .success(start..<end + 1)
    }

    // MARK: Forms

    private static func boundary(of contentType: String) -> [UInt8]? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].drop(while: { $0 == " " || $0 == "\t" }).lowercased() == "boundary" else { continue }
            let value = parts[1].utf8.filter { $0 != UInt8(ascii: "\"") && $0 != HTTPByte.space && $0 != HTTPByte.tab }
            return (1...longestBoundary).contains(value.count) ? value : nil
        }
        return nil
    }

    private static func rewritingForm(_ body: ByteBuffer, boundary: [UInt8], text: [UInt8]) -> Outcome {
        let bytes = Array(body.readableBytesView)
        let delimiter = Array("\r\n--".utf8) + boundary
        guard bytes.starts(with: delimiter.dropFirst(2)) else { return .impossible }
        var position = delimiter.count - 2
        var model: Range<Int>?
        while true {
            if bytes[position...].starts(with: "--".utf8) { break }
            guard bytes[position...].starts(with: "\r\n".utf8), let headEnd = find("\r\n\r\n".utf8, in: bytes, from: position),
                let end = find(delimiter, in: bytes, from: headEnd + 4 - 2)
            else { return .impossible }
            let content = min(headEnd + 4, end)..<end
            if namesModel(bytes[position..<headEnd]) {
                guard model == nil else { return .impossible }
                model = content
            }
            position = end + delimiter.count
        }
        guard let model else { return .unchanged }
        return .rewritten(replacing(model, in: body, by: text))
    }

    /// Whether a part's head says `name="model"` (and not only `filename="model"`).
    private static func namesModel(_ head: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: head, as: UTF8.self).lowercased()
        return [" name=\"model\"", ";name=\"model\"", " name=model", ";name=model"].contains { name in
            guard let range = text.firstRange(of: name) else { return false }
            let next = text[range.upperBound...].first
            return next == nil || next == ";" || next == "\r\n" || next == " "
        }
    }

    private static func find(_ pattern: some Collection<UInt8>, in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        var position = start
        while position <= bytes.count - pattern.count {
            if bytes[position] == first, bytes[position...].starts(with: pattern) { return position }
            position += 1
        }
        return nil
    }
}
