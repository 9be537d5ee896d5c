package import FleetModel

/// What one request may use at most, as far as can be told beforehand.
package struct UsageEstimate: Equatable, Sendable {
    /// Bytes that make a token of English text, roughly (OpenAI's tokenizer guide).
    package static let bytesPerToken = 4
    /// Tokens of an answer whose request names no limit: what a chat answer rarely exceeds.
    package static let answerTokens = 1_024
    /// No model writes more in one answer; a request that asks for more is taken at this.
    package static let mostAnswerTokens = 1_000_000

    package var input: Int64
    package var output: Int64

    /// - Parameter answerTokens: the request's `max_tokens` or what stands for it; nil where it names none.
    package init(bodyBytes: Int, answerTokens: Int?) {
        input = Int64((max(bodyBytes, 0) + Self.bytesPerToken - 1) / Self.bytesPerToken)
        output = Int64(min(max(answerTokens ?? Self.answerTokens, 0), Self.mostAnswerTokens))
    }

    package init(input: Int64, output: Int64) { (self.input, self.output) = (input, output) }

    package var tokens: Int64 { input + output }

    package func cost(_ price: Tenant.Price?) -> Int64 {
        guard let price else { return 0 }
        return input * price.input.billionthsPerToken + output * price.output.billionthsPerToken
    }
}

/// Why a tenant's request is not taken.
package struct QuotaRefusal: Error, Equatable, Sendable {
    package var limit: QuotaLimit
    /// The limit is one of the tenant's on the workload.
    package var isOfWorkload: Bool
    /// When it may pass; nil: not as it is.
    package var wait: Duration?
}

/// What a request holds of its tenant's limits between its start and its end. Reserve, then settle exactly once.
package struct Reservation: Sendable {
    private let whole: QuotaAccount?
    private let part: QuotaAccount?
    private let price: Tenant.Price?
    package let estimate: UsageEstimate
    private var periods: SIMD4<Int64> = .zero

    /// How a request ended, for its account.
    package enum Outcome: Equatable, Sendable {
        /// Nothing of it was answered, by no fault of the client: nothing counts, not even the request.
        case failed
        /// So much was used; nil: it cannot be told, so the estimate counts.
        case used(UsageEstimate?)
    }

    /// Takes from every limit that applies, or from none.
    static func reserve(
        _ estimate: UsageEstimate, of whole: QuotaAccount?, and part: QuotaAccount?, price: Tenant.Price?, now: Moment
    ) -> Result<Reservation, QuotaRefusal> {
        var reservation = Reservation(whole: whole, part: part, price: price, estimate: estimate)
        let cost = estimate.cost(price)
        if let whole, let limit = reservation.take(whole, cost: cost, isOfWorkload: false, now: now) {
            return .failure(Self.refusal(whole, limit, isOfWorkload: false, estimate, now: now))
        }
        if let part, let limit = reservation.take(part, cost: cost, isOfWorkload: true, now: now) {
            if let whole { reservation.give(whole, upTo: nil, cost: cost, isOfWorkload: false) }
            return .failure(Self.refusal(part, limit, isOfWorkload: true, estimate, now: now))
        }
        return .success(reservation)
    }

    /// Settles what was reserved with what was used.
    package func settle(_ outcome: Outcome) {
        if let whole { settle(whole, outcome, isOfWorkload: false) }
        if let part { settle(part, outcome, isOfWorkload: true) }
    }

    private func settle(_ account: QuotaAccount, _ outcome: Outcome, isOfWorkload: Bool) {
        account.concurrency?.give(1, period: account.concurrency?.period ?? 0)
        switch outcome {
        case .failed:
            account.requests?.give(1)
            account.tokens?.give(estimate.tokens)
            giveMoney(account, estimate.cost(price), isOfWorkload)
        case .used(let usage?):
            let tokens = estimate.tokens - usage.tokens
            if tokens >= 0 { account.tokens?.give(tokens) } else { account.tokens?.charge(-tokens) }
            let cost = estimate.cost(price) - usage.cost(price)
            if cost >= 0 { giveMoney(account, cost, isOfWorkload) } else { chargeMoney(account, -cost) }
        case .used(nil): break
        }
    }

    private init(whole: QuotaAccount?, part: QuotaAccount?, price: Tenant.Price?, estimate: UsageEstimate) {
        self.whole = whole
        self.part = part
        self.price = price
        self.estimate = estimate
    }

    /// The limit that stands in the way; nil where all of the account's were taken.
    private mutating func take(_ account: QuotaAccount, cost: Int64, isOfWorkload: Bool, now: Moment) -> QuotaLimit? {
        let place = isOfWorkload ? 2 : 0
        periods[place] = account.day?.period ?? 0
        periods[place + 1] = account.month?.period ?? 0
        if let meter = account.concurrency, !meter.take(1) { return .concurrency }
        if let meter = account.day, !meter.take(cost) {
            give(account, upTo: .day, cost: cost, isOfWorkload: isOfWorkload)
            return .day
        }
        if let meter = account.month, !meter.take(cost) {
            give(account, upTo: .month, cost: cost, isOfWorkload: isOfWorkload)
            return .month
        }
        if let meter = account.requests, !meter.take(1, now: now) {
            give(account, upTo: .requests, cost: cost, isOfWorkload: isOfWorkload)
            return .requests
        }
        if let meter = account.tokens, !meter.take(estimate.tokens, now: now) {
            give(account, upTo: .tokens, cost: cost, isOfWorkload: isOfWorkload)
            return .tokens
        }
        return nil
    }

    /// Gives back what ``take(_:cost:isOfWorkload:now:)`` took before it came to a limit; all where that is nil.
    private func give(_ account: QuotaAccount, upTo limit: QuotaLimit?, cost: Int64, isOfWorkload: Bool) {
        let place = isOfWorkload ? 2 : 0
        account.concurrency?.give(1, period: account.concurrency?.period ?? 0)
        if limit == .day { return }
        account.day?.give(cost, period: periods[place])
        if limit == .month { return }
        account.month?.give(cost, period: periods[place + 1])
        if limit == .requests { return }
        account.requests?.give(1)
        if limit == .tokens { return }
        account.tokens?.give(estimate.tokens)
    }

    private func giveMoney(_ account: QuotaAccount, _ cost: Int64, _ isOfWorkload: Bool) {
        account.day?.give(cost, period: periods[isOfWorkload ? 2 : 0])
        account.month?.give(cost, period: periods[isOfWorkload ? 3 : 1])
    }

    private func chargeMoney(_ account: QuotaAccount, _ cost: Int64) {
        account.day?.charge(cost)
        account.month?.charge(cost)
    }

    private static func refusal(
        _ account: QuotaAccount, _ limit: QuotaLimit, isOfWorkload: Bool, _ estimate: UsageEstimate, now: Moment
    ) -> QuotaRefusal {
        let wait: Duration? =
            switch limit {
            case .requests: account.requests?.wait(for: 1, now: now)
            case .tokens: account.tokens?.wait(for: estimate.tokens, now: now)
            case .concurrency: .seconds(1)
            case .day, .month: nil
            }
        return QuotaRefusal(limit: limit, isOfWorkload: isOfWorkload, wait: wait)
    }
}
