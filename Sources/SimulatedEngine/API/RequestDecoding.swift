import FoundationEssentials
import Hummingbird
import NIOCore

/// Bytes from outside to typed requests, with errors a client developer can act on.
enum RequestDecoding {
    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer) throws -> Value {
        do {
            return try body.withUnsafeReadableBytes { try JSONDecoder().decode(type, from: Data($0)) }
        } catch let error as InvalidEngineConfiguration {
            throw OpenAIError.invalid(error.message)
        } catch let error as OpenAIError {
            throw error
        } catch let error as DecodingError {
            throw OpenAIError.invalid(describe(error), param: param(of: error))
        } catch {
            throw OpenAIError.invalid("The body is not valid JSON; send one JSON object.")
        }
    }

    private static func context(of error: DecodingError) -> (path: [any CodingKey], text: String) {
        switch error {
        case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing; it is required")
        case .typeMismatch(let type, let context): (context.codingPath, "has the wrong type; accepted is \(name(of: type))")
        case .valueNotFound(let type, let context): (context.codingPath, "is null; accepted is \(name(of: type))")
        case .dataCorrupted(let context):
            (
                context.codingPath,
                context.codingPath.isEmpty ? "The body is not valid JSON; send one JSON object" : context.debugDescription
            )
        @unknown default: ([], "The body cannot be read; send one JSON object")
        }
    }

    private static func param(of error: DecodingError) -> String? { context(of: error).path.first?.stringValue }

    private static func describe(_ error: DecodingError) -> String {
        let (path, text) = context(of: error)
        guard !path.isEmpty else { return text + "." }
        var field = ""
        for key in path {
            if let index = key.intValue { field += "[\(index)]" } else { field += (field.isEmpty ? "" : ".") + key.stringValue }
        }
        return "`\(field)` \(text)."
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Int.Type, is Double.Type: "a number"
        case is Bool.Type: "true or false"
        case is [String: Any].Type: "an object"
        default: String(describing: type).hasPrefix("Array") ? "an array" : "an object"
        }
    }
}
