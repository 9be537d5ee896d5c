/// Finds what an answer says of its own use of tokens, while it passes, however it is cut.
///
/// Looks for a member `"usage"` whose value is an object, in JSON bodies and in events alike, and reads the token counts directly in it:
/// OpenAI's `prompt_tokens` and `completion_tokens`, `input_tokens` and `output_tokens` of Anthropic and of OpenAI's responses. Anthropic
/// leaves what its cache read or wrote out of `input_tokens` and counts it beside them; it is added here. Text cannot
/// pass for it: inside a JSON string every quote stands behind a backslash, so no string ends in `usage"` followed by a colon. The largest
/// value of each count holds, since streams repeat them growing. Where a stream says nothing its events are counted.
package struct UsageScanner: Equatable, Sendable {
    private enum State: UInt8 {
        case text
        /// Inside `"usage"`, `matched` bytes of it read.
        case name
        case colon, value
        case object, key, member, number
        case string, escape
    }

    /// All tokens of the prompt, cached ones too.
    package var input: Int64 { plainInput + cacheRead + cacheWritten }
    package private(set) var output: Int64 = 0
    package private(set) var hasUsage = false
    /// Events of a stream that carry something: lines that begin `data:`, the final `[DONE]` left out.
    package private(set) var events = 0

    private var plainInput: Int64 = 0
    private var cacheRead: Int64 = 0
    private var cacheWritten: Int64 = 0
    private var state = State.text
    private var matched = 0
    private var depth = 0
    private var keyHash: UInt64 = 0
    private var count: Int64 = 0
    /// Bytes of `data:` matched at the beginning of a line; -1 elsewhere.
    private var lineMatched = 0

    package init() {}

    package mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { step(byte) }
    }

    /// More than any answer has; what a hostile replica says beyond it cannot overflow a cost.
    private static let largestCount: Int64 = 1 << 30
    private static let name = Array("\"usage\"".utf8)
    private static let line = Array("data:".utf8)
    private static let inputKeys = ["prompt_tokens", "input_tokens"].map(hash)
    private static let cacheReadKey = hash("cache_read_input_tokens")
    private static let cacheWrittenKey = hash("cache_creation_input_tokens")
    private static let outputKeys = ["completion_tokens", "output_tokens"].map(hash)

    /// FNV-1a.
    private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static func mixed(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    private static func hash(_ text: String) -> UInt64 { text.utf8.reduce(basis, mixed) }

    private mutating func step(_ byte: UInt8) {
        countLine(byte)
        switch state {
        case .text: if byte == 34 { begin() }
        case .name: match(byte)
        case .colon: if byte == 58 { state = .value } else if !Self.isSpace(byte) { again(byte) }
        case .value:
            if byte == 123 {
                state = .object
                depth = 1
                keyHash = 0
            } else if !Self.isSpace(byte) {
                again(byte)
            }
        case .object, .key, .member, .number, .string, .escape: read(byte)
        }
    }

    private mutating func begin() {
        state = .name
        matched = 1
    }

    private mutating func again(_ byte: UInt8) {
        state = .text
        if byte == 34 { begin() }
    }

    private mutating func match(_ byte: UInt8) {
        guard byte == Self.name[matched] else { return again(byte) }
        matched += 1
        if matched == Self.name.count { state = .colon }
    }

    // MARK: Inside the object

    private mutating func read(_ byte: UInt8) {
        switch state {
        case .key:
            if byte == 34 { state = .member } else { keyHash = Self.mixed(keyHash, byte) }
        case .string: state = byte == 92 ? .escape : byte == 34 ? .object : .string
        case .escape: state = .string
        case .number where byte >= 48 && byte <= 57: count = min(count * 10 + Int64(byte - 48), Self.largestCount)
        case .number:
            take()
            state = .object
            structure(byte)
        default: structure(byte)
        }
    }

    private mutating func structure(_ byte: UInt8) {
        switch byte {
        case 34:
            // Behind a colon a string is a value; elsewhere a key of this level.
            if state == .member || depth > 1 {
                state = .string
            } else {
                state = .key
                keyHash = Self.basis
            }
        case 123, 91:
            depth += 1
            state = .object
        case 125, 93:
            depth -= 1
            state = depth == 0 ? .text : .object
        case 44: state = .object
        case 48...57 where state == .member && depth == 1:
            count = Int64(byte - 48)
            state = .number
        default: break
        }
    }

    private mutating func take() {
        if Self.inputKeys.contains(keyHash) {
            plainInput = max(plainInput, count)
            hasUsage = true
        } else if Self.outputKeys.contains(keyHash) {
            output = max(output, count)
            hasUsage = true
        } else if keyHash == Self.cacheReadKey {
            cacheRead = max(cacheRead, count)
        } else if keyHash == Self.cacheWrittenKey {
            cacheWritten = max(cacheWritten, count)
        }
    }

    // MARK: Events

    private mutating func countLine(_ byte: UInt8) {
        if byte == 10 {
            lineMatched = 0
        } else if lineMatched >= 0 {
            if lineMatched < Self.line.count {
                lineMatched = byte == Self.line[lineMatched] ? lineMatched + 1 : -1
            } else if byte != 32 {
                if byte != 91 { events += 1 }
                lineMatched = -1
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 10 || byte == 13 || byte == 9 }
}
