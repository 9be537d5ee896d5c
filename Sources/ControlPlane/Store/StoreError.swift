package import FleetModel

/// Why the store refused.
package enum StoreError: Error, Equatable, CustomStringConvertible {
    /// The writer has seen an older version than the stored one.
    case conflict(ResourceKey, expected: UInt64, stored: UInt64?)
    case notFound(ResourceKey)
    /// Another declaration was stored between the check and the write: check again.
    case declarationsMoved
    /// A named limit is reached: of what.
    case tooMany(String)
    /// The database is of a newer program.
    case unreadable(String)

    package var description: String {
        switch self {
        case .conflict(let key, let expected, let stored?):
            "\(key) is at resourceVersion \(stored), not \(expected): somebody changed it; read it again and repeat the change"
        case .conflict(let key, let expected, nil):
            "\(key) does not exist, but resourceVersion \(expected) was named; leave metadata.resourceVersion out to create it"
        case .notFound(let key): "there is no \(key)"
        case .declarationsMoved: "the fleet changed while the request was checked; repeat it"
        case .tooMany(let what): "too many \(what); wait until some of them are done"
        case .unreadable(let reason): reason
        }
    }
}
