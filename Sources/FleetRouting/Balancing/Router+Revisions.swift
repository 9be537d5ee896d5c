package import FleetModel

/// Two versions of one workload: which of them a request asks for, and what became of it.
extension Router {
    /// The version a request asks for; 0 where load alone decides. Sessions and hash keys stay with theirs; others are
    /// drawn anew.
    func drawRevision(_ request: RequestFacts, _ policy: WorkloadPolicy, _ chance: UInt64) -> UInt64 {
        let key = request.session?.key ?? (request.balancing.isHash ? request.key : nil) ?? chance
        var left = Self.share(ByteHash.combine(key, 3))
        var last: UInt64 = 0
        for index in policy.revisions {
            guard let share = revisions[index].share else { return 0 }
            guard share > 0 else { continue }
            left -= share
            last = revisions[index].outcome.generation
            if left < 0 { return last }
        }
        return last
    }

    /// True for a replica of a version that is to get no request: a session does not hold on to it.
    func isRetired(_ slot: Int32, _ pass: Pass) -> Bool {
        for index in pass.policy.revisions where revisions[index].outcome.generation == replicas[Int(slot)].generation {
            return revisions[index].share == 0
        }
        return false
    }

    /// What became of the requests of each version, by name of the workload, newest version first. Empty where no
    /// workload has two.
    package var revisionOutcomes: [String: [RevisionOutcome]] {
        guard let table else { return [:] }
        var outcomes: [String: [RevisionOutcome]] = [:]
        for state in revisions {
            outcomes[table.directory.workloads[Int(state.workload)].name.rawValue, default: []].append(state.outcome)
        }
        return outcomes
    }

    // MARK: Counting

    mutating func countRevision(_ event: RouterEvent) {
        switch event {
        case .finished(let handle): count(handle) { $0.requests &+= 1 }
        case .connectFailed(let handle), .responseFailed(let handle, _): count(handle) { $0.failures &+= 1 }
        case .firstByte(let handle, let time):
            count(handle) {
                $0.firstBytes &+= 1
                $0.firstByteMillisecondsSum += time.milliseconds
            }
        default: return
        }
    }

    private mutating func count(_ handle: ReplicaHandle, _ change: (inout RevisionOutcome) -> Void) {
        guard let state = state(of: handle) else { return }
        for index in workloads[Int(state.workload)].revisions where revisions[index].outcome.generation == state.generation {
            change(&revisions[index].outcome)
            return
        }
    }

    // MARK: State

    /// Takes over what was counted of versions that still serve.
    mutating func adoptRevisions(_ directory: RoutingDirectory) {
        let old = revisions
        revisions.removeAll(keepingCapacity: true)
        for (index, entry) in directory.workloads.enumerated() where entry.isPresent && entry.source == nil {
            let first = revisions.count
            for revision in entry.revisions {
                let known = old.first { Int($0.workload) == index && $0.outcome.generation == revision.generation }
                revisions.append(
                    RevisionState(
                        workload: Int32(index), share: revision.share,
                        outcome: known?.outcome ?? RevisionOutcome(generation: revision.generation)))
            }
            workloads[index].revisions = first..<revisions.count
        }
        // A pair is served by the replicas of its second workload, and so by their versions.
        for (index, entry) in directory.workloads.enumerated() {
            if let source = entry.source { workloads[index].revisions = workloads[source.value].revisions }
        }
    }
}
