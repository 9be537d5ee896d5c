package import FleetModel
package import NIOCore

/// `POST /predict` for replicas that speak OpenAI's API: the request as theirs, and their answer as its own. Inputs, parameters and
/// predictions pass as they were written, for nothing between the two is decoded.
package enum PredictTranslation {
    /// Why a request cannot be translated, for the client.
    package struct Problem: Error, Equatable {
        package var message: String
        package var field: String
    }

    static func path(_ target: PredictTarget) -> StaticString {
        switch target {
        case .completions: "/v1/completions"
        case .embeddings: "/v1/embeddings"
        case .chatCompletions: "/v1/chat/completions"
        }
    }

    /// What the parameters may not say, because the translation does or because the answer would have no prediction for each input.
    private static let kept = [
        "model", "prompt", "input", "messages", "stream", "stream_options", "encoding_format", "n", "best_of", "echo",
    ]

    // MARK: Requests

    /// - Parameters:
    ///   - body: JSON that was checked.
    ///   - model: what the replica is asked for, as a JSON string with its quotes; nil: what the request says.
    package static func request(
        _ body: ByteBuffer, to target: PredictTarget, model: [UInt8]?
    ) -> Result<ByteBuffer, Problem> {
        body.withUnsafeReadableBytes { raw in
            let slices = JSONSlices(raw)
            guard let members = slices.members(slices.document) else {
                return .failure(
                    Problem(message: "a key is repeated or holds an escape; write every key once and plainly", field: ""))
            }
            let known = ["model_id", "inputs", "parameters"]
            for member in members where !known.contains(where: { $0.utf8.elementsEqual(raw[member.key]) }) {
                return .failure(
                    Problem(
                        message: "the body has model_id, inputs and parameters; this field is none of them",
                        field: Self.name(member, raw)))
            }
            guard let named = slices.value(of: "model_id", in: members), let inputs = slices.value(of: "inputs", in: members),
                takes(inputs, target, slices)
            else { return .failure(Problem(message: "inputs must be \(accepted(target)) for this model", field: "inputs")) }
            var out = ByteBuffer()
            out.reserveCapacity(raw.count + 128)
            out.writeStaticString("{\"model\":")
            if let model { out.writeBytes(model) } else { out.writeBytes(raw[named]) }
            switch target {
            case .completions: out.writeStaticString(",\"prompt\":")
            case .embeddings: out.writeStaticString(",\"encoding_format\":\"float\",\"input\":")
            case .chatCompletions: out.writeStaticString(",\"messages\":")
            }
            // A text alone is what a user says.
            let isOneMessage = target == .chatCompletions && slices.isText(inputs)
            if isOneMessage { out.writeStaticString("[{\"role\":\"user\",\"content\":") }
            out.writeBytes(raw[inputs])
            if isOneMessage { out.writeStaticString("}]") }
            if let parameters = slices.value(of: "parameters", in: members) {
                if let problem = write(parameters, slices, raw, to: &out) { return .failure(problem) }
            }
            out.writeStaticString("}")
            return .success(out)
        }
    }

    private static func takes(_ inputs: Range<Int>, _ target: PredictTarget, _ slices: JSONSlices) -> Bool {
        if slices.isText(inputs) { return true }
        guard let elements = slices.elements(inputs), !elements.isEmpty else { return false }
        switch target {
        case .completions, .embeddings: return elements.allSatisfy(slices.isText)
        case .chatCompletions:
            return elements.allSatisfy { element in
                slices.members(element).map { slices.value(of: "role", in: $0) != nil } ?? false
            }
        }
    }

    private static func accepted(_ target: PredictTarget) -> String {
        switch target {
        case .completions, .embeddings: "a text or a list of texts"
        case .chatCompletions: "a text, or the list of a conversation's messages, each an object with a role,"
        }
    }

    private static func write(
        _ parameters: Range<Int>, _ slices: JSONSlices, _ raw: UnsafeRawBufferPointer, to out: inout ByteBuffer
    ) -> Problem? {
        guard let members = slices.members(parameters) else {
            return Problem(message: "parameters must be an object with every key once and plainly", field: "parameters")
        }
        for member in members {
            let name = name(member, raw)
            // Also in letters of another case: some decoders take them for the same.
            guard !kept.contains(name.lowercased()) else {
                return Problem(
                    message: "this parameter is not yours to set: /predict answers one prediction for each input",
                    field: "parameters.\(name)")
            }
            out.writeStaticString(",\"")
            out.writeBytes(raw[member.key])
            out.writeStaticString("\":")
            out.writeBytes(raw[member.value])
        }
        return nil
    }

    private static func name(_ member: JSONSlices.Member, _ raw: UnsafeRawBufferPointer) -> String {
        String(decoding: raw[member.key].prefix(64), as: UTF8.self)
    }

    // MARK: Answers

    /// The answer in the shape of `/predict`; nil where the replica's cannot be read.
    ///
    /// - Parameters:
    ///   - version: the workload's declared revision; nil: the model's name as the replica tells it.
    ///   - latency: since the request's head.
    package static func answer(_ body: ByteBuffer, of target: PredictTarget, version: String?, latency: Duration) -> ByteBuffer? {
        body.withUnsafeReadableBytes { raw in
            var scanner = ModelFieldScanner()
            do throws(BodyProblem) {
                try scanner.scan(raw)
                try scanner.finish()
            } catch {
                return nil
            }
            let slices = JSONSlices(raw)
            let (listed, named): (StaticString, StaticString) =
                switch target {
                case .completions: ("choices", "text")
                case .embeddings: ("data", "embedding")
                case .chatCompletions: ("choices", "message")
                }
            guard let members = slices.members(slices.document), let list = slices.value(of: listed, in: members),
                let predictions = predictions(slices.elements(list) ?? [], slices, name: named)
            else { return nil }
            let served = version ?? String(decoding: scanner.model, as: UTF8.self)
            var out = ByteBuffer()
            out.reserveCapacity(raw.count)
            out.writeStaticString("{\"predictions\":[")
            for (position, prediction) in predictions.enumerated() {
                if position > 0 { out.writeStaticString(",") }
                out.writeBytes(raw[prediction])
            }
            out.writeString("],\"model_version\":\(JSONText.quoted(served)),\"latency_ms\":\(milliseconds(latency))}")
            return out
        }
    }

    /// One for each input, in their order, by what the replica says is the index of each.
    private static func predictions(_ elements: [Range<Int>], _ slices: JSONSlices, name: StaticString) -> [Range<Int>]? {
        var found: [Range<Int>?] = Array(repeating: nil, count: elements.count)
        for (position, element) in elements.enumerated() {
            guard let members = slices.members(element), let value = slices.value(of: name, in: members) else { return nil }
            let index = slices.value(of: "index", in: members).map(slices.index) ?? position
            guard let index, found.indices.contains(index), found[index] == nil else { return nil }
            found[index] = value
        }
        let whole = found.compactMap { $0 }
        return whole.isEmpty ? nil : whole
    }

    /// Whole microseconds.
    private static func milliseconds(_ duration: Duration) -> String {
        let microseconds = max(0, Int64(duration / .microseconds(1)))
        let rest = String(microseconds % 1_000)
        return "\(microseconds / 1_000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
