import NIOCore

/// Takes one request's body off the connection's bytes, however they are cut: removes chunk framing, finds the model in it, and
/// gathers what has not been sent on yet.
struct RequestBody {
    /// What is looked for in the body.
    enum Reading {
        case nothing
        /// JSON that must name a model.
        case json(ModelFieldScanner.Field)
        /// A form that must name one.
        case form(boundary: [UInt8])
    }
    enum Progress: Equatable {
        case needsMore
        case complete
    }
    enum Problem: Error, Equatable {
        case malformedChunk
        case tooLarge
        case unreadable(BodyProblem)
    }

    /// Decoded bytes that were not taken yet.
    private(set) var bytes = ByteBuffer()
    private(set) var isComplete = true
    private(set) var scanner = ModelFieldScanner()
    private var form = FormModelScanner()
    private var scans = false
    private(set) var isForm = false
    private var left = 0
    private var isChunked = false
    private var decoder = ChunkedDecoder()
    /// Bytes of the body that were read so far; 0 before its beginning.
    private(set) var total = 0
    private var hasStarted = false
    private(set) var limit = 0

    /// - Parameters:
    ///   - limit: bytes of the whole body.
    mutating func start(_ framing: RequestHead.Framing, reading: Reading, limit: Int) {
        bytes = ByteBuffer()
        (scans, isForm) = (false, false)
        self.limit = limit
        total = 0
        hasStarted = true
        left = 0
        isChunked = false
        isComplete = false
        switch reading {
        case .nothing: break
        case .json(let field):
            scanner.reset(field: field)
            scans = true
        case .form(let boundary):
            form.reset(boundary: boundary)
            (scans, isForm) = (true, true)
        }
        switch framing {
        case .none: isComplete = true
        case .length(let length): left = length
        case .chunked:
            isChunked = true
            decoder = ChunkedDecoder()
        }
    }

    /// The model the body names, as far as it was read.
    var model: [UInt8] { !scans ? [] : isForm ? form.model : scanner.model }
    var hasModel: Bool { scans && (isForm ? form.hasModel : scanner.hasModel) }
    /// The most tokens the request lets its answer have, as far as that was read; nil where the body is not looked into.
    var answerTokens: Int? { scans && !isForm ? scanner.answerTokens : nil }
    /// The body asks for an event stream, as far as it was looked into.
    var asksStream: Bool { scans && !isForm && scanner.asksStream }

    /// The model it names, where that was looked for and found.
    var modelName: [UInt8] { hasStarted ? model : [] }

    mutating func release() {
        bytes = ByteBuffer()
        total = 0
        hasStarted = false
    }

    /// Takes what was gathered.
    mutating func take() -> ByteBuffer {
        let taken = bytes
        bytes = ByteBuffer()
        return taken
    }

    /// Reads from the front of `input`; what is behind the body's end stays there. Complete, it was whole and named a model where that
    /// was asked for.
    mutating func receive(_ input: inout ByteBuffer) throws(Problem) -> Progress {
        if isChunked {
            try receiveChunks(&input)
        } else {
            let count = min(left, input.readableBytes)
            try keep(&input, count: count)
            left -= count
            isComplete = left == 0
        }
        guard isComplete else { return .needsMore }
        try finish()
        return .complete
    }

    private mutating func finish() throws(Problem) {
        guard scans else { return }
        do throws(BodyProblem) {
            if isForm { try form.finish() } else { try scanner.finish() }
        } catch {
            throw .unreadable(error)
        }
    }

    private mutating func receiveChunks(_ input: inout ByteBuffer) throws(Problem) {
        while !isComplete {
            switch input.withUnsafeReadableBytes({ decoder.next($0) }) {
            case .framing(let count), .dropped(let count): input.moveReaderIndex(forwardBy: count)
            case .data(let count): try keep(&input, count: count)
            case .end: isComplete = true
            case .needsMore: return
            case .invalid: throw .malformedChunk
            }
        }
    }

    private mutating func keep(_ input: inout ByteBuffer, count: Int) throws(Problem) {
        guard count > 0, var slice = input.readSlice(length: count) else { return }
        total += count
        guard total <= limit else { throw .tooLarge }
        if scans {
            let scanned: Result<Void, BodyProblem> = slice.withUnsafeReadableBytes { raw in
                do throws(BodyProblem) {
                    return .success(isForm ? try form.scan(raw) : try scanner.scan(raw))
                } catch {
                    return .failure(error)
                }
            }
            if case .failure(let problem) = scanned { throw .unreadable(problem) }
        }
        if bytes.readableBytes == 0 {
            bytes = slice
        } else {
            if bytes.writableBytes < count { bytes.reserveCapacity(minimumWritableBytes: max(count, min(left, 1 << 20))) }
            bytes.writeBuffer(&slice)
        }
    }
}
