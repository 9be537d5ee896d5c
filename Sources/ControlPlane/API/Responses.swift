import FleetModel
import FleetTransport
package import Hummingbird
import NIOCore

extension Response {
    /// A JSON answer; never cached.
    package static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        text(try FleetJSON.encode(value) + [10], type: "application/json", status: status)
    }

    package static func text(
        _ bytes: [UInt8], type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Items, each one JSON text, in the shape every list has.
    ///
    /// - Parameter fleetGeneration: the newest change of anything declared; only lists of declared kinds tell it.
    package static func list(_ items: [String], resourceVersion: UInt64, fleetGeneration: UInt64? = nil) -> Response {
        let generation = fleetGeneration.map { #""fleetGeneration":"\#($0)","# } ?? ""
        let metadata = #"{\#(generation)"resourceVersion":"\#(resourceVersion)"}"#
        let head = #"{"apiVersion":"\#(fleetAPIVersion)","kind":"List","metadata":\#(metadata),"items":["#
        return text(Array((head + items.joined(separator: ",") + "]}\n").utf8), type: "application/json")
    }
}

extension Request {
    /// The whole body, refused beyond `limit` bytes.
    package func bytes(limit: Int) async throws -> [UInt8] {
        let buffer = try await body.collect(upTo: limit)
        return Array(buffer.readableBytesView)
    }

    /// A JSON body of one type. What is wrong is said without repeating the body.
    package func decode<Value: Decodable>(_ type: Value.Type, limit: Int, example: String) async throws -> Value {
        let bytes = try await bytes(limit: limit)
        do {
            return try FleetJSON.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw APIError.invalid("\(error.plainWords); what would be accepted: \(example)")
        }
    }

    /// A query parameter that is `true` or `false`.
    package func flag(_ name: String) throws -> Bool {
        switch uri.queryParameters[Substring(name)] {
        case nil, "false": return false
        case "true", "": return true
        default: throw APIError.badRequest("query parameter \(name) is true or false")
        }
    }

    /// A query parameter that is a whole number.
    package func number(_ name: String) throws -> UInt64? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let number = UInt64(text), number <= UInt64(Int64.max) else {
            throw APIError.badRequest("query parameter \(name) is a whole number such as 42")
        }
        return number
    }
}

extension DecodingError {
    /// Where and what, never the value.
    fileprivate var plainWords: String {
        func path(_ context: Context) -> String {
            let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return keys.isEmpty ? "body" : keys.joined(separator: ".")
        }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context)): field \(key.stringValue) is missing"
        case .typeMismatch(_, let context): "\(path(context)): wrong type"
        case .valueNotFound(_, let context): "\(path(context)): no value"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "the body is no JSON of this shape"
        case .dataCorrupted(let context): "\(path(context)): unacceptable value"
        @unknown default: "the body cannot be read"
        }
    }
}
