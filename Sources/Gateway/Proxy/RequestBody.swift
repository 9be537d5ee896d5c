import NIOCore

/// Takes one request's body off the connection's bytes, however they are cut: removes chunk framing, checks the JSON, and
/// gathers what has not been sent on yet.
struct RequestBody {
    enum Progress: Equatable {
        case needsMore
        case complete
    }
    enum Problem: Error, Equatable {
        case malformedChunk
        case tooLarge
        case json(BodyProblem)
    }

    /// Decoded bytes that were not taken yet.
    private(set) var bytes = ByteBuffer()
    private(set) var isComplete = true
    var scanner = ModelFieldScanner()
    private var scans = false
    private var left = 0
    private var isChunked = false
    private var decoder = ChunkedDecoder()
    /// Bytes of the body that were read so far; 0 before its beginning.
    private(set) var total = 0
    private var hasStarted = false
    private(set) var limit = 0

    /// - Parameters:
    ///   - scans: whether the body is JSON that must name a model.
    ///   - limit: bytes of the whole body.
    mutating func start(_ framing: RequestHead.Framing, scans: Bool, limit: Int) {
        bytes = ByteBuffer()
        self.scans = scans
        self.limit = limit
        total = 0
        hasStarted = true
        left = 0
        isChunked = false
        isComplete = false
        if scans { scanner.reset() }
        switch framing {
        case .none: isComplete = true
        case .length(let length): left = length
        case .chunked:
            isChunked = true
            decoder = ChunkedDecoder()
        }
    }

    /// The most tokens the request lets its answer have, as far as that was read; nil where the body is not looked into.
    var answerTokens: Int? { scans ? scanner.answerTokens : nil }

    /// The model it names, where that was looked for and found.
    var modelName: [UInt8] { scans && hasStarted ? scanner.model : [] }

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

    /// Reads from the front of `input`; what is behind the body's end stays there.
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
        return .complete
    }

    /// The body is complete: it must have been whole JSON with a model, where that was asked for.
    func finish() throws(Problem) {
        guard scans else { return }
        do throws(BodyProblem) { try scanner.finish() } catch { throw .json(error) }
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
                do throws(BodyProblem) { return .success(try scanner.scan(raw)) } catch { return .failure(error) }
            }
            if case .failure(let problem) = scanned { throw .json(problem) }
        }
        if bytes.readableBytes == 0 {
            bytes = slice
        } else {
            if bytes.writableBytes < count { bytes.reserveCapacity(minimumWritableBytes: max(count, min(left, 1 << 20))) }
            bytes.writeBuffer(&slice)
        }
    }
}
