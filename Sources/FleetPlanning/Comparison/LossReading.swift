import FleetModel

/// What was asked to be lost names nothing the problem has, or is no share.
package struct UnknownLoss: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
}

extension Loss {
    package static let accepted =
        "aws/us-east-1=30%, region:aws/us-east-1, provider:aws, spot:aws or plane:toronto; a share such as =30% may follow each"

    /// Reads what `--lose` takes, and checks that the problem has it.
    ///
    /// - Throws: ``UnknownLoss``, which names the nearest that exists.
    package init(_ text: String, in problem: PlanningProblem) throws(UnknownLoss) {
        var name = text.prefix(Self.longestText)
        var share = 1.0
        if let mark = name.lastIndex(of: "=") {
            let part = String(name[name.index(after: mark)...])
            guard let read = Share(text: part), read.fraction > 0 else {
                throw UnknownLoss(
                    description:
                        "--lose \(text.prefix(Self.longestText)): \"\(part)\" is no share that can be lost; more than 0%, at most 100%"
                )
            }
            share = read.fraction
            name = name[..<mark]
        }
        let colon = name.firstIndex(of: ":")
        let kind = colon.map { String(name[..<$0]) }
        let subject = colon.map { String(name[name.index(after: $0)...]) } ?? String(name)
        self.init(try Self.place(kind: kind, subject: subject, in: problem), share: share)
    }

    /// Longer texts name nothing.
    private static let longestText = 200

    private static func place(kind: String?, subject: String, in problem: PlanningProblem) throws(UnknownLoss) -> Place {
        let providers = distinct(problem.planes.map(\.provider))
        switch kind {
        case "provider":
            guard providers.contains(subject) else { throw unknown("provider", subject, providers) }
            return .provider(subject)
        case "spot":
            let planes = Set(problem.pools.filter { $0.tier == .spot }.map(\.plane))
            let selling = distinct(problem.planes.filter { planes.contains($0.name) }.map(\.provider))
            guard selling.contains(subject) else { throw unknown("provider with spot", subject, selling) }
            return .spot(provider: subject)
        case "plane":
            let planes = problem.planes.map(\.name)
            guard planes.contains(subject) else { throw unknown("plane", subject, planes) }
            return .plane(subject)
        case nil where !subject.contains("/") && providers.contains(subject):
            throw UnknownLoss(
                description: "--lose \(subject): say what of it: provider:\(subject), spot:\(subject), or a region such as "
                    + (problem.planes.first { $0.provider == subject }.map { "\($0.provider)/\($0.region)" } ?? "aws/us-east-1"))
        case nil, "region":
            let regions = distinct(problem.planes.map { "\($0.provider)/\($0.region)" })
            guard regions.contains(subject), let slash = subject.firstIndex(of: "/") else {
                throw unknown("region", subject, regions)
            }
            return .region(provider: String(subject[..<slash]), region: String(subject[subject.index(after: slash)...]))
        case .some(let kind):
            throw UnknownLoss(description: "--lose: \"\(kind):\" names no kind of loss; \(accepted)")
        }
    }

    private static func unknown(_ what: String, _ subject: String, _ known: [String]) -> UnknownLoss {
        UnknownLoss(
            description: "--lose: the plan has no \(what) \"\(subject)\"; "
                + NearestWord.choices(NearestWord.ranked(known, to: subject), limit: 6))
    }

    private static func distinct(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }
    }
}
