import FleetModel

/// One request to a cloud's metadata service.
package struct MetadataRequest: Equatable, Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
    }

    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    package var method: Method
    /// Path and query, behind the service's base URL.
    package var path: String
    package var headers: [Header]
    /// JSON; nil for none.
    package var body: String?
    /// How long the answer may take.
    package var timeout: Duration

    package init(
        _ method: Method = .get, _ path: String, headers: [Header], body: String? = nil, timeout: Duration = .seconds(5)
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// What became of a request.
package enum MetadataAnswer: Equatable, Sendable {
    case response(MetadataResponse)
    /// The connection was taken and closed without an answer: what a machine does that is just going.
    case hungUp
    /// Nothing was there, or the answer was too late or too large. The cause, in words.
    case failed(String)
}

/// An answer with what is read of it.
package struct MetadataResponse: Equatable, Sendable {
    /// Most bytes of a body; the largest document any of the services gives here is a few kilobytes.
    package static let bodyLimit = 64 << 10

    package var status: Int
    package var body: [UInt8]
    /// `ETag`, the version of GCP's values.
    package var etag: String?
    /// `Metadata-Flavor`, by which GCP's server is known.
    package var flavor: String?

    package init(status: Int, body: [UInt8] = [], etag: String? = nil, flavor: String? = nil) {
        self.status = status
        self.body = body
        self.etag = etag
        self.flavor = flavor
    }

    /// The body as text without surrounding white space; nil where it is longer than `limit` bytes or holds anything but visible
    /// ASCII, so that it may stand in a header or a log.
    package func word(limit: Int) -> String? {
        let trimmed = body.drop { $0 <= 32 }
        let end = trimmed.lastIndex { $0 > 32 }.map { trimmed.index(after: $0) } ?? trimmed.startIndex
        let bytes = trimmed[trimmed.startIndex..<end]
        guard !bytes.isEmpty, bytes.count <= limit, bytes.allSatisfy({ (33...126).contains($0) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
