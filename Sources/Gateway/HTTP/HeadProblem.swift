/// Why a head is refused. Every case closes the connection, for what follows cannot be told from more of the same head.
package enum HeadProblem: UInt8, Error, Sendable, CaseIterable {
    case malformedRequestLine, malformedMethod, malformedTarget, unsupportedVersion, http2Preface
    case malformedStatusLine
    case malformedFieldName, spaceBeforeColon, foldedField, forbiddenByte, bareLineFeed
    case missingHost, repeatedHost, malformedHost
    case malformedContentLength, differingContentLengths, lengthAndTransferEncoding, unsupportedTransferEncoding
    case chunkedBeforeHTTP11
    case tooManyFields, tooLong

    /// What is wrong and what would be right, for the one who sent it.
    package var message: String {
        switch self {
        case .malformedRequestLine: "the request line is malformed; it reads METHOD SP TARGET SP HTTP/1.1"
        case .malformedMethod: "the method is malformed; it is a token of at most 32 characters"
        case .malformedTarget:
            "the request target is malformed; it is a path such as /v1/chat/completions without dot segments, fragments or spaces"
        case .unsupportedVersion: "this HTTP version is not served; use HTTP/1.1"
        case .http2Preface: "HTTP/2 is not served on this port; use HTTP/1.1"
        case .malformedStatusLine: "the status line is malformed; it reads HTTP/1.1 SP three digits SP reason"
        case .malformedFieldName: "a header name is malformed; it is a token followed by a colon"
        case .spaceBeforeColon: "a header has white space before its colon; remove it"
        case .foldedField: "a header is folded over several lines; write it in one"
        case .forbiddenByte: "a header holds a control character; only visible characters, space and tab are allowed"
        case .bareLineFeed: "a line ends without a carriage return; lines end with CR LF"
        case .missingHost: "the Host header is missing; HTTP/1.1 requires one"
        case .repeatedHost: "the Host header is repeated; send one"
        case .malformedHost: "the Host header is malformed; it reads host or host:port"
        case .malformedContentLength: "Content-Length is malformed; it is one decimal number"
        case .differingContentLengths: "Content-Length is given twice with different values; send one"
        case .lengthAndTransferEncoding: "Content-Length and Transfer-Encoding are both given; send one"
        case .unsupportedTransferEncoding: "this Transfer-Encoding is not supported; use exactly chunked, or Content-Length"
        case .chunkedBeforeHTTP11: "Transfer-Encoding needs HTTP/1.1"
        case .tooManyFields: "the request has too many headers; send at most \(HTTPLimits.maximumFields)"
        case .tooLong: "the request head is too long; send at most \(HTTPLimits.maximumHeadBytes) bytes"
        }
    }
}
