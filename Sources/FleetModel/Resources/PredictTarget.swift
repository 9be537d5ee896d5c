/// Which API of its engine a workload's `POST /predict` becomes.
package enum PredictTarget: String, CaseIterable, Sendable, Codable {
    /// OpenAI's `/v1/completions`: texts for texts.
    case completions
    /// OpenAI's `/v1/embeddings`: vectors for texts.
    case embeddings
    /// OpenAI's `/v1/chat/completions`: a message for a conversation.
    case chatCompletions
}
