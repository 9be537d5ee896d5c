import FoundationEssentials
import SimulatedEngine
import Testing

@Suite struct EmbeddingTests {
    private func floats(_ value: JSONValue?) throws -> [Float] {
        switch value {
        case .array(let items): items.compactMap { $0.number.map { Float($0) } }
        case .string(let text):
            try #require(Data(base64Encoded: text)).withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 4).map {
                    Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
                }
            }
        default: []
        }
    }

    @Test("vectors have unit length, depend on the text only, and are the same as floats and in base64")
    func vectors() async throws {
        try await EngineFixture.run { engine in
            let answer = try await engine.post("/v1/embeddings", #"{"model":"chat","input":["north","south","north"]}"#)
            #expect(try answer.value("data")?.count == 3)
            let north = try floats(answer.value("data", "0", "embedding"))
            #expect(north.count == 384)
            #expect(abs(north.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
            #expect(try floats(answer.value("data", "2", "embedding")) == north)
            #expect(try floats(answer.value("data", "1", "embedding")) != north)
            #expect(try answer.value("data", "1", "index") == .number(1))
            #expect(try answer.value("usage", "prompt_tokens") == .number(6))
            let packed = try await engine.post("/v1/embeddings", #"{"model":"chat","input":"north","encoding_format":"base64"}"#)
            #expect(try floats(packed.value("data", "0", "embedding")) == north)
            #expect(try await engine.metric("vllm:prompt_tokens_total", becomes: 8))
        }
    }

    @Test("dimensions are as asked, within limits")
    func dimensions() async throws {
        try await EngineFixture.run { engine in
            let short = try await engine.post("/v1/embeddings", #"{"model":"chat","input":"x","dimensions":8}"#)
            #expect(try short.value("data", "0", "embedding")?.count == 8)
            for wrong in [#""dimensions":0"#, #""dimensions":100000"#, #""encoding_format":"int8""#] {
                #expect(try await engine.post("/v1/embeddings", #"{"model":"chat","input":"x",\#(wrong)}"#).status == 400)
            }
            for input in ["[]", "\"\"", "7", "[[]]"] {
                #expect(try await engine.post("/v1/embeddings", #"{"model":"chat","input":\#(input)}"#).status == 400)
            }
        }
    }
}
