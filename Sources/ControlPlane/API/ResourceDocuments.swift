import FleetDocuments
package import FleetModel
import Synchronization

/// Resources between their documents (what users write and read), their stored form and the model.
package final class ResourceDocuments: Sendable {
    private struct Decoded: Sendable {
        var spec: String
        var labels: [String: String]
        var resource: Resource
    }

    /// Stored resources already decoded, as long as they stay the same.
    private let decoded = Mutex<[ResourceKey: Decoded]>([:])

    package init() {}

    // MARK: Documents to the store

    /// Decodes a request's documents; `known` are the resources they may refer to beside each other.
    package func decode(_ text: String, known: [ResourceKey]) throws -> [Resource] {
        switch FleetDecoder.decode([FleetFile(name: "request body", text: text)], known: known) {
        case .success(let resources): return resources
        case .failure(let problems): throw APIError.invalidFleet(problems.problems)
        }
    }

    /// A resource as the store takes it. Its specification is written with nothing of its metadata but the name, so that equal
    /// texts are equal specifications.
    package static func write(_ resource: Resource, expectedVersion: UInt64?) -> Declaration.Write {
        var plain = resource
        plain.metadata = Metadata(name: resource.metadata.name)
        return Declaration.Write(
            key: resource.key, labels: resource.metadata.labels, spec: FleetEncoder.json(plain),
            expectedVersion: expectedVersion)
    }

    // MARK: The store to documents

    /// The whole document as users read it, JSON.
    package func document(_ stored: StoredResource) throws -> String {
        FleetEncoder.json(try resource(stored), statusJSON: stored.status)
    }

    /// The stored fleet as the model. A resource that cannot be read fails the whole, for a fleet without one of its policies
    /// would have another fence.
    package func fleet(_ contents: StoreContents) throws -> Fleet {
        let resources = try contents.resources.map(resource)
        let keys = Set(contents.resources.map(\.key))
        decoded.withLock { cache in cache = cache.filter { keys.contains($0.key) } }
        return Fleet(resources)
    }

    package func resource(_ stored: StoredResource) throws -> Resource {
        let cached = decoded.withLock { $0[stored.key] }
        var resource: Resource
        if let cached, cached.spec == stored.spec, cached.labels == stored.labels {
            resource = cached.resource
        } else {
            resource = try Self.decode(stored)
            decoded.withLock { $0[stored.key] = Decoded(spec: stored.spec, labels: stored.labels, resource: resource) }
        }
        resource.metadata.resourceVersion = stored.resourceVersion
        resource.metadata.generation = stored.generation
        resource.metadata.creationTimestamp = stored.created
        return resource
    }

    private static func decode(_ stored: StoredResource) throws -> Resource {
        switch FleetDecoder.decodeResource(json: stored.spec) {
        case .success(var resource):
            guard resource.key == stored.key else {
                throw StoreError.unreadable("the stored \(stored.key) holds \(resource.key)")
            }
            resource.metadata.labels = stored.labels
            return resource
        case .failure(let problems):
            throw StoreError.unreadable("the stored \(stored.key) is not readable by this version: \(problems)")
        }
    }
}
