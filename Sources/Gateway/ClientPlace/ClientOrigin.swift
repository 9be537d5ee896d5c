import FleetModel
import FleetRouting
import NIOCore

/// Where the requests of one connection come from: the peer, and what a trusted peer and the database say of who asks. What was
/// found out is kept until something it rests on changes, so that a connection's next request costs a comparison.
struct ClientOrigin {
    /// `x-forwarded-for` and `x-forwarded-proto` with CRLFs: the client, as far as somebody trusted or the gateway itself saw it.
    private(set) var forwardingLines: [UInt8]
    /// Of the client's address, for hash policies.
    private(set) var addressHash: UInt64
    /// Where the client of the request at hand may be.
    private(set) var places = PlaceSet.gateway

    private let scheme: ClientConnection.Scheme
    private let peer: IPAddress?
    /// Whose address the lines and the hash are of; nil for the peer's, whatever it is.
    private var client: IPAddress?
    private var rules: ClientPlaceEntry?
    private var isPeerTrusted = false
    private var database: CountryDatabase?
    /// What the database said of `looked`.
    private var looked: IPAddress?
    private var country: PlaceSet?

    /// - Parameter peerAddress: as digits; nil where the connection has none.
    init(peerAddress: String?, scheme: ClientConnection.Scheme) {
        let text = peerAddress ?? "unknown"
        let address = peerAddress.flatMap { IPAddress($0) }
        peer = address
        client = address
        addressHash = ByteHash.hash(address?.description ?? text)
        self.scheme = scheme
        forwardingLines = Self.lines(address?.description ?? text, scheme)
    }

    private static func lines(_ address: String, _ scheme: ClientConnection.Scheme) -> [UInt8] {
        Array("x-forwarded-for: \(address)\r\nx-forwarded-proto: \(scheme)\r\n".utf8)
    }

    /// Finds out where a request comes from.
    /// - Parameter home: where its tenant's users are.
    mutating func take(
        _ head: UnsafeRawBufferPointer, _ table: inout HeaderTable, rules: ClientPlaceEntry?, home: PlaceSet?,
        database: CountryDatabase?
    ) {
        guard rules != nil || self.rules != nil else {
            places = home.map { $0.union(.gateway) } ?? .gateway
            return
        }
        if rules !== self.rules {
            self.rules = rules
            isPeerTrusted = peer.map { rules?.trusts($0) ?? false } ?? false
        }
        var address = peer
        if let rules, isPeerTrusted {
            switch ForwardedChain.client(head, table.fields, rules) {
            case .nobody: break
            case .address(let found): address = found
            case .hidden: address = nil
            }
        }
        become(address)
        places = found(head, table.fields, rules, address, database, home: home)
        // They were said to this gateway: a replica must not take them for the gateway's word.
        if let rules { table.markForwarding(rules, in: head) }
    }

    private mutating func found(
        _ head: UnsafeRawBufferPointer, _ fields: [HeaderField], _ rules: ClientPlaceEntry?, _ address: IPAddress?,
        _ database: CountryDatabase?, home: PlaceSet?
    ) -> PlaceSet {
        guard let rules, rules.findsCountries else { return home.map { $0.union(.gateway) } ?? .gateway }
        var places = home
        func add(_ place: PlaceSet?) {
            guard let place else { return }
            places = places?.union(place) ?? place
        }
        if isPeerTrusted, !rules.countryHeader.isEmpty {
            for field in fields where field.isNamed(rules.countryHeader, in: head) { add(Self.country(head, field.value)) }
        }
        if rules.database != nil { add(look(address, in: database)) }
        return places ?? .unknown
    }

    /// The country of an address, asked for once.
    private mutating func look(_ address: IPAddress?, in database: CountryDatabase?) -> PlaceSet? {
        guard let address, let database else { return nil }
        if looked != address || self.database !== database {
            (looked, self.database) = (address, database)
            country = database.country(of: address)
        }
        return country
    }

    /// Two letters, or two letters and what comes behind a comma (`US,Mountain View`).
    private static func country(_ head: UnsafeRawBufferPointer, _ value: Range<Int>) -> PlaceSet? {
        guard value.count >= 2 else { return nil }
        guard value.count == 2 || head[value.lowerBound + 2] == HTTPByte.comma else { return nil }
        return PlaceSet(head[value.lowerBound], head[value.lowerBound + 1])
    }

    /// What replicas are told and hashes go by: the client's address, or the last proxy's where the client's is hidden.
    private mutating func become(_ address: IPAddress?) {
        let shown = address ?? peer
        guard shown != client, let shown else { return }
        client = shown
        let text = shown.description
        addressHash = ByteHash.hash(text)
        forwardingLines = Self.lines(text, scheme)
    }
}

extension ClientConnection {
    /// Finds out where the request at hand comes from.
    func findPlace() {
        let rules = worker.table?.directory.clientPlace
        headBytes.withUnsafeReadableBytes { raw in
            origin.take(raw, &table, rules: rules, home: tenant?.home, database: worker.countries)
        }
        if origin.places == .unknown { worker.counters.unknownPlaces += 1 }
    }

    var forwardingLines: [UInt8] { origin.forwardingLines }
    var addressHash: UInt64 { origin.addressHash }
}

extension HeaderTable {
    /// Takes the fields that tell clients' places for what only this gateway reads.
    mutating func markForwarding(_ rules: ClientPlaceEntry, in bytes: UnsafeRawBufferPointer) {
        mark(.forwarding) { $0.isNamed(rules.addressHeader, in: bytes) || $0.isNamed(rules.countryHeader, in: bytes) }
    }
}
