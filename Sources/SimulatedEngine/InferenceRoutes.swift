import EngineTiming
import FoundationEssentials
import Hummingbird
import NIOCore

/// The routes that ask the model.
struct InferenceRoutes: Sendable {
    let configuration: SimulatedEngineConfiguration
    let driver: EngineDriver

    func chat(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        return try await generate(RequestDecoding.decode(ChatCompletionRequest.self, from: body).checked(), context)
    }

    func completion(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        return try await generate(RequestDecoding.decode(CompletionRequest.self, from: body).checked(), context)
    }

    func message(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        return try await generate(RequestDecoding.decode(MessagesRequest.self, from: body).checked(), context)
    }

    func countTokens(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        let message = try RequestDecoding.decode(MessagesRequest.self, from: body)
        try check(model: message.model)
        return Routes.json("{\"input_tokens\":\(try message.prompt().tokens)}")
    }

    func response(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        return try await generate(RequestDecoding.decode(ResponsesRequest.self, from: body).checked(), context)
    }

    func embeddings(_ request: Request, _ context: EngineRequestContext) async throws -> Response {
        let body = try await begin(request, context)
        let embedding = try RequestDecoding.decode(EmbeddingRequest.self, from: body)
            .checked(defaultDimensions: configuration.embeddingDimensions)
        try check(model: embedding.model)
        try check(prompt: embedding.tokens, output: 0)
        let generation = try submit(promptTokens: embedding.tokens, outputTokens: 0, isStreamed: false, reason: .stop, context)
        guard await generation.end() == .finished else { throw FaultEffects.cut(context) }
        let data = embedding.items.enumerated().map { index, item in
            let vector = EmbeddingVector.make(
                item: item, model: embedding.model, seed: configuration.seed, dimensions: embedding.dimensions)
            return
                "{\"object\":\"embedding\",\"index\":\(index),\"embedding\":\(EmbeddingVector.json(vector, format: embedding.format))}"
        }
        return Routes.json(
            "{\"object\":\"list\",\"data\":[\(data.joined(separator: ","))],\"model\":\"\(embedding.model)\","
                + "\"usage\":{\"prompt_tokens\":\(embedding.tokens),\"total_tokens\":\(embedding.tokens)}}")
    }

    // MARK: Steps

    /// Meets the fault switches, then reads the body.
    private func begin(_ request: Request, _ context: EngineRequestContext) async throws -> ByteBuffer {
        try await FaultEffects.apply(driver.judgeInference(), driver: driver, context: context)
        let body = try await Routes.body(of: request, limit: configuration.maxBodyBytes)
        let observation = driver.observation()
        guard observation.loadNanosecondsLeft == 0 else {
            throw OpenAIError.unavailable("The model is still loading; ask /health/ready.", code: "model_loading")
        }
        if observation.isAcceleratorLost {
            throw OpenAIError.serverError("The accelerator is lost (fault switch).", code: "accelerator_lost")
        }
        let delay = driver.faults.delayMilliseconds
        if delay > 0 { try await Task.sleep(for: .milliseconds(delay)) }
        return body
    }

    private func check(model: String) throws(OpenAIError) {
        guard configuration.models.contains(model) else { throw .modelNotFound(model, known: configuration.models) }
    }

    private func check(prompt: Int, output: Int) throws(OpenAIError) {
        let limit = configuration.contextTokens
        let (sum, overflow) = prompt.addingReportingOverflow(output)
        if overflow || sum > limit { throw .contextLengthExceeded(limit: limit, prompt: prompt, output: output) }
    }

    private func submit(
        promptTokens: Int, outputTokens: Int, isStreamed: Bool, reason: EngineMetrics.FinishReason,
        _ context: EngineRequestContext
    ) throws(OpenAIError) -> Generation {
        let outcome = driver.submit(
            promptTokens: promptTokens, outputTokens: outputTokens, isStreamed: isStreamed, finishReason: reason)
        switch outcome {
        case .success(let generation):
            context.watch { [weak generation] in generation?.cancel() }
            return generation
        case .failure(let refused):
            switch refused.refusal {
            case .largerThanCache(_, let capacity):
                throw .contextLengthExceeded(limit: capacity, prompt: promptTokens, output: outputTokens)
            case .queueFull(let limit):
                throw .unavailable("\(limit) requests wait already; try again later or elsewhere.", code: "queue_full")
            }
        }
    }

    private func generate(_ request: GenerationRequest, _ context: EngineRequestContext) async throws -> Response {
        try check(model: request.model)
        let words = WordSource(promptHash: request.promptHash, engineSeed: configuration.seed, requestSeed: request.seed)
        try check(prompt: request.promptTokens, output: request.maxTokens ?? 1)
        let room = configuration.contextTokens - request.promptTokens
        let wanted = request.maxTokens ?? .max
        let outputTokens = request.ignoresEnd && wanted < .max ? wanted : min(wanted, words.naturalLength, room)
        let generation = try submit(
            promptTokens: request.promptTokens, outputTokens: outputTokens, isStreamed: request.isStreamed,
            reason: outputTokens < words.naturalLength || request.ignoresEnd ? .length : .stop, context)
        let answer = answer(request, words, outputTokens: outputTokens)
        let cutAfter = driver.faults.cutAfterTokens
        if request.isStreamed { return stream(answer, generation, cutAfter: cutAfter, context) }
        if let cutAfter, await generation.progress(beyond: cutAfter - 1).tokens >= cutAfter { throw FaultEffects.cut(context) }
        guard await generation.end() == .finished else { throw FaultEffects.cut(context) }
        return Routes.json(answer.whole())
    }

    private func answer(_ request: GenerationRequest, _ words: WordSource, outputTokens: Int) -> any AnswerWriting {
        let (id, created) = (Self.makeID(), Int(Date().timeIntervalSince1970))
        return switch request.shape {
        case .chat, .completion:
            AnswerText(
                request: request, words: words, outputTokens: outputTokens, id: id, created: created,
                fingerprint: configuration.replicaID)
        case .message: MessageText(request: request, words: words, outputTokens: outputTokens, id: id)
        case .response:
            ResponseText(request: request, words: words, outputTokens: outputTokens, id: id, created: created)
        }
    }

    /// The head goes out at once, as vLLM's does, the first event with the first token. Tokens that came to exist while the client
    /// took the last ones go out together.
    private func stream(
        _ answer: any AnswerWriting, _ generation: Generation, cutAfter: Int?, _ context: EngineRequestContext
    ) -> Response {
        let body = ResponseBody { writer in
            var sent = 0
            while true {
                let progress = await generation.progress(beyond: sent)
                if progress.end == .cancelled { throw FaultEffects.cut(context) }
                let next = min(progress.tokens, cutAfter ?? .max)
                var buffer = ByteBuffer()
                answer.writeTokens(sent..<next, to: &buffer)
                sent = next
                if let cutAfter, sent >= cutAfter {
                    try await writer.write(buffer)
                    throw FaultEffects.cut(context)
                }
                if progress.end == .finished { answer.writeEnd(to: &buffer) }
                try await writer.write(buffer)
                if progress.end == .finished { return try await writer.finish(nil) }
            }
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"], body: body)
    }

    /// 128 random bits: ids differ between replicas and restarts, whatever the seed.
    private static func makeID() -> String {
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return hex(.random(in: .min ... .max)) + hex(.random(in: .min ... .max))
    }
}
