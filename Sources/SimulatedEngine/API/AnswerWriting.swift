import NIOCore

/// One answer in the shape of its API: in one piece, or as events while its tokens come to be.
protocol AnswerWriting: Sendable {
    func whole() -> String
    /// Writes the events of the tokens in `range`; those of the beginning go with the first token.
    func writeTokens(_ range: Range<Int>, to buffer: inout ByteBuffer)
    /// Writes the events behind the last token.
    func writeEnd(to buffer: inout ByteBuffer)
}
