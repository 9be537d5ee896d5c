import FleetModel
import Foundation
import Gateway
import Testing

/// The OpenAPI file against itself, and answers against it.
@Suite("The description of predictions", .timeLimit(.minutes(2)))
struct PredictDocumentTests {
    struct Mismatch: Error { var text: String }

    private static func document() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(PredictDocument.json))
        return try #require(value as? [String: Any])
    }

    /// Throws unless a JSON text is what a named schema says.
    static func check(_ text: String, is name: String) throws {
        let schemas = try #require((try document()["components"] as? [String: Any])?["schemas"] as? [String: Any])
        let schema = try #require(schemas[name] as? [String: Any])
        let value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        try match(value, schema, at: name)
    }

    /// The keywords of JSON Schema that the document uses.
    private static func match(_ value: Any, _ schema: [String: Any], at place: String) throws {
        let known: Set = [
            "type", "required", "properties", "additionalProperties", "minLength", "maxLength", "minItems", "minimum",
            "description",
            "examples",
        ]
        guard known.isSuperset(of: schema.keys) else { throw Mismatch(text: "\(place): unknown keywords in \(schema.keys)") }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        guard types.isEmpty || types.contains(where: { has(value, type: $0) }) else {
            throw Mismatch(text: "\(place) is no \(types)")
        }
        if let text = value as? String {
            let count = text.utf16.count
            guard count >= schema["minLength"] as? Int ?? 0, count <= schema["maxLength"] as? Int ?? .max else {
                throw Mismatch(text: "\(place) has \(count) characters")
            }
        }
        if let number = value as? Double, let least = schema["minimum"] as? Double, number < least {
            throw Mismatch(text: "\(place) is \(number)")
        }
        if let list = value as? [Any], let least = schema["minItems"] as? Int, list.count < least {
            throw Mismatch(text: "\(place) has \(list.count) items")
        }
        guard let object = value as? [String: Any] else { return }
        for name in schema["required"] as? [String] ?? [] where object[name] == nil {
            throw Mismatch(text: "\(place) has no \(name)")
        }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for (name, member) in object {
            if let property = properties[name] {
                try match(member, property, at: "\(place).\(name)")
            } else if schema["additionalProperties"] as? Bool == false {
                throw Mismatch(text: "\(place) may not have \(name)")
            }
        }
    }

    private static func has(_ value: Any, type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "number": value is Double
        case "null": value is NSNull
        default: false
        }
    }

    @Test("is OpenAPI 3.1 whose references lead somewhere, and names every answer there is")
    func document() throws {
        let document = try Self.document()
        #expect(document["openapi"] as? String == "3.1.0")
        let text = String(decoding: PredictDocument.json, as: UTF8.self)
        for reference in text.components(separatedBy: "\"$ref\": \"#/").dropFirst().map({ $0.prefix { $0 != "\"" } }) {
            let found = reference.split(separator: "/").reduce(document as Any?) { ($0 as? [String: Any])?[String($1)] }
            #expect(found != nil, "\(reference)")
        }
    }

    @Test("tells right from wrong")
    func schemas() throws {
        try Self.check(#"{"model_id":"m","inputs":["a"],"parameters":{"n":1}}"#, is: "PredictRequest")
        for wrong in [#"{"inputs":"a"}"#, #"{"model_id":"","inputs":"a"}"#, #"{"model_id":"m","inputs":1,"more":1}"#, "[]"] {
            #expect(throws: Mismatch.self) { try Self.check(wrong, is: "PredictRequest") }
        }
        for wrong in [
            #"{"predictions":[],"model_version":"v","latency_ms":1}"#, #"{"predictions":[1],"model_version":1,"latency_ms":1}"#,
            #"{"predictions":[1],"model_version":"v","latency_ms":-1}"#, #"{"predictions":[1],"model_version":"v"}"#,
        ] {
            #expect(throws: Mismatch.self) { try Self.check(wrong, is: "PredictResponse") }
        }
    }

    @Test("is served below the route")
    func served() async throws {
        let upstream = try await ScriptedUpstream.answering("x")
        try await PredictTests.with([.init(plane: "near", address: upstream.address)]) { fleet in
            let response = try await fleet.ask("GET /predict/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 200 && Array(response.body.utf8) == PredictDocument.json)
            #expect(try await fleet.ask(PredictTests.post("{}", path: "/predict/openapi.json")).status == 400)
        }
    }
}
