package import FleetControl
package import FleetModel
package import FleetTransport

/// Where the declared fleet, its history and what must outlive a process are kept.
///
/// Every method that returns normally has made its change durable: neither `kill -9` nor power loss undoes it. A change is
/// whole or not at all. One implementation today, ``SQLiteStore``; a replicated one can take its place.
package protocol FleetStore: Sendable {
    /// Grows whenever the store was created anew or restored; the first part of every ``SnapshotVersion``.
    var epoch: UInt64 { get }

    /// Every resource at one instant, sorted by kind and name.
    func contents() async throws -> StoreContents
    /// The resources of one kind at one instant, sorted by name.
    func contents(of kind: ResourceKind) async throws -> StoreContents
    func resource(_ key: ResourceKey) async throws -> StoredResource?

    /// Writes and removes what users declare, in one transaction, with one audit row per changed resource.
    func declare(_ declaration: Declaration, by author: Author, at time: Timestamp) async throws -> [DeclarationOutcome]
    /// Replaces statuses. A resource that is gone is skipped; an equal status writes nothing.
    func recordStatuses(_ statuses: [ResourceKey: String], at time: Timestamp) async throws

    /// Adds events, keeping the newest ``EventLimits/perResource`` of each resource. One that repeats its resource's newest
    /// only counts up.
    func recordEvents(_ events: [FleetEvent], at time: Timestamp) async throws
    /// Newest last; of one resource, or of all.
    func events(of key: ResourceKey?, limit: Int) async throws -> [StoredEvent]

    /// Rows with a greater sequence, oldest first.
    func audit(after sequence: UInt64, limit: Int) async throws -> [AuditRow]
    /// The newest rows, oldest first.
    func newestAudit(limit: Int) async throws -> [AuditRow]
    func auditHead() async throws -> AuditHead
    /// The hash of one row; nil where there is none.
    func auditHash(at sequence: UInt64) async throws -> String?
    /// Walks the whole chain and names its first broken row.
    func verifyAudit(against signed: SignedAuditHead?) async throws -> AuditVerdict

    /// Keeps a token by its digest. For planes and gateways it replaces the scope's earlier tokens; throws
    /// ``StoreError/notFound(_:)`` where such a one is not declared.
    func addToken(_ token: TokenRecord, by author: Author, at time: Timestamp) async throws -> StoredToken
    func tokens() async throws -> [StoredToken]

    func setDrained(_ drained: Bool, plane: PlaneName, by author: Author, at time: Timestamp) async throws
    /// What is remembered of each plane beside its declaration.
    func planeRecords() async throws -> [PlaneName: PlaneRecord]
    func recordFeedAddress(_ address: String, plane: PlaneName) async throws

    /// Keeps measured demand, and forgets what is older than a forecast looks back.
    func recordDemand(_ measured: [DemandHistory.Entry]) async throws
    /// All that is kept, the oldest first.
    func demandHistory() async throws -> [DemandHistory.Entry]

    /// Keeps what the loop learnt, in place of what was kept before.
    func recordMemory(_ memory: ControllerMemory) async throws
    /// What was kept; nil where nothing was, or this version cannot read it.
    func memory() async throws -> ControllerMemory?

    /// What is known of workloads' versions; a workload without an entry has had no other.
    func rollouts() async throws -> [WorkloadName: RolloutRow]
    /// Stores what a pass decided, all or nothing; false, and nothing is stored, where somebody else changed one of
    /// them meanwhile.
    func recordRollouts(_ changes: [WorkloadName: RolloutChange]) async throws -> Bool
    /// Tells a rollout something, and returns what came of it. Throws ``RolloutRecord/Refusal`` where it cannot be followed now.
    func direct(
        _ command: RolloutCommand, rollout workload: WorkloadName, by author: Author, at time: Timestamp
    ) async throws -> RolloutRecord
    /// Has one replica replaced; kept until it is gone.
    func drain(replica: ReplicaID, by author: Author, at time: Timestamp) async throws
    func drainedReplicas() async throws -> Set<ReplicaID>
    func forgetDrained(_ replicas: Set<ReplicaID>) async throws

    /// The generation of each document sent out. A digest that differs from the stored one gets the next generation; the
    /// counter is stored before any document leaves, so that no generation is ever used twice.
    func issueGenerations(_ digests: [String: String]) async throws -> [String: IssuedGeneration]
}

/// Resources and the counters they were read under.
package struct StoreContents: Equatable, Sendable {
    package var resources: [StoredResource]
    /// The newest change of anything.
    package var resourceVersion: UInt64
    /// The newest change of a declaration: statuses do not move it.
    package var declarationVersion: UInt64
}

