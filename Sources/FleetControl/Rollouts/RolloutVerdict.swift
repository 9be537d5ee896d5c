package import FleetModel

/// What the requests of a step show of a new version beside the old one.
package enum RolloutVerdict: Equatable, Sendable {
    /// Fewer requests than ``RolloutAnalysis/minRequests``.
    case tooFew
    case passing
    /// With the figures, for people.
    case failing(String)

    /// Compares two versions over the same time, as a canary analysis does: the old version is the baseline.
    package init(_ analysis: RolloutAnalysis, new: RevisionOutcome, old: RevisionOutcome) {
        guard new.requests >= UInt64(analysis.minRequests) else {
            self = .tooFew
            return
        }
        let isComparable = old.requests >= UInt64(analysis.minRequests)
        let (own, baseline) = (new.errorRate, old.errorRate)
        if own > analysis.maxErrorRate.fraction, !isComparable || own > baseline {
            let beside = isComparable ? "; of generation \(old.generation) \(percent(baseline)) of \(old.requests)" : ""
            self = .failing(
                "\(percent(own)) of \(new.requests) requests failed, at most \(analysis.maxErrorRate.text) may\(beside)")
            return
        }
        if let increase = analysis.maxLatencyIncrease, let own = new.meanFirstByte, let baseline = old.meanFirstByte,
            new.firstBytes >= UInt64(analysis.minRequests), old.firstBytes >= UInt64(analysis.minRequests),
            own > baseline * (1 + increase.fraction)
        {
            self = .failing(
                "the first byte took \(milliseconds(own)) over \(new.firstBytes) requests, \(milliseconds(baseline)) with "
                    + "generation \(old.generation); at most \(increase.text) more is allowed")
            return
        }
        self = .passing
    }
}

extension RevisionOutcome {
    /// Share of the requests that failed, 0 to 1.
    var errorRate: Double { requests == 0 ? 0 : min(1, Double(failures) / Double(requests)) }
    /// Milliseconds; nil where nothing answered.
    var meanFirstByte: Double? { firstBytes == 0 ? nil : firstByteMillisecondsSum / Double(firstBytes) }
}

private func percent(_ share: Double) -> String { "\(plainNumber((share * 1_000).rounded() / 10))%" }
private func milliseconds(_ value: Double) -> String { "\(plainNumber((value * 10).rounded() / 10)) ms" }
