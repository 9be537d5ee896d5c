/// Finds the top-level `model` and `stream` of a JSON body without decoding the rest, however the body is cut.
///
/// The whole body is checked against RFC 8259, because readers disagree about what is not JSON, and a reader that saw another
/// `model` than this one would carry a request over the fence. So a second top-level `model` (also one that differs in letters'
/// case: Go's decoder takes it for the same) is refused rather than the first or the last one believed.
package struct ModelFieldScanner: Sendable {
    private enum State: UInt8 {
        case start
        case value, arrayFirst
        case objectFirst, objectKey, colon
        case afterValue
        case string
        case number, literal
        case done
        case failed
    }

    private enum Key: UInt8 { case other, model, stream, answerTokens, instructions }

    /// The top-level field that names the model.
    package enum Field: Sendable {
        /// `model`, as OpenAI's and Anthropic's APIs have it.
        case model
        /// `model_id`, as `POST /predict` has it.
        case modelID

        fileprivate var name: StaticString {
            switch self {
            case .model: "model"
            case .modelID: "model_id"
            }
        }
    }

    /// Offset in the body behind the first top-level key that brings the prompt; nil until one was found.
    package private(set) var promptStart: Int?
    /// Where the value of `system` or `instructions` stands that came behind the prompt, although engines read it first; nil where
    /// there is none.
    package private(set) var lateInstructions: Range<Int>?
    /// The decoded bytes of the model's name; empty until it was found.
    package private(set) var model: [UInt8] = []
    package private(set) var hasModel = false
    /// The value of `stream`; the last one where it is repeated, for it decides nothing about where a request may go.
    package private(set) var asksStream = false
    /// The most tokens the request lets the answer have: `max_tokens`, `max_completion_tokens` or `max_output_tokens`, the largest where it
    /// says several; nil where it says none as a whole number.
    package private(set) var answerTokens: Int?

    private var field = Field.model
    private var state = State.start
    private var depth = 0
    /// One bit per open level: 1 for an object.
    private var levels: (UInt64, UInt64) = (0, 0)
    private var text = JSONTextReader()
    private var isKey = false
    private var key = Key.other
    private var number = JSONNumberReader()
    private var literal = JSONLiteralReader()
    /// Digits of a number being read that is counted; nil in any other number.
    private var digits: Int?
    private var failure: BodyProblem?
    private var scanned = 0

    /// Of chat, Anthropic's messages, completions, and responses and embeddings: what stands before them separates no prompts.
    private static let promptKeys: [StaticString] = ["messages", "system", "prompt", "instructions", "input"]

    package init() { model.reserveCapacity(64) }

    package mutating func reset(field: Field = .model) {
        self.field = field
        model.removeAll(keepingCapacity: true)
        text.reset()
        hasModel = false
        asksStream = false
        answerTokens = nil
        digits = nil
        state = .start
        depth = 0
        levels = (0, 0)
        isKey = false
        key = .other
        failure = nil
        promptStart = nil
        lateInstructions = nil
        scanned = 0
    }

    /// Reads the next bytes of the body.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) throws(BodyProblem) {
        if let failure { throw failure }
        do {
            var position = 0
            while position < bytes.count { try step(bytes, &position) }
            scanned += bytes.count
        } catch {
            state = .failed
            failure = error
            throw error
        }
    }

    /// The body ended here: it must be complete, and must have named a model.
    package func finish() throws(BodyProblem) {
        if let failure { throw failure }
        guard state == .done else { throw state == .start ? .notAnObject : .malformed }
        guard hasModel else { throw .missingModel }
    }

    // MARK: Structure

    @inline(__always)
    private mutating func step(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) throws(BodyProblem) {
        if state == .string {
            if try text.read(bytes, &position) { try endText(at: scanned &+ position) }
            return
        }
        let byte = bytes[position]
        if state == .number {
            if try number.accept(byte) {
                if let read = digits {
                    digits = HTTPByte.isDigit(byte) && read < 1_000_000_000 ? read * 10 + Int(byte - 48) : nil
                }
                position &+= 1
                return
            }
            endNumber()
        }
        position &+= 1
        if state == .literal {
            if try literal.accept(byte) { endLiteral() }
            return
        }
        if byte == 32 || byte == 10 || byte == 13 || byte == 9 { return }
        try structure(byte, endingAt: scanned &+ position)
    }

    private mutating func structure(_ byte: UInt8, endingAt offset: Int) throws(BodyProblem) {
        switch state {
        case .start:
            guard byte == 123 else { throw .notAnObject }
            try open(isObject: true)
        case .value: try startValue(byte)
        case .arrayFirst:
            if byte == 93 {
                try close(isObject: false)
                if key == .instructions { endInstructions(at: offset) }
            } else {
                try startValue(byte)
            }
        case .objectFirst:
            if byte == 125 { try close(isObject: true) } else { try startKey(byte) }
        case .objectKey: try startKey(byte)
        case .colon:
            guard byte == 58 else { throw .malformed }
            state = .value
        case .afterValue:
            switch byte {
            case 44: state = isInObject ? .objectKey : .value
            case 125, 93:
                try close(isObject: byte == 125)
                if key == .instructions { endInstructions(at: offset) }
            default: throw .malformed
            }
        case .done, .failed, .string, .number, .literal: throw .malformed
        }
    }

    private mutating func startKey(_ byte: UInt8) throws(BodyProblem) {
        guard byte == 34 else { throw .malformed }
        isKey = true
        state = .string
        text.start(capturing: depth == 1)
    }

    private mutating func startValue(_ byte: UInt8) throws(BodyProblem) {
        let isModel = depth == 1 && key == .model
        guard byte == 34 || !isModel else { throw .modelNotText }
        switch byte {
        case 34:
            isKey = false
            state = .string
            text.start(capturing: isModel)
        case 123: try open(isObject: true)
        case 91: try open(isObject: false)
        case 116, 102, 110:
            literal.start(byte)
            state = .literal
        case 45, 48...57:
            number.start(byte)
            digits = depth == 1 && key == .answerTokens && byte != 45 ? Int(byte - 48) : nil
            state = .number
        default: throw .malformed
        }
    }

    private mutating func endText(at offset: Int) throws(BodyProblem) {
        if isKey {
            state = .colon
            if depth == 1 { try endKey(at: offset) }
            return
        }
        state = .afterValue
        if key == .instructions { endInstructions(at: offset) }
        guard depth == 1, key == .model else { return }
        guard !text.hasOverflowed else { throw .modelTooLong }
        guard !text.captured.isEmpty else { throw .missingModel }
        model.append(contentsOf: text.captured)
        hasModel = true
        key = .other
    }

    private mutating func endKey(at offset: Int) throws(BodyProblem) {
        key = .other
        guard !text.hasOverflowed else { return }
        let name = field.name
        let isModel = text.captured.withUnsafeBytes { bytes in bytes.spells(name, at: 0, count: bytes.count) }
        if isModel {
            guard !hasModel else { throw .repeatedModel }
            guard text.captured.allSatisfy({ $0 >= 95 }) else { throw .misspeltModel }
            key = .model
        } else if text.captured.count == 6, text.captured.elementsEqual("stream".utf8) {
            key = .stream
        } else if Self.namesAnswerTokens(text.captured) {
            key = .answerTokens
        } else if isPromptKey {
            if promptStart == nil {
                promptStart = offset
            } else if isInstructionsKey, lateInstructions == nil {
                lateInstructions = offset..<offset
                key = .instructions
            }
        }
    }

    private var isPromptKey: Bool {
        text.captured.withUnsafeBytes { bytes in
            Self.promptKeys.contains { key in
                bytes.count == key.utf8CodeUnitCount
                    && bytes.elementsEqual(UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
            }
        }
    }

    private var isInstructionsKey: Bool {
        text.captured.elementsEqual("system".utf8) || text.captured.elementsEqual("instructions".utf8)
    }

    /// The value of `system` or `instructions` ended.
    private mutating func endInstructions(at offset: Int) {
        guard depth == 1, key == .instructions, let start = lateInstructions?.lowerBound else { return }
        lateInstructions = start..<max(start, offset)
        key = .other
    }

    private static func namesAnswerTokens(_ name: [UInt8]) -> Bool {
        guard name.count >= 10, name[0] == 109, name[1] == 97, name[2] == 120, name[3] == 95 else { return false }
        return switch name.count {
        case 10: name.elementsEqual("max_tokens".utf8)
        case 17: name.elementsEqual("max_output_tokens".utf8)
        case 21: name.elementsEqual("max_completion_tokens".utf8)
        default: false
        }
    }

    private mutating func endNumber() {
        state = .afterValue
        if let digits { answerTokens = max(answerTokens ?? 0, digits) }
        digits = nil
    }

    private mutating func endLiteral() {
        state = .afterValue
        if depth == 1, key == .stream {
            asksStream = literal.isTrue
            key = .other
        }
    }

    // MARK: Levels

    private var isInObject: Bool {
        let index = depth - 1
        return index < 64 ? (levels.0 >> UInt64(index)) & 1 == 1 : (levels.1 >> UInt64(index - 64)) & 1 == 1
    }

    private mutating func open(isObject: Bool) throws(BodyProblem) {
        guard depth < HTTPLimits.maximumJSONDepth else { throw .tooDeep }
        let bit: UInt64 = 1 << UInt64(depth & 63)
        if depth < 64 {
            levels.0 = isObject ? levels.0 | bit : levels.0 & ~bit
        } else {
            levels.1 = isObject ? levels.1 | bit : levels.1 & ~bit
        }
        depth += 1
        state = isObject ? .objectFirst : .arrayFirst
    }

    private mutating func close(isObject: Bool) throws(BodyProblem) {
        guard depth > 0, isInObject == isObject else { throw .malformed }
        depth -= 1
        state = depth == 0 ? .done : .afterValue
    }
}
