import FleetModel
package import FleetRouting
import NIOCore

/// `x-ratelimit-*` as OpenAI's API writes them: whole numbers, and times such as `120ms`, `8.64s` or `6m0s`.
package struct RateLimitFields: Equatable, Sendable {
    /// Most bytes the fields take: six of them.
    static let maximumBytes = 512

    package var requests: RateMeter.Reading?
    package var tokens: RateMeter.Reading?

    package init(requests: RateMeter.Reading?, tokens: RateMeter.Reading?) {
        self.requests = requests
        self.tokens = tokens
    }

    /// Appends the lines, each with its CRLF. Allocates nothing.
    func write(_ cursor: inout ByteCursor) {
        if let requests {
            Self.write(
                requests, "x-ratelimit-limit-requests: ", "x-ratelimit-remaining-requests: ", "x-ratelimit-reset-requests: ",
                &cursor)
        }
        if let tokens {
            Self.write(
                tokens, "x-ratelimit-limit-tokens: ", "x-ratelimit-remaining-tokens: ", "x-ratelimit-reset-tokens: ", &cursor)
        }
    }

    func write(to out: inout ByteBuffer) {
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.maximumBytes) { memory in
            var cursor = ByteCursor(memory)
            write(&cursor)
            return cursor.count
        }
    }

    private static func write(
        _ reading: RateMeter.Reading, _ limit: StaticString, _ remaining: StaticString, _ reset: StaticString,
        _ cursor: inout ByteCursor
    ) {
        cursor.write(limit)
        cursor.write(decimal: Int(reading.limit))
        cursor.write("\r\n")
        cursor.write(remaining)
        cursor.write(decimal: Int(reading.remaining))
        cursor.write("\r\n")
        cursor.write(reset)
        write(reading.reset, &cursor)
        cursor.write("\r\n")
    }

    /// Below a second in milliseconds, below a minute in seconds and hundredths, else in minutes and seconds; rounded up.
    private static func write(_ duration: Duration, _ cursor: inout ByteCursor) {
        let milliseconds = Int(duration.milliseconds.rounded(.up))
        if milliseconds < 1_000 {
            cursor.write(decimal: milliseconds)
            return cursor.write("ms")
        }
        guard milliseconds < 60_000 else {
            let seconds = (milliseconds + 999) / 1_000
            cursor.write(decimal: seconds / 60)
            cursor.write("m")
            cursor.write(decimal: seconds % 60)
            return cursor.write("s")
        }
        let hundredths = (milliseconds + 9) / 10
        cursor.write(decimal: hundredths / 100)
        if hundredths % 100 > 0 {
            cursor.write(hundredths % 100 < 10 ? ".0" : ".")
            cursor.write(decimal: hundredths % 10 == 0 ? hundredths % 100 / 10 : hundredths % 100)
        }
        cursor.write("s")
    }
}
