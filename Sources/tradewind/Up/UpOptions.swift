import FleetTransport

/// What `tradewind up` was asked for.
struct UpOptions: Sendable {
    /// Everything `up` starts listens here.
    static let host = "127.0.0.1"

    var folder: StateFolder
    var portBase: Int
    var hasWideArea: Bool
    var allowedCommands: [String]
    /// Environment of every part: that of `up` itself, so that planes find the keys they were promised.
    var environment: [String: String]

    var serverURL: String { "http://\(Self.host):\(portBase)" }
    func log(_ part: FleetPart) -> String { "\(folder.logs)/\(part.name).log" }
}
