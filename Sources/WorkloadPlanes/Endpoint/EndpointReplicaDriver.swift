package import FleetControl
package import FleetModel
package import NIOCore
import Synchronization

/// Makes an OpenAI-compatible server that exists already look like a replica: a forwarder on the plane's replica host.
package final class EndpointReplicaDriver: ReplicaDriver {
    private struct Running {
        let forwarder: EndpointForwarder
        var listener: HTTPListener?
        /// Stopped before it was listening.
        var isStopped = false
    }

    /// How often a stopping forwarder looks whether its requests have ended.
    private static let drainPoll = Duration.milliseconds(50)

    private let host: String
    private let keys: EndpointKey
    private let names: NameLookup
    private let eventLoopGroup: any EventLoopGroup
    private let report: ReplicaEvents
    private let running = Mutex<[ReplicaID: Running]>([:])

    package init(
        configuration: PlaneConfiguration, names: NameLookup = .system, eventLoopGroup: any EventLoopGroup,
        report: @escaping ReplicaEvents
    ) {
        self.names = names
        host = configuration.replicaHost
        keys = EndpointKey(folder: configuration.secrets, environment: configuration.environment)
        self.eventLoopGroup = eventLoopGroup
        self.report = report
    }

    package func start(_ order: StartOrder) {
        guard case .endpoint(let driver) = order.specification.driver else {
            return report(.startRefused(order.id, reason: "the plane's driver is not an endpoint"))
        }
        let forwarder: EndpointForwarder
        do {
            forwarder = EndpointForwarder(
                driver, upstream: try Upstream(driver, keys: keys, names: names, eventLoopGroup: eventLoopGroup))
        } catch {
            return report(.startRefused(order.id, reason: "\(error)"))
        }
        running.withLock { $0[order.id] = Running(forwarder: forwarder) }
        let limits = HTTPListener.Limits(
            body: EndpointForwarder.bodyLimit, connections: 2 * max(64, min(driver.maxConcurrentRequests, Upstream.mostRequests)))
        Task.detached { [self] in
            do {
                let listener = try await HTTPListener.bind(
                    host: host, port: order.port, limits: limits, eventLoopGroup: eventLoopGroup
                ) { request, response in try await forwarder.serve(request, response) }
                await listening(order.id, listener)
            } catch {
                await end(order.id, reason: "cannot listen on \(host):\(order.port)")
            }
        }
    }

    private func listening(_ id: ReplicaID, _ listener: HTTPListener) async {
        let isWanted = running.withLock { running in
            guard let entry = running[id], !entry.isStopped else { return false }
            running[id]?.listener = listener
            return true
        }
        guard isWanted else {
            await listener.close()
            return await end(id, reason: "stopped")
        }
        report(.started(id, pid: nil))
    }

    package func stop(_ id: ReplicaID, grace: Duration) {
        guard let entry = markStopped(id), let listener = entry.listener else { return }
        Task.detached { [self] in
            await listener.stopListening()
            let deadline = ContinuousClock.now + grace
            while entry.forwarder.load.running != 0, ContinuousClock.now < deadline {
                try? await Task.sleep(for: Self.drainPoll)
            }
            await listener.close()
            await end(id, reason: "stopped")
        }
    }

    package func kill(_ id: ReplicaID) {
        guard let entry = markStopped(id), let listener = entry.listener else { return }
        Task.detached { [self] in
            await listener.close()
            await end(id, reason: "ended by force")
        }
    }

    private func markStopped(_ id: ReplicaID) -> Running? {
        running.withLock { running in
            running[id]?.isStopped = true
            return running[id]
        }
    }

    /// Reports the end once, whoever comes first.
    private func end(_ id: ReplicaID, reason: String) async {
        guard let entry = running.withLock({ $0.removeValue(forKey: id) }) else { return }
        await entry.forwarder.upstream.shutdown()
        report(.exited(id, reason: reason))
    }

    package func probe(_ id: ReplicaID) async -> PlaneEvent {
        guard let entry = running.withLock({ $0[id] }) else { return .probeFailed(id, reason: "it is not running") }
        switch await entry.forwarder.probe() {
        case .passed(let onward): return .probePassed(id, onward: onward)
        case .failed(let reason): return .probeFailed(id, reason: reason)
        }
    }

    package func measure(_ id: ReplicaID) async -> ReplicaLoad? { running.withLock { $0[id]?.forwarder.load } }

    package func checkpoint(_ id: ReplicaID, within: Duration, reason: String) async -> PlaneEvent {
        .checkpointed(id, problem: "an endpoint's work is not the plane's")
    }

    package func forget(_ id: ReplicaID) {}

    package func shutdown() async {
        for id in running.withLock({ Array($0.keys) }) { kill(id) }
    }
}
