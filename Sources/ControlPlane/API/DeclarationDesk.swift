import FleetDocuments
package import FleetModel

/// Takes what users declare: checks it against the fleet as it is, and stores it whole or not at all.
///
/// The check and the write are two steps; the store refuses the write when another declaration came between, and then the check
/// is made again. So two requests that are each right alone cannot make a fleet that is wrong together.
package struct DeclarationDesk: Sendable {
    private let store: any FleetStore
    private let documents: ResourceDocuments
    private let clock: any FleetClock

    package init(store: any FleetStore, documents: ResourceDocuments, clock: any FleetClock) {
        self.store = store
        self.documents = documents
        self.clock = clock
    }

    /// Declares every document of a text.
    package func apply(_ text: String, isDryRun: Bool, by author: Author) async throws -> [DeclarationOutcome] {
        try await repeating(by: author) { contents in
            let resources = try documents.decode(text, known: contents.resources.map(\.key))
            guard !resources.isEmpty else {
                throw APIError.badRequest("the body holds no document; send fleet documents, separated by ---")
            }
            return try declaration(of: resources, over: contents, isDryRun: isDryRun)
        }
    }

    /// Declares the one resource of a text, which must be the one named.
    package func put(_ key: ResourceKey, _ text: String, isDryRun: Bool, by author: Author) async throws -> DeclarationOutcome {
        let outcomes = try await repeating(by: author) { contents in
            let resources = try documents.decode(text, known: contents.resources.map(\.key))
            guard resources.count == 1, resources[0].key == key else {
                throw APIError.invalid("the body must be one document, of \(key)")
            }
            return try declaration(of: resources, over: contents, isDryRun: isDryRun)
        }
        return outcomes[0]
    }

    /// Removes resources that nothing else refers to.
    package func delete(_ keys: [ResourceKey], isDryRun: Bool, by author: Author) async throws -> [DeclarationOutcome] {
        try await repeating(by: author) { contents in
            let fleet = try documents.fleet(contents)
            for key in keys where !contents.resources.contains(where: { $0.key == key }) { throw StoreError.notFound(key) }
            let remaining = Fleet(fleet.resources.filter { !keys.contains($0.key) })
            let referrers = Set(Self.problems(of: remaining, beyond: fleet).map(\.key)).sorted()
            guard referrers.isEmpty else {
                let names = referrers.map(\.description).joined(separator: ", ")
                let query = referrers.map { "with=\($0.kind.plural)/\($0.name)" }.joined(separator: "&")
                throw APIError.conflict(
                    "\(keys[0]) is still referred to by \(names); delete those first, or in the same request with ?\(query)")
            }
            return Declaration(basedOn: contents.declarationVersion, removals: keys, isDryRun: isDryRun)
        }
    }

    private func declaration(
        of resources: [Resource], over contents: StoreContents, isDryRun: Bool
    ) throws -> Declaration {
        try refuseStalePlans(resources, over: contents)
        let before = try documents.fleet(contents)
        let after = Fleet(before.resources + resources)
        let problems = Self.problems(of: after, beyond: before)
        guard problems.isEmpty else {
            // The documents are right by themselves (the decoder said so): these only show beside what is stored.
            throw APIError.invalidFleet(
                problems.map { problem in
                    DocumentProblem(
                        file: "request body", line: 1, path: "\(problem.key): \(problem.path)", message: problem.message,
                        accepted: problem.accepted)
                })
        }
        return Declaration(
            basedOn: contents.declarationVersion,
            writes: resources.map { ResourceDocuments.write($0, expectedVersion: $0.metadata.resourceVersion) },
            isDryRun: isDryRun)
    }

    /// Refuses plans made for another fleet than the one they would be carried out on. A plan that comes with other resources, as
    /// in a copy of a whole fleet, is taken as it is; so is one that says nothing of its generation.
    private func refuseStalePlans(_ resources: [Resource], over contents: StoreContents) throws {
        let plans = resources.compactMap { if case .placementPlan(let plan) = $0 { plan } else { nil } }
        guard plans.count == resources.count else { return }
        for plan in plans {
            guard let generation = plan.fleetGeneration, generation != contents.declarationVersion else { continue }
            let key = ResourceKey(kind: .placementPlan, name: plan.metadata.name)
            let stored = contents.resources.first { $0.key == key }
            // The same once more changes nothing.
            if stored?.spec == ResourceDocuments.write(.placementPlan(plan), expectedVersion: nil).spec { continue }
            throw APIError.conflict(
                "\(key) was made for generation \(generation) of the fleet, which is at generation "
                    + "\(contents.declarationVersion) now; make it anew: tradewind plan --out FILE")
        }
    }

    /// What is wrong with a whole fleet that was not wrong before: names contested, references left dangling.
    private static func problems(of after: Fleet, beyond before: Fleet) -> [FleetProblem] {
        let known = before.problems()
        return after.problems().filter { !known.contains($0) }
    }

    private func repeating(
        by author: Author, _ check: (StoreContents) throws -> Declaration
    ) async throws -> [DeclarationOutcome] {
        for _ in 0..<APILimits.declarationAttempts {
            let contents = try await store.contents()
            let declaration = try check(contents)
            do {
                return try await store.declare(declaration, by: author, at: clock.timestamp())
            } catch StoreError.declarationsMoved {
                continue
            }
        }
        throw StoreError.declarationsMoved
    }
}
