extension ProblemCollector {
    mutating func checkBalancing(_ rules: BalancingRules) {
        let field: FieldPath = "spec.balancing"
        if let source = rules.hashOn, !rules.policy.isHash {
            report(
                field.key("hashOn"),
                "\(quoted(source.rawValue)) is given, and the policy \(rules.policy.rawValue) hashes nothing",
                accepted: "the field only with ringHash or maglev", basis: [field.key("policy")])
        }
        if rules.policy.isHash, rules.affinity == .prefix || rules.affinity == .header {
            report(
                field.key("affinity"), "\(rules.policy.rawValue) keeps requests together by its own key",
                accepted: "none, or cookie", basis: [field.key("policy")])
        }
        let hashesCookie = rules.policy.isHash && rules.hashOn == .cookie
        if hashesCookie, rules.affinity == .cookie {
            report(
                field.key("hashOn"), "one cookie cannot be both the client's key and the gateway's session",
                accepted: "clientAddress or header", basis: [field.key("affinity")])
        }
        checkHeader(rules, field)
        checkCookie(rules, field)
        checkPlaneShares(rules, field)
    }

    private mutating func checkHeader(_ rules: BalancingRules, _ field: FieldPath) {
        let isUsed = rules.affinity == .header || rules.policy.isHash && rules.hashOn == .header
        if let header = rules.header {
            require(
                TextRules.isToken(header, atMost: Limits.headerName), field.key("header"),
                "\(quoted(header)) is not a header name",
                accepted: "a name such as x-session-id (letters, digits, '-' or '_', at most \(Limits.headerName))")
            require(isUsed, field.key("header"), "nothing goes by it", accepted: "affinity: header, or hashOn: header, beside it")
        } else {
            require(!isUsed, field.key("header"), "the header's name is missing", accepted: "a name such as x-session-id")
        }
    }

    private mutating func checkCookie(_ rules: BalancingRules, _ field: FieldPath) {
        guard let cookie = rules.cookie else { return }
        let inner = field.key("cookie")
        require(
            rules.affinity == .cookie || rules.policy.isHash && rules.hashOn == .cookie, inner, "nothing goes by it",
            accepted: "affinity: cookie, or hashOn: cookie, beside it")
        require(
            TextRules.isToken(cookie.name, atMost: Limits.cookieName), inner.key("name"),
            "\(quoted(cookie.name)) is not a cookie name",
            accepted: "a name such as session (letters, digits, '-' or '_', at most \(Limits.cookieName))")
        require(
            TextRules.isPath(cookie.path) && cookie.path.utf8.count <= Limits.cookiePath && !cookie.path.utf8.contains(0x3B),
            inner.key("path"), "\(quoted(cookie.path)) is not a path",
            accepted: "\(TextRules.path), without ';', at most \(Limits.cookiePath) bytes")
        guard let ttl = cookie.ttlSeconds else { return }
        requireRange(ttl, in: 1...Limits.cookieSeconds, inner.key("ttl"), accepted: "1s to 365d")
    }

    private mutating func checkPlaneShares(_ rules: BalancingRules, _ field: FieldPath) {
        let planes = field.key("planes")
        require(
            rules.planes.count <= Limits.planes, planes, "\(rules.planes.count) planes are listed",
            accepted: "at most \(Limits.planes)")
        requireDistinct(rules.planes.map(\.plane.rawValue), planes, what: "plane", leaf: "plane")
        for (position, share) in rules.planes.prefix(Limits.planes).enumerated() {
            let entry = planes.index(position)
            requireRange(share.weight, in: 1...1_000, entry.key("weight"), accepted: "1 to 1000")
            requireRange(
                share.priority, in: 0...Limits.lastPriority, entry.key("priority"), accepted: "0 to \(Limits.lastPriority)")
        }
        require(
            (1...10).contains(rules.overprovisioningFactor), field.key("overprovisioningFactor"), "the factor is out of range",
            accepted: "1 to 10, such as 1.4")
        require(
            (0...1).contains(rules.panicThreshold), field.key("panicThreshold"), "the share is out of range",
            accepted: "0% to 100%")
        guard let bound = rules.adaptiveWeights else { return }
        require(
            (0...Limits.weightChange).contains(bound), field.key("adaptiveWeights"), "the share is out of range",
            accepted: "0% to 90%")
        require(
            !rules.planes.isEmpty, field.key("adaptiveWeights"), "there are no weights to adapt",
            accepted: "planes with weights beside it")
    }

    private enum Limits {
        static let headerName = 64
        static let cookieName = 64
        static let cookiePath = 128
        /// Browsers keep no cookie much longer (RFC 6265bis, section 5.5: 400 days).
        static let cookieSeconds = 365 * 86_400
        static let planes = 256
        static let lastPriority = 15
        /// So that every plane keeps a tenth of its weight and goes on being measured.
        static let weightChange = 0.9
    }
}

extension BalancingRules {
    /// The planes it names.
    var references: [ResourceReference] {
        planes.enumerated().map { position, share in
            ResourceReference(
                field: ("spec.balancing.planes" as FieldPath).index(position).key("plane"),
                target: ResourceKey(kind: .workloadPlane, name: share.plane.rawValue))
        }
    }
}
