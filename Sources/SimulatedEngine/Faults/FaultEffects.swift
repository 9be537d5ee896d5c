/// What a verdict of the fault gate does to a request.
enum FaultEffects {
    /// Returns when the request is to be served; otherwise throws the answer, or ``ConnectionCut`` when there is none.
    static func apply(_ verdict: FaultGate.Verdict, driver: EngineDriver, context: EngineRequestContext) async throws {
        switch verdict {
        case .serve: return
        case .refuse(.unavailable): throw OpenAIError.unavailable("The engine refuses requests (fault switch).", code: "refusing")
        case .fail: throw OpenAIError.serverError("The engine failed (fault switch).", code: "erroring")
        case .refuse(.closing): throw cut(context)
        case .hang:
            let generation = driver.hang()
            context.watch { [weak generation] in generation?.cancel() }
            _ = await generation.end()
            throw cut(context)
        }
    }

    static func cut(_ context: EngineRequestContext) -> ConnectionCut {
        context.cutConnection()
        return ConnectionCut()
    }
}

/// The connection was closed on purpose or is gone: nobody can be answered.
struct ConnectionCut: Error {}
