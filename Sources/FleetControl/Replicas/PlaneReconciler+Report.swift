package import FleetModel

/// What a plane tells of its replicas.
extension PlaneReconciler {
    /// Living replicas and those that went lately, sorted by id. `host` is where the plane's replicas listen.
    package func replicaReports(host: String, now: Moment) -> [ReplicaReport] {
        let living = replicas.map { report($0, host: host, now: now) }
        let listed = gone.map { entry in
            var report = entry.report
            report.stateAgeMilliseconds = now.since(entry.at).milliseconds
            return report
        }
        return (living + listed).sorted { $0.id < $1.id }
    }

    /// What is wanted here and not run, with the reasons.
    package var refusals: [PlaneReport.Refusal] { admission.refusals + blocked }

    func report(_ replica: Replica, host: String, now: Moment) -> ReplicaReport {
        ReplicaReport(
            id: replica.id, pool: replica.specification.pool, accelerator: replica.specification.accelerator,
            address: replica.port.map { "\(host):\($0)" }, state: replica.state,
            healthPath: replica.specification.healthPath, pid: replica.pid, running: replica.load?.running,
            waiting: replica.load?.waiting, kvCacheUse: replica.load?.kvCacheUse,
            onwardRoundTripMilliseconds: replica.onward.milliseconds,
            stateAgeMilliseconds: now.since(replica.stateSince).milliseconds, reason: replica.reason, restarts: replica.restarts,
            generation: replica.specification.generation)
    }
}
