import FleetModel
import FleetTransport

/// Takes planes away from a running fleet when a rehearsal asks for it, and gives them back.
///
/// Orders come by a file of the state folder, which only the fleet's own user can write, and are looked for twenty times a
/// second.
struct LossDesk: Sendable {
    static let look = Duration.milliseconds(50)
    private static let orderLimit = 1 << 16

    let folder: StateFolder
    let fleet: LocalFleet
    let progress: UpProgress

    /// Runs until cancelled, and gives back what is taken then.
    func run() async {
        // An order of an earlier run is nobody's any more.
        try? PrivateFile.remove(folder.lossOrder)
        while !Task.isCancelled {
            if let order = read() { await carryOut(order) }
            guard (try? await Task.sleep(for: Self.look)) != nil else { break }
        }
    }

    private func carryOut(_ order: LossOrder) async {
        let planes = order.planes.map { PlaneName($0) }
        if let refusal = await fleet.take(planes, order.kind) {
            try? PrivateFile.remove(folder.lossOrder)
            return answer(order, .refused, refusal)
        }
        let names = order.planes.joined(separator: ", ")
        progress.tell("rehearsal: \(names) \(order.kind == .freeze ? "frozen" : "killed")")
        answer(order, .taken)
        let seconds = min(max(order.seconds, 0), LossOrder.longest)
        let end = ContinuousClock.now.advanced(by: .milliseconds(Int(seconds * 1_000)))
        while ContinuousClock.now < end, read()?.id == order.id {
            guard (try? await Task.sleep(for: Self.look)) != nil else { break }
        }
        await fleet.giveBack(planes)
        if read()?.id == order.id { try? PrivateFile.remove(folder.lossOrder) }
        answer(order, .restored)
        progress.tell("rehearsal: \(names) given back")
    }

    private func read() -> LossOrder? {
        guard let bytes = try? PrivateFile.read(folder.lossOrder, limit: Self.orderLimit) else { return nil }
        return try? FleetJSON.decode(LossOrder.self, from: bytes)
    }

    private func answer(_ order: LossOrder, _ state: LossAnswer.State, _ reason: String = "") {
        let bytes = try? FleetJSON.encode(LossAnswer(id: order.id, state: state, reason: reason))
        try? bytes.map { try PrivateFile.write($0, to: folder.lossAnswer) }
    }
}
