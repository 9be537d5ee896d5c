/// How a replica is asked to save its work before it is stopped: an HTTP `POST` to its own address.
///
/// The call's body is `{"withinMilliseconds": …, "reason": "…"}`; any 2xx answer means that the work is saved and the replica may
/// end.
package struct CheckpointCall: Equatable, Sendable, Codable {
    package static let standardTimeoutMilliseconds = 20_000

    package var path: String
    /// How long it may take; never longer than the replica may drain.
    package var timeoutMilliseconds: Int

    package init(path: String, timeoutMilliseconds: Int = standardTimeoutMilliseconds) {
        self.path = path
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}
