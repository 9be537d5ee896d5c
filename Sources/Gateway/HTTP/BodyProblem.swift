/// Why a request body that must name a model is refused before it goes anywhere.
package enum BodyProblem: UInt8, Error, Sendable, CaseIterable {
    case notAnObject, malformed, invalidText, tooDeep
    case malformedForm
    case missingModel, modelNotText, repeatedModel, misspeltModel, modelTooLong

    package var message: String {
        switch self {
        case .notAnObject: "the body is not a JSON object; send {\"model\": …}"
        case .malformed: "the body is not valid JSON (RFC 8259)"
        case .invalidText: "the body holds text that is not valid UTF-8 or an invalid escape"
        case .tooDeep: "the body nests more than \(HTTPLimits.maximumJSONDepth) levels deep"
        case .malformedForm:
            "the form is not written as RFC 7578 has it, or in a way that two readers could understand differently"
        case .missingModel: "the body names no model; send a top-level \"model\" string, or in a form a part \"model\""
        case .modelNotText: "\"model\" is not a string; send the model's name"
        case .repeatedModel: "\"model\" is given more than once; send it once"
        case .misspeltModel: "a top-level key reads like \"model\" in other letters' case; write it in lower case, once"
        case .modelTooLong: "\"model\" is longer than \(HTTPLimits.maximumModelBytes) bytes"
        }
    }
}