/// One resource as stored.
package struct StoredResource: Equatable, Sendable {
    package var key: ResourceKey
    package var labels: [String: String]
    /// The document's JSON with nothing of its metadata but the name: equal texts are equal specifications.
    package var spec: String
    package var resourceVersion: UInt64
    package var generation: UInt64
    package var created: String
    /// JSON of the status; nil before the first reconciliation.
    package var status: String?

    package init(
        key: ResourceKey, labels: [String: String], spec: String, resourceVersion: UInt64, generation: UInt64, created: String,
        status: String?
    ) {
        self.key = key
        self.labels = labels
        self.spec = spec
        self.resourceVersion = resourceVersion
        self.generation = generation
        self.created = created
        self.status = status
    }
}

/// What one request declares.
package struct Declaration: Equatable, Sendable {
    package struct Write: Equatable, Sendable {
        package var key: ResourceKey
        package var labels: [String: String]
        package var spec: String
        /// The version the writer has seen; another one stored is a conflict. Nil overwrites.
        package var expectedVersion: UInt64?

        package init(key: ResourceKey, labels: [String: String] = [:], spec: String, expectedVersion: UInt64? = nil) {
            self.key = key
            self.labels = labels
            self.spec = spec
            self.expectedVersion = expectedVersion
        }
    }

    /// The declaration version the request was checked against (references, models); the store refuses when it moved.
    package var basedOn: UInt64
    package var writes: [Write]
    package var removals: [ResourceKey]
    /// Checks everything and writes nothing.
    package var isDryRun: Bool

    package init(basedOn: UInt64, writes: [Write] = [], removals: [ResourceKey] = [], isDryRun: Bool = false) {
        self.basedOn = basedOn
        self.writes = writes
        self.removals = removals
        self.isDryRun = isDryRun
    }
}

/// What a declaration did to one resource.
package struct DeclarationOutcome: Equatable, Sendable {
    package enum Action: String, Sendable { case created, configured, unchanged, deleted }

    package var key: ResourceKey
    package var action: Action
    package var resourceVersion: UInt64

    package init(key: ResourceKey, action: Action, resourceVersion: UInt64) {
        (self.key, self.action, self.resourceVersion) = (key, action, resourceVersion)
    }
}

/// One change of the store, in commit order.
package struct StoreChange: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    package var kind: Kind
    package var resource: StoredResource
    package var version: UInt64

    package init(kind: Kind, resource: StoredResource, version: UInt64) {
        (self.kind, self.resource, self.version) = (kind, resource, version)
    }
}

/// Who did something: a token's scope and number, never the token.
package struct Author: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(token: StoredToken) { description = "\(token.scope)#\(token.id)" }
    private init(_ description: String) { self.description = description }

    /// The control plane itself.
    package static let system = Author("system")
}

/// What is remembered of a plane beside its declaration.
package struct PlaneRecord: Equatable, Sendable {
    package var isDrained: Bool
    package var feedAddress: String?

    package init(isDrained: Bool = false, feedAddress: String? = nil) {
        (self.isDrained, self.feedAddress) = (isDrained, feedAddress)
    }
}

/// A generation given to a document, and whether this call gave it.
package struct IssuedGeneration: Equatable, Sendable {
    package var generation: UInt64
    package var isNew: Bool

    package init(generation: UInt64, isNew: Bool) { (self.generation, self.isNew) = (generation, isNew) }
}

extension TokenScope {
    /// What its tokens live and die with; nil for the admin's.
    var subject: ResourceKey? {
        switch self {
        case .admin: nil
        case .plane(let name): ResourceKey(kind: .workloadPlane, name: name.rawValue)
        case .gateway(let name): ResourceKey(kind: .gateway, name: name.rawValue)
        }
    }
}

/// A token to be kept.
package struct TokenRecord: Equatable, Sendable {
    package var scope: TokenScope
    /// SHA-256 in hexadecimal.
    package var digest: String
    /// ``FeedAuthentication/seed(gatewayToken:)`` of a gateway's token; nil for others.
    package var feedSeed: String?

    package init(token: String, scope: TokenScope) {
        self.scope = scope
        digest = FleetTransport.digest(token)
        if case .gateway = scope { feedSeed = FeedAuthentication.seed(gatewayToken: token) }
    }
}

/// A token as kept: enough to recognise it and to derive feed keys, never the token.
package struct StoredToken: Equatable, Sendable {
    package var id: UInt64
    package var scope: TokenScope
    package var digest: String
    package var feedSeed: String?
    package var created: String
}
