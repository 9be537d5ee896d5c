/// Finds the part `model` of a form (RFC 7578), however the body is cut: audio and image requests name their model so.
///
/// Readers of forms disagree about line ends, padding, escapes and repeated parts, and one that saw another `model` than this one
/// would carry a request over the fence. So what two of them could read differently is refused, and so is a second `model`.
package struct FormModelScanner: Sendable {
    private enum State: UInt8 {
        /// A boundary was read: a line end begins a part, two dashes end the form.
        case boundaryEnd
        case head, content
        case done
        case failed
    }

    /// The model's name as sent; empty until its part was read to its end.
    package private(set) var model: [UInt8] = []
    package private(set) var hasModel = false

    /// `--` and the boundary.
    private var delimiter: [UInt8] = []
    private var state = State.content
    /// Bytes of the delimiter read since the line began; -1 away from a line's beginning.
    private var matched = 0
    private var lastByte: UInt8 = 0
    /// The line began behind CR LF, or is the body's first.
    private var beginsInOrder = true
    /// Bytes behind a boundary, or behind the end of the form.
    private var tail: [UInt8] = []
    private var head: [UInt8] = []
    private var parts = 0
    private var readsModel = false
    private var value: [UInt8] = []
    private var failure: BodyProblem?

    package init() {}

    package mutating func reset(boundary: [UInt8]) {
        self = FormModelScanner()
        delimiter = [45, 45] + boundary
    }

    /// Reads the next bytes of the body.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(BodyProblem) {
        if let failure { throw failure }
        do throws(BodyProblem) {
            var position = 0
            while position < bytes.count { try step(bytes, &position) }
        } catch {
            state = .failed
            failure = error
            throw error
        }
    }

    /// The body ended here: the form must be complete, and must have named a model.
    package func finish() throws(BodyProblem) {
        if let failure { throw failure }
        guard state == .done, tail.isEmpty || tail.count == 2 else { throw .malformedForm }
        guard hasModel else { throw .missingModel }
    }

    private mutating func step(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(BodyProblem) {
        switch state {
        case .content: try readContent(bytes, &position)
        case .boundaryEnd: try endBoundary(bytes[position], &position)
        case .head: try readHead(bytes[position], &position)
        case .done:
            // One line end; anything else might be a part to somebody.
            guard tail.count < 2, bytes[position] == (tail.isEmpty ? HTTPByte.carriageReturn : HTTPByte.lineFeed) else {
                throw .malformedForm
            }
            tail.append(bytes[position])
            position += 1
        case .failed: throw .malformedForm
        }
    }

    // MARK: Content

    private mutating func readContent(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(BodyProblem) {
        if matched < 0 {
            let start = position
            while position < bytes.count, bytes[position] != HTTPByte.lineFeed, bytes[position] != HTTPByte.carriageReturn {
                position += 1
            }
            try keep(UnsafeRawBufferPointer(rebasing: bytes[start..<position]))
            guard position < bytes.count else {
                lastByte = bytes[position - 1]
                return
            }
            if position > start { lastByte = bytes[position - 1] }
        }
        let byte = bytes[position]
        if matched >= 0, byte == delimiter[matched] {
            matched += 1
            position += 1
            try keep(byte)
            lastByte = byte
            if matched == delimiter.count { try endPart() }
            return
        }
        // Before the first boundary there is nothing.
        guard parts > 0 else { throw .malformedForm }
        position += 1
        try keep(byte)
        let isLineEnd = byte == HTTPByte.lineFeed || byte == HTTPByte.carriageReturn
        matched = isLineEnd ? 0 : -1
        beginsInOrder = byte == HTTPByte.lineFeed && lastByte == HTTPByte.carriageReturn
        lastByte = byte
    }

    private mutating func endPart() throws(BodyProblem) {
        guard beginsInOrder else { throw .malformedForm }
        if readsModel {
            value.removeLast(delimiter.count + 2)
            guard value.count <= HTTPLimits.maximumModelBytes else { throw .modelTooLong }
            guard !value.isEmpty else { throw .missingModel }
            model = value
            hasModel = true
            readsModel = false
            value = []
        }
        parts += 1
        guard parts <= HTTPLimits.maximumFormParts else { throw .malformedForm }
        tail.removeAll(keepingCapacity: true)
        state = .boundaryEnd
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) throws(BodyProblem) {
        guard readsModel else { return }
        guard value.count + bytes.count <= HTTPLimits.maximumModelBytes + delimiter.count + 2 else { throw .modelTooLong }
        value.append(contentsOf: bytes)
    }

    private mutating func keep(_ byte: UInt8) throws(BodyProblem) {
        guard readsModel else { return }
        guard value.count < HTTPLimits.maximumModelBytes + delimiter.count + 2 else { throw .modelTooLong }
        value.append(byte)
    }

    // MARK: Between parts

    private mutating func endBoundary(_ byte: UInt8, _ position: inout Int) throws(BodyProblem) {
        tail.append(byte)
        position += 1
        guard tail.count == 2 else { return }
        if tail[0] == HTTPByte.carriageReturn, tail[1] == HTTPByte.lineFeed {
            head.removeAll(keepingCapacity: true)
            state = .head
        } else if tail[0] == 45, tail[1] == 45 {
            state = .done
        } else {
            throw .malformedForm
        }
        tail.removeAll(keepingCapacity: true)
    }

    private mutating func readHead(_ byte: UInt8, _ position: inout Int) throws(BodyProblem) {
        head.append(byte)
        position += 1
        guard head.count <= HTTPLimits.maximumFormHeadBytes else { throw .malformedForm }
        guard byte == HTTPByte.lineFeed, head.count >= 4, head.suffix(4).elementsEqual([13, 10, 13, 10]) else { return }
        let kind: Result<FormPartHead, BodyProblem> = head.withUnsafeBytes { raw in
            do throws(BodyProblem) { return .success(try FormPartHead(raw)) } catch { return .failure(error) }
        }
        readsModel = try kind.get().isModel
        guard !readsModel || !hasModel else { throw .repeatedModel }
        value.removeAll(keepingCapacity: true)
        // A boundary right here has no line of its own.
        (state, matched, beginsInOrder, lastByte) = (.content, 0, false, HTTPByte.lineFeed)
    }
}
