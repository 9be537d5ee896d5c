import Dispatch
import Synchronization

/// Something real processes should have done by now and have not.
struct DeadlinePassed: Error, CustomStringConvertible {
    let what: String
    let seconds: Double
    var description: String { "\(what): not within \(seconds) s" }
}

/// Asks again and again until the answer is there. Real processes have no clock a test could own, so a pause of 50 ms stands
/// between two questions, and a deadline ends them.
func eventually<Value: Sendable>(
    _ what: String, within seconds: Double = 30, _ question: () async throws -> Value?
) async throws -> Value {
    let end = DispatchTime.now() + seconds
    while true {
        // Looked at before the question, so that an answer that is there is taken however late the machine gets to ask.
        let isLast = DispatchTime.now() >= end
        if let answer = try await question() { return answer }
        guard !isLast else { throw DeadlinePassed(what: what, seconds: seconds) }
        await pause(milliseconds: 50)
    }
}

func pause(milliseconds: Int) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { continuation.resume() }
    }
}
