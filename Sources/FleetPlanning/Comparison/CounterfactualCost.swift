import FleetModel

/// What one change does to what a fleet costs, as far as two plans prove it.
///
/// With Δ = best cost with the change − best cost without: Δ lies between bound(with) − objective(without) and objective(with) −
/// bound(without), because a best plan costs no more than the one found and no less than its bound. Where the change can only make
/// plans cheaper (or only dearer), zero is the other end at the latest. Objectives count unserved and unprotected requests.
package struct CounterfactualCost: Equatable, Sendable {
    package var change: Counterfactual.Change
    package var words: String
    /// Objective found with the change minus the one found without.
    package var objectiveUSDPerMonth: Double
    /// The best possible difference lies between these.
    package var atLeastUSDPerMonth: Double
    package var atMostUSDPerMonth: Double
    /// Compute and egress only.
    package var billUSDPerMonth: Double
    package var before: PlanTotals
    package var after: PlanTotals
    package var sentence: String

    package init(_ question: Counterfactual, base: Plan, of problem: PlanningProblem, alternative: Plan) {
        let scale = base.horizonHours > 0 ? hoursPerMonth / base.horizonHours : 1
        let scaleAfter = alternative.horizonHours > 0 ? hoursPerMonth / alternative.horizonHours : scale
        var least = alternative.boundUSD * scaleAfter - base.objectiveUSD * scale
        var most = alternative.objectiveUSD * scaleAfter - base.boundUSD * scale
        switch question.direction {
        case .relaxes:
            most = min(0, most)
            least = min(least, most)
        case .restricts:
            least = max(0, least)
            most = max(most, least)
        case nil:
            break
        }
        change = question.change
        words = question.words
        objectiveUSDPerMonth = min(max(alternative.objectiveUSD * scaleAfter - base.objectiveUSD * scale, least), most)
        atLeastUSDPerMonth = least
        atMostUSDPerMonth = most
        before = PlanTotals(base, of: problem)
        after = PlanTotals(alternative, of: question.problem)
        billUSDPerMonth = after.billUSDPerMonth - before.billUSDPerMonth
        sentence = ""
        sentence = described
    }

    /// Differences below this are told as none: a cent a month.
    private static let visibleUSD = 0.005

    private var described: String {
        let interval =
            atMostUSDPerMonth - atLeastUSDPerMonth > 2 * Self.visibleUSD
            ? " (proven: between \(Figure.signedUSD(atLeastUSDPerMonth)) and \(Figure.signedUSD(atMostUSDPerMonth)))"
            : " (proven)"
        let isServedAlike =
            abs(after.unmetShare - before.unmetShare) < 1e-6
            && abs(after.unprotectedShare - before.unprotectedShare) < 1e-6
        if isServedAlike {
            if abs(objectiveUSDPerMonth) < Self.visibleUSD {
                return
                    "\(words): no change of cost found\(atMostUSDPerMonth - atLeastUSDPerMonth > 2 * Self.visibleUSD ? interval : "")"
            }
            if case .withoutRule(let rule) = change {
                return "\(rule) costs \(Figure.signedUSD(-objectiveUSDPerMonth)) USD/month: \(words) the plan costs "
                    + "\(Figure.signedUSD(objectiveUSDPerMonth)) USD/month\(interval)"
            }
            return "\(words): \(Figure.signedUSD(objectiveUSDPerMonth)) USD/month\(interval)"
        }
        return
            "\(words): the bill changes by \(Figure.signedUSD(billUSDPerMonth)) USD/month; unserved \(Figure.percent(after.unmetShare)) "
            + "instead of \(Figure.percent(before.unmetShare)) of requests, unprotected \(Figure.percent(after.unprotectedShare)) instead of "
            + "\(Figure.percent(before.unprotectedShare)); with what those count for, "
            + "\(Figure.signedUSD(objectiveUSDPerMonth)) USD/month\(interval)"
    }
}

extension Counterfactual {
    /// Plans every question and compares it with the plan at hand.
    package static func costs<Failure: Error>(
        _ questions: [Counterfactual], base: Plan, of problem: PlanningProblem,
        replan: (PlanningProblem) throws(Failure) -> Plan
    ) throws(Failure) -> [CounterfactualCost] {
        var costs: [CounterfactualCost] = []
        for question in questions {
            costs.append(CounterfactualCost(question, base: base, of: problem, alternative: try replan(question.problem)))
        }
        return costs
    }
}
