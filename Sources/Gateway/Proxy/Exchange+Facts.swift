import FleetModel
import FleetRouting
import NIOCore

/// What the router is told of a request, and what the client is told of its session.
extension Exchange {
    func facts(workload: WorkloadIndex, route: RouteEntry) -> RequestFacts {
        guard let directory = worker.table?.directory else {
            return RequestFacts(workload: workload, places: client.origin.places)
        }
        let own = directory.balancing(of: workload)
        let rules = route.balancing ?? own
        return RequestFacts(
            workload: workload, places: client.origin.places, balancing: rules.policy, planes: rules.planes ?? own.planes,
            key: rules.policy.isHash ? hashKey(rules) : nil, session: session(rules),
            prefix: rules.affinity == .prefix && !client.body.isForm
                ? prefix(seed: directory.identityHash(of: workload)) : nil)
    }

    /// `set-cookie` where the session's replica is new to the client; empty where the client holds it already.
    func sessionLine(route: RouteEntry?) -> [UInt8] {
        guard let table = worker.table else { return [] }
        let rules = route?.balancing ?? table.directory.balancing(of: facts.workload)
        guard rules.affinity == .cookie, let entry = table.replica(handle), facts.session != .replica(entry.identityHash)
        else { return [] }
        return SessionCookie.line(rules.cookie, replica: entry.identityHash)
    }

    private func hashKey(_ rules: BalancingEntry) -> UInt64? {
        switch rules.hashOn {
        case .clientAddress: client.addressHash
        case .header: hash(header: rules.header)
        case .cookie: cookie(rules.cookieName) { ByteHash.hash(UnsafeRawBufferPointer(rebasing: $0[$1])) }
        }
    }

    private func session(_ rules: BalancingEntry) -> RequestFacts.Session? {
        switch rules.affinity {
        case .none, .prefix: nil
        case .header: hash(header: rules.header).map { .key($0) }
        case .cookie: cookie(rules.cookieName, SessionCookie.replica).map { .replica($0) }
        }
    }

    /// The first field of the name; an empty value is none.
    private func hash(header name: [UInt8]) -> UInt64? {
        client.headBytes.withUnsafeReadableBytes { bytes in
            for field in client.table.fields where field.nameCount == name.count && field.valueCount > 0 {
                let isNamed = name.indices.allSatisfy {
                    HTTPByte.lowercased(bytes[Int(field.nameStart) + $0]) == HTTPByte.lowercased(name[$0])
                }
                if isNamed { return ByteHash.hash(UnsafeRawBufferPointer(rebasing: bytes[field.value])) }
            }
            return nil
        }
    }

    private func cookie(_ name: [UInt8], _ read: (UnsafeRawBufferPointer, Range<Int>) -> UInt64?) -> UInt64? {
        client.headBytes.withUnsafeReadableBytes { bytes in
            guard let value = CookieReader.value(of: name, in: bytes, fields: client.table.fields), !value.isEmpty else {
                return nil
            }
            return read(bytes, value)
        }
    }

    /// From where the prompt begins, where the body's scan has found it; else from the body's first byte. Instructions behind the
    /// prompt count first: engines read them first, and they are what conversations have in common.
    private func prefix(seed: UInt64) -> PrefixChain {
        let isScanned = route?.workload == nil
        let start = isScanned ? client.body.scanner.promptStart ?? 0 : 0
        return client.body.bytes.withUnsafeReadableBytes { bytes in
            let prompt = UnsafeRawBufferPointer(rebasing: bytes[min(start, bytes.count)...])
            guard isScanned, let first = client.body.scanner.lateInstructions, first.upperBound <= bytes.count else {
                return PrefixChain(prompt, seed: seed)
            }
            let most = PrefixChain.blockBytes * PrefixChain.maximumBlocks
            let conversation = bytes[min(start, first.lowerBound)..<first.lowerBound]
            return (Array(bytes[first].prefix(most)) + conversation.prefix(most)).withUnsafeBytes { PrefixChain($0, seed: seed) }
        }
    }
}
