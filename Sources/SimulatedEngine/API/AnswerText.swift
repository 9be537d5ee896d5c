import Hummingbird
import NIOCore

/// The JSON and the server-sent events of one answer. What is the same in every chunk is made once.
struct AnswerText: AnswerWriting {
    private let request: GenerationRequest
    private let words: WordSource
    private let outputTokens: Int
    /// `"id":…,"object":…,"created":…,"model":…,"system_fingerprint":…`, for chunks and for the whole.
    private let chunkHead: String
    private let wholeHead: String

    private static let chunkTail = "\"},\"logprobs\":null,\"finish_reason\":null}]"
    private static let completionChunkTail = "\",\"logprobs\":null,\"finish_reason\":null}]"

    init(request: GenerationRequest, words: WordSource, outputTokens: Int, id: String, created: Int, fingerprint: String) {
        self.request = request
        self.words = words
        self.outputTokens = outputTokens
        let isChat = request.shape == .chat
        func head(_ object: String) -> String {
            "\"id\":\"\(isChat ? "chatcmpl" : "cmpl")-\(id)\",\"object\":\"\(object)\",\"created\":\(created),"
                + "\"model\":\"\(request.model)\",\"system_fingerprint\":\"\(fingerprint)\""
        }
        chunkHead = "data: {" + head(isChat ? "chat.completion.chunk" : "text_completion")
        wholeHead = "{" + head(isChat ? "chat.completion" : "text_completion")
    }

    /// `stop` when the model ended by itself, `length` when `max_tokens` ended it.
    private var finishReason: String { outputTokens < words.naturalLength || request.ignoresEnd ? "length" : "stop" }

    private var usage: String {
        "{\"prompt_tokens\":\(request.promptTokens),\"completion_tokens\":\(outputTokens),"
            + "\"total_tokens\":\(request.promptTokens + outputTokens)}"
    }

    /// The answer in one piece.
    func whole() -> String {
        let text = words.text(tokens: outputTokens)
        let choice =
            request.shape == .chat
            ? "\"message\":{\"role\":\"assistant\",\"content\":\"\(text)\",\"refusal\":null}" : "\"text\":\"\(text)\""
        return wholeHead
            + ",\"choices\":[{\"index\":0,\(choice),\"logprobs\":null,\"finish_reason\":\"\(finishReason)\"}],\"usage\":\(usage)}"
    }

    /// Writes the events of the tokens in `range`; a chat begins with the role, sent when its first token exists.
    func writeTokens(_ range: Range<Int>, to buffer: inout ByteBuffer) {
        let isChat = request.shape == .chat
        if isChat, range.lowerBound == 0, !range.isEmpty {
            buffer.writeString(chunkHead)
            buffer.writeString(",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"")
            endToken(Self.chunkTail, to: &buffer)
        }
        for index in range {
            buffer.writeString(chunkHead)
            buffer.writeStaticString(
                isChat ? ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" : ",\"choices\":[{\"index\":0,\"text\":\"")
            let (hasSpace, word) = words.token(index)
            if hasSpace { buffer.writeInteger(UInt8(ascii: " ")) }
            buffer.writeStaticString(word)
            endToken(isChat ? Self.chunkTail : Self.completionChunkTail, to: &buffer)
        }
    }

    /// Writes the last events: why it ended, the usage when asked for, `[DONE]`.
    func writeEnd(to buffer: inout ByteBuffer) {
        buffer.writeString(chunkHead)
        buffer.writeString(
            request.shape == .chat ? ",\"choices\":[{\"index\":0,\"delta\":{}," : ",\"choices\":[{\"index\":0,\"text\":\"\",")
        endToken("\"logprobs\":null,\"finish_reason\":\"\(finishReason)\"}]", to: &buffer)
        if request.includesUsage {
            buffer.writeString(chunkHead)
            buffer.writeString(",\"choices\":[],\"usage\":\(usage)}\n\n")
        }
        buffer.writeStaticString("data: [DONE]\n\n")
    }

    /// With `include_usage` every chunk but the last has a null usage (OpenAI API reference, `stream_options`).
    private func endToken(_ tail: String, to buffer: inout ByteBuffer) {
        buffer.writeString(tail)
        buffer.writeStaticString(request.includesUsage ? ",\"usage\":null}\n\n" : "}\n\n")
    }
}
