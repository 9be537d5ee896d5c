/// The `code` label of a finished request: a bounded set, whatever statuses upstreams invent.
package enum StatusLabel: UInt8, CaseIterable, Sendable {
    case c200, c201, c204, c400, c401, c403, c404, c408, c413, c422, c429, c499, c500, c502, c503, c504
    case other2xx, other3xx, other4xx, other5xx

    package init(status: Int) {
        self =
            switch status {
            case 200: .c200
            case 201: .c201
            case 204: .c204
            case 400: .c400
            case 401: .c401
            case 403: .c403
            case 404: .c404
            case 408: .c408
            case 413: .c413
            case 422: .c422
            case 429: .c429
            case 499: .c499
            case 500: .c500
            case 502: .c502
            case 503: .c503
            case 504: .c504
            case ..<300: .other2xx
            case 300..<400: .other3xx
            case 400..<500: .other4xx
            default: .other5xx
            }
    }

    package var isServerError: Bool {
        switch self {
        case .c500, .c502, .c503, .c504, .other5xx: true
        default: false
        }
    }

    package var text: String {
        switch self {
        case .other2xx: "2xx"
        case .other3xx: "3xx"
        case .other4xx: "4xx"
        case .other5xx: "5xx"
        case .c200, .c201, .c204, .c400, .c401, .c403, .c404, .c408, .c413, .c422, .c429, .c499, .c500, .c502, .c503, .c504:
            "\(self)".dropFirst().description
        }
    }
}
