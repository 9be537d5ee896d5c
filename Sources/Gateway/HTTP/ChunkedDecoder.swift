/// Reads chunked bodies (RFC 9112 section 7.1) as a state machine over bytes, however they are cut.
///
/// Each step names a run of input bytes and what they are. Whoever forwards the body passes `framing` and `data` on as they
/// are and leaves `dropped` out (extensions and trailers); whoever decodes it takes `data` alone.
package struct ChunkedDecoder: Equatable, Sendable {
    package enum Step: Equatable, Sendable {
        /// Sizes and line ends.
        case framing(count: Int)
        case data(count: Int)
        /// Extensions and trailer fields.
        case dropped(count: Int)
        /// The body is complete; nothing of the input behind it was touched.
        case end
        case needsMore
        case invalid
    }

    private enum State: Equatable {
        case sizeStart
        case size
        case blanks
        case extensions
        case sizeLineFeed
        case data
        case dataCarriageReturn, dataLineFeed
        case trailerStart
        case trailerLine, trailerLineFeed
        case lastLineFeed
        case ended
        case failed
    }

    private var state = State.sizeStart
    private var size = 0
    private var digits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0

    package init() {}

    package var isComplete: Bool { state == .ended }

    /// Takes the next run from the front of `bytes`. Call again behind it until `needsMore`, `end` or `invalid`.
    package mutating func next(_ bytes: UnsafeRawBufferPointer) -> Step {
        if state == .ended { return .end }
        if state == .failed { return .invalid }
        guard !bytes.isEmpty else { return .needsMore }
        switch state {
        case .data:
            let count = min(size, bytes.count)
            size &-= count
            if size == 0 { state = .dataCarriageReturn }
            return .data(count: count)
        case .blanks, .extensions: return dropExtensions(bytes)
        case .trailerLine, .trailerLineFeed: return dropTrailer(bytes)
        default: return readFraming(bytes)
        }
    }

    // MARK: Framing

    private mutating func readFraming(_ bytes: UnsafeRawBufferPointer) -> Step {
        var count = 0
        while count < bytes.count {
            guard let consumes = stepFraming(bytes[count]) else {
                state = .failed
                return .invalid
            }
            if !consumes { break }
            count &+= 1
            if state == .data || state == .ended { break }
        }
        // Only a state reached by not consuming (an extension, a trailer) can leave the run empty.
        return count == 0 ? next(bytes) : .framing(count: count)
    }

    /// Whether the byte belongs to the framing run; nil when it fits nowhere.
    @inline(__always)
    private mutating func stepFraming(_ byte: UInt8) -> Bool? {
        switch state {
        case .sizeStart, .size:
            if let value = HTTPByte.hexValue(byte) { return takeDigit(value) ? true : nil }
            guard state == .size else { return nil }
            switch byte {
            case HTTPByte.carriageReturn:
                state = .sizeLineFeed
                return true
            case HTTPByte.semicolon, HTTPByte.space, HTTPByte.tab:
                state = byte == HTTPByte.semicolon ? .extensions : .blanks
                return false
            default: return nil
            }
        case .sizeLineFeed:
            guard byte == HTTPByte.lineFeed else { return nil }
            state = size == 0 ? .trailerStart : .data
            (digits, extensionBytes) = (0, 0)
            return true
        case .dataCarriageReturn: return expect(byte, HTTPByte.carriageReturn, then: .dataLineFeed)
        case .dataLineFeed: return expect(byte, HTTPByte.lineFeed, then: .sizeStart)
        case .trailerStart:
            if byte == HTTPByte.carriageReturn { return expect(byte, HTTPByte.carriageReturn, then: .lastLineFeed) }
            guard HTTPByte.isToken(byte) else { return nil }
            state = .trailerLine
            return false
        case .lastLineFeed: return expect(byte, HTTPByte.lineFeed, then: .ended)
        case .blanks, .extensions, .data, .trailerLine, .trailerLineFeed, .ended, .failed: return false
        }
    }

    private mutating func expect(_ byte: UInt8, _ wanted: UInt8, then following: State) -> Bool? {
        guard byte == wanted else { return nil }
        state = following
        return true
    }

    /// A size has at most 15 digits, so that it can never overflow, leading zeros included.
    private mutating func takeDigit(_ value: UInt8) -> Bool {
        if state == .sizeStart { size = 0 }
        digits &+= 1
        guard digits <= 15 else { return false }
        size = size << 4 | Int(value)
        state = .size
        return true
    }

    // MARK: What is dropped

    private mutating func dropExtensions(_ bytes: UnsafeRawBufferPointer) -> Step {
        var count = 0
        while count < bytes.count {
            let byte = bytes[count]
            if byte == HTTPByte.carriageReturn {
                state = .size
                break
            }
            if state == .blanks, byte == HTTPByte.semicolon { state = .extensions }
            let isBlank = byte == HTTPByte.space || byte == HTTPByte.tab
            extensionBytes &+= 1
            guard HTTPByte.isFieldValue(byte), state == .extensions || isBlank,
                extensionBytes <= HTTPLimits.maximumChunkExtensionBytes
            else {
                state = .failed
                return .invalid
            }
            count &+= 1
        }
        return .dropped(count: count)
    }

    private mutating func dropTrailer(_ bytes: UnsafeRawBufferPointer) -> Step {
        var count = 0
        while count < bytes.count {
            let byte = bytes[count]
            count &+= 1
            trailerBytes &+= 1
            guard trailerBytes <= HTTPLimits.maximumTrailerBytes else {
                state = .failed
                return .invalid
            }
            if state == .trailerLineFeed {
                guard byte == HTTPByte.lineFeed else {
                    state = .failed
                    return .invalid
                }
                state = .trailerStart
                break
            }
            if byte == HTTPByte.carriageReturn {
                state = .trailerLineFeed
            } else if !HTTPByte.isFieldValue(byte) {
                state = .failed
                return .invalid
            }
        }
        return .dropped(count: count)
    }
}
