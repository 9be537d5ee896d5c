import CommandLineInterface
import FleetModel
import FleetTransport

/// How planes are taken away from a running fleet and given back.
enum PlaneThief: Sendable {
    /// By the `up` of this state folder.
    case up(StateFolder, LossOrder.Kind)
    /// By the control plane.
    case drain

    /// How long `up` may take to answer.
    private static let patience = Duration.seconds(10)
    private static let look = Duration.milliseconds(20)

    /// As reports say it.
    var word: String {
        switch self {
        case .up(_, .freeze): "frozen"
        case .up(_, .kill): "killed"
        case .drain: "drained"
        }
    }

    /// Returns once the planes are gone.
    func take(_ planes: [PlaneName], for limit: Duration, _ client: FleetClient) async throws -> LossOrder? {
        switch self {
        case .drain:
            for (index, plane) in planes.enumerated() {
                do {
                    _ = try await client.connection.value(of: .drain(plane: plane, isDrained: true))
                } catch {
                    try? await giveBack(Array(planes.prefix(index)), nil, client)
                    throw error
                }
            }
            return nil
        case .up(let folder, let kind):
            let order = LossOrder(
                id: "\(UInt64.random(in: 0 ... .max))", planes: planes.map(\.rawValue), kind: kind, seconds: limit.seconds)
            try PrivateFile.write(try FleetJSON.encode(order), to: folder.lossOrder)
            let answer = try await answer(to: order, in: folder) { $0.state != .restored }
            guard answer.state == .taken else { throw CommandFailure(.conflict, "`tradewind up` refused: \(answer.reason)") }
            return order
        }
    }

    /// Returns once the planes are back.
    func giveBack(_ planes: [PlaneName], _ order: LossOrder?, _ client: FleetClient) async throws {
        switch self {
        case .drain:
            for plane in planes { _ = try await client.connection.value(of: .drain(plane: plane, isDrained: false)) }
        case .up(let folder, _):
            guard let order else { return }
            try PrivateFile.remove(folder.lossOrder)
            _ = try await answer(to: order, in: folder) { $0.state == .restored }
        }
    }

    private func answer(
        to order: LossOrder, in folder: StateFolder, where isWanted: (LossAnswer) -> Bool
    ) async throws -> LossAnswer {
        let deadline = ContinuousClock.now.advanced(by: Self.patience)
        while ContinuousClock.now < deadline {
            let bytes = try? PrivateFile.read(folder.lossAnswer, limit: 1 << 16)
            let answer = bytes.flatMap { $0 }.flatMap { try? FleetJSON.decode(LossAnswer.self, from: $0) }
            if let answer, answer.id == order.id, isWanted(answer) { return answer }
            try await Task.sleep(for: Self.look)
        }
        throw CommandFailure(.serverFailed, "`tradewind up` did not answer; is it of the same version as this command?")
    }
}
