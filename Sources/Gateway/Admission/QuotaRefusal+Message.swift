import FleetModel
import FleetRouting

extension QuotaRefusal {
    var isOfBudget: Bool { limit == .day || limit == .month }

    var message: String {
        let scope = isOfWorkload ? "this tenant's limit on this workload" : "this tenant's limit"
        return switch limit {
        case .requests: "\(scope) of requests per minute is used up; try again later"
        case .tokens:
            wait == nil
                ? "the request and the answer it allows are larger than \(scope) of tokens per minute; send less, or lower max_tokens"
                : "\(scope) of tokens per minute is used up; try again later"
        case .concurrency: "\(scope) of requests at a time is reached; try again shortly"
        case .day: "\(scope) of spend is used up for this day (UTC)"
        case .month: "\(scope) of spend is used up for this month (UTC)"
        }
    }
}
