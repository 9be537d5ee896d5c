/// An exchange did not end within its limit.
struct TimeLimitExceeded: Error {}

/// Runs a whole exchange within a limit. An HTTP client's own deadline holds until the head of an answer only: a server that stalls
/// in the body, or sends a byte now and then, would be waited for without end.
func within<Value: Sendable>(
    _ limit: Duration, _ exchange: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await exchange() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimeLimitExceeded()
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw TimeLimitExceeded() }
        return value
    }
}
