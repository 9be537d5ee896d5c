package import NIOCore

/// Reads one upstream response as a state machine over bytes, however they are cut: interim responses are skipped, the head is
/// kept, and the body's bytes pile up in ``body`` until they are taken.
package struct ResponseReader {
    package enum Problem: Error, Equatable {
        case head(HeadProblem)
        case malformedChunk
        case tooManyInterimResponses
        /// An upgrade nobody asked for.
        case switchedProtocols
    }

    private enum State: Equatable {
        case head
        case length(left: Int)
        case chunked
        case untilClose
        case complete
    }

    /// The final response's head; nil until it is complete.
    package private(set) var head: ResponseHead?
    /// The bytes ``head`` and ``table`` were read from.
    package private(set) var headBytes = ByteBuffer()
    package private(set) var table = HeaderTable()
    /// Body bytes not yet taken: as the upstream framed them, or the bare data where ``decodesChunks``.
    package private(set) var body = ByteBuffer()
    /// Some byte of the body's data has arrived.
    package private(set) var hasData = false
    /// Any byte of a response, also an interim one.
    package private(set) var hasStarted = false
    /// Bytes followed the complete response: the connection cannot be used again.
    package private(set) var hasExcess = false

    /// What the body said of its use of tokens, where that was asked for.
    package private(set) var usage = UsageScanner()

    private var state = State.head
    private var headEnd = HeadEnd()
    private var pending = ByteBuffer()
    private var decoder = ChunkedDecoder()
    private var interimCount = 0
    private var isHeadRequest = false
    private var decodesChunks = false
    private(set) var scansUsage = false
    private var acceptsUpgrade = false
    /// The upstream changed to WebSocket: what follows its head are bytes of that, until the connection ends.
    package private(set) var isUpgraded = false

    package init() {}

    package var isComplete: Bool { state == .complete }
    /// Body bytes not yet taken.
    package var heldBytes: Int { body.readableBytes }
    /// The response was read to its end, and the connection may carry another.
    package var isReusable: Bool { state == .complete && !hasExcess && head?.keepsAlive == true }

    /// Makes ready for the next response. `decodesChunks` leaves out chunk framing, for a client of HTTP/1.0; `scansUsage` reads
    /// ``usage``; `acceptsUpgrade` lets the upstream change to WebSocket.
    package mutating func start(
        isHeadRequest: Bool, decodesChunks: Bool, scansUsage: Bool = false, acceptsUpgrade: Bool = false
    ) {
        self.acceptsUpgrade = acceptsUpgrade
        isUpgraded = false
        self.scansUsage = scansUsage
        usage = UsageScanner()
        self.isHeadRequest = isHeadRequest
        self.decodesChunks = decodesChunks
        head = nil
        releaseBuffers()
        hasData = false
        hasStarted = false
        hasExcess = false
        state = .head
        headEnd.reset()
        decoder = ChunkedDecoder()
        interimCount = 0
    }

    /// Lets go of all buffers: an idle connection holds none.
    package mutating func releaseBuffers() {
        headBytes = ByteBuffer()
        body = ByteBuffer()
        pending = ByteBuffer()
    }

    /// Takes the body bytes that arrived so far.
    package mutating func takeBody() -> ByteBuffer {
        let taken = body
        body = ByteBuffer()
        return taken
    }

    /// Reads the next bytes of the connection.
    package mutating func receive(_ input: ByteBuffer) throws(Problem) {
        var input = input
        hasStarted = hasStarted || input.readableBytes > 0
        if state == .head { try receiveHead(&input) }
        guard state != .head else { return }
        try receiveBody(&input)
        if state == .complete, input.readableBytes > 0 { hasExcess = true }
    }

    /// The connection ended. True when that completes the response.
    package mutating func receiveEnd() -> Bool {
        if state == .untilClose { state = .complete }
        return state == .complete
    }

    // MARK: Head

    private mutating func receiveHead(_ input: inout ByteBuffer) throws(Problem) {
        if pending.readableBytes > 0 {
            pending.writeBuffer(&input)
            input = pending
            pending = ByteBuffer()
        }
        while state == .head {
            switch input.withUnsafeReadableBytes({ headEnd.search($0) }) {
            case .needsMore:
                pending = input
                return
            case .bareLineFeed: throw .head(.bareLineFeed)
            case .tooLong: throw .head(.tooLong)
            case .found(let count): try takeHead(&input, count: count)
            }
        }
    }

    private mutating func takeHead(_ input: inout ByteBuffer, count: Int) throws(Problem) {
        let bytes = input.readSlice(length: count) ?? ByteBuffer()
        let parsed = parseHead(bytes)
        switch parsed {
        case .failure(let problem): throw .head(problem)
        case .success(let parsed):
            guard parsed.status != 101 else { return try takeUpgrade(parsed, bytes) }
            if parsed.isInterim {
                interimCount += 1
                guard interimCount <= HTTPLimits.maximumInterimResponses else { throw .tooManyInterimResponses }
                headEnd.reset()
                return
            }
            head = parsed
            headBytes = bytes
            state =
                switch parsed.framing {
                case .none: .complete
                case .length(let length): .length(left: length)
                case .chunked: .chunked
                case .untilClose: .untilClose
                }
        }
    }

    private mutating func takeUpgrade(_ parsed: ResponseHead, _ bytes: ByteBuffer) throws(Problem) {
        let isWebSocket = bytes.withUnsafeReadableBytes { raw in
            table.fields.contains {
                $0.kind == .upgrade && raw.spells("websocket", at: $0.value.lowerBound, count: $0.value.count)
            }
        }
        guard acceptsUpgrade, isWebSocket else { throw .switchedProtocols }
        head = parsed
        headBytes = bytes
        isUpgraded = true
        state = .untilClose
    }

    private mutating func parseHead(_ bytes: ByteBuffer) -> Result<ResponseHead, HeadProblem> {
        let isHeadRequest = isHeadRequest
        return bytes.withUnsafeReadableBytes { raw in
            do throws(HeadProblem) {
                return .success(try ResponseHeadParser.parse(raw, isHeadRequest: isHeadRequest, table: &table))
            } catch {
                return .failure(error)
            }
        }
    }

    // MARK: Body

    private mutating func receiveBody(_ input: inout ByteBuffer) throws(Problem) {
        switch state {
        case .head, .complete: return
        case .length(let left):
            let count = min(left, input.readableBytes)
            keep(&input, count: count)
            state = left == count ? .complete : .length(left: left - count)
        case .untilClose: keep(&input, count: input.readableBytes)
        case .chunked: try receiveChunks(&input)
        }
    }

    /// Keeps runs of framing and data as they came, in one piece where nothing between them is dropped.
    private mutating func receiveChunks(_ input: inout ByteBuffer) throws(Problem) {
        var run = 0
        var position = 0
        while true {
            let step = input.withUnsafeReadableBytes { decoder.next(UnsafeRawBufferPointer(rebasing: $0[position...])) }
            switch step {
            case .framing(let count) where !decodesChunks:
                run += count
                position += count
            case .framing(let count), .dropped(let count):
                if run > 0 {
                    keepRun(&input, count: run)
                    position = 0
                    run = 0
                }
                input.moveReaderIndex(forwardBy: count)
            case .data(let count):
                hasData = true
                if scansUsage { scanUsage(input, at: position, count: count) }
                run += count
                position += count
            case .needsMore:
                keepRun(&input, count: run)
                return
            case .end:
                keepRun(&input, count: run)
                state = .complete
                return
            case .invalid: throw .malformedChunk
            }
        }
    }

    private mutating func keep(_ input: inout ByteBuffer, count: Int) {
        guard count > 0 else { return }
        hasData = true
        if scansUsage { scanUsage(input, at: 0, count: count) }
        keepRun(&input, count: count)
    }

    private mutating func scanUsage(_ input: ByteBuffer, at offset: Int, count: Int) {
        input.withUnsafeReadableBytes { usage.scan(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
    }

    private mutating func keepRun(_ input: inout ByteBuffer, count: Int) {
        guard count > 0, var slice = input.readSlice(length: count) else { return }
        if body.readableBytes == 0 { body = slice } else { body.writeBuffer(&slice) }
    }
}
