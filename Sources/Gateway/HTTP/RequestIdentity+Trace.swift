/// The request's id and place in a trace, read from the lines that say them.
extension RequestIdentity {
    private static let nameBytes = "x-request-id: ".utf8.count
    /// From the beginning of the second line to the trace's id, the span's id and the flags.
    private static let traceOffset = "traceparent: 00-".utf8.count
    private static let spanOffset = traceOffset + 33
    private static let flagsOffset = spanOffset + 17

    /// 1 to 128 visible ASCII characters; empty before the first request.
    package var requestID: ArraySlice<UInt8> {
        lines[Self.idRange(requestLineCount: requestLineCount)]
    }

    /// Where the request's id stands among ``lines``.
    static func idRange(requestLineCount: Int) -> Range<Int> {
        requestLineCount > nameBytes + 2 ? nameBytes..<requestLineCount - 2 : 0..<0
    }

    /// The trace's id as 32 hexadecimal digits; empty before the first request.
    package var traceID: ArraySlice<UInt8> { part(Self.traceOffset, 32) }

    /// Reads where the request stands in its trace. ``TraceContext/span`` is the caller's to choose.
    package var context: TraceContext {
        var context = TraceContext()
        context.high = TraceContext.number(part(Self.traceOffset, 16)) ?? 0
        context.low = TraceContext.number(part(Self.traceOffset + 16, 16)) ?? 0
        context.flags = UInt8(truncatingIfNeeded: TraceContext.number(part(Self.flagsOffset, 2)) ?? 0)
        if continuesTrace { context.parent = TraceContext.number(part(Self.spanOffset, 16)) ?? 0 }
        return context
    }

    /// Says another span and other flags to whoever is asked next.
    package mutating func tell(span: UInt64, flags: UInt8) {
        replace(at: Self.spanOffset, TraceContext.digits(span))
        replace(at: Self.flagsOffset, TraceContext.digits(UInt64(flags)).suffix(2))
    }

    private func part(_ offset: Int, _ count: Int) -> ArraySlice<UInt8> {
        let start = requestLineCount + offset
        return start + count <= lines.count ? lines[start..<start + count] : []
    }
}
