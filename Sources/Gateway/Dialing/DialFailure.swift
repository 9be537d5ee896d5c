package import FleetModel

/// Why no connection came about. To the router each of these is ``RouterEvent/connectFailed(_:)``.
package enum DialFailure: Error, Equatable, CustomStringConvertible {
    /// Nobody listens there.
    case refused(ListenAddress)
    case timedOut(ListenAddress)
    case unreachable(ListenAddress, cause: String)
    /// It did not prove to be who it should be, or does not speak TLS.
    case untrusted(ListenAddress, cause: String)
    /// The replica's or plane's address is not an IP address: names are never resolved for addresses that others report.
    case notAnAddress(String)
    /// The CONNECT proxy answered something other than 2xx.
    case tunnelRefused(via: ListenAddress, status: Int)
    /// The CONNECT proxy closed early or answered no HTTP.
    case tunnelBroken(via: ListenAddress)

    package var description: String {
        switch self {
        case .refused(let address): "connection to \(address) refused"
        case .timedOut(let address): "no connection to \(address) in time"
        case .unreachable(let address, let cause): "cannot reach \(address): \(cause)"
        case .untrusted(let address, let cause): "no TLS connection to \(address): \(cause)"
        case .notAnAddress(let text): "'\(text)' is no IP address and port, such as 127.0.0.1:8000"
        case .tunnelRefused(let via, let status): "the proxy at \(via) refused the tunnel with status \(status)"
        case .tunnelBroken(let via): "the proxy at \(via) broke the tunnel before it stood"
        }
    }

    /// Nobody listens there for certain: neither directly nor, as far as the proxy says (502, 503, 504), behind it.
    package var isRefusal: Bool {
        switch self {
        case .refused: true
        case .tunnelRefused(_, let status): (502...504).contains(status)
        default: false
        }
    }
}
