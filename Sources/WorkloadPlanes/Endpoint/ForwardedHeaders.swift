package import NIOHTTP1

/// Which headers pass a forwarder.
package enum ForwardedHeaders {
    /// Belong to one connection (RFC 9110, 7.6.1), with the older ones of RFC 2616.
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "proxy-authentication-info",
        "te", "trailer", "transfer-encoding", "upgrade",
    ]
    /// The fleet's and its clients' own affairs: nothing an outside server should learn, and no credential but ours.
    private static let ours: Set<String> = [
        "authorization", "cookie", "host", "content-length", "expect", "forwarded", "x-forwarded-for", "x-forwarded-host",
        "x-forwarded-proto", "x-real-ip", "x-api-key", "api-key",
    ]

    package static func request(_ headers: HTTPHeaders, key: String?) -> HTTPHeaders {
        let named = connectionNames(headers)
        var passed = HTTPHeaders()
        for (name, value) in headers {
            let lower = name.lowercased()
            if hopByHop.contains(lower) || ours.contains(lower) || named.contains(lower) || lower.hasPrefix("x-tradewind-") {
                continue
            }
            passed.add(name: name, value: value)
        }
        if let key { passed.add(name: "authorization", value: "Bearer \(key)") }
        return passed
    }

    package static func response(_ headers: HTTPHeaders) -> HTTPHeaders {
        let named = connectionNames(headers)
        var passed = HTTPHeaders()
        for (name, value) in headers {
            let lower = name.lowercased()
            if hopByHop.contains(lower) || named.contains(lower) || lower.hasPrefix("x-tradewind-") || lower == "set-cookie" {
                continue
            }
            passed.add(name: name, value: value)
        }
        return passed
    }

    private static func connectionNames(_ headers: HTTPHeaders) -> Set<String> {
        Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
    }
}
