import FleetModel
import FleetRouting
import Gateway
import SeededCases
import Testing

@Suite("Databases of places")
struct CountryDatabaseTests {
    private static func writer(_ recordBits: Int = 28, _ version: Int = 6) -> CountryDatabaseWriter {
        var writer = CountryDatabaseWriter(recordBits: recordBits, version: version)
        writer.add("81.2.69.0/24", "GB")
        writer.add("24.48.0.0/14", "CA")
        writer.add("24.50.0.0/16", "US")
        writer.add("5.0.0.0/8", "ZZ")
        if version == 6 {
            writer.add("2001:218::/32", "JP")
            writer.add("2a02:cf40::/29", "NO")
        }
        return writer
    }

    private static func country(_ database: CountryDatabase, _ text: String) throws -> PlaceSet? {
        database.country(of: try #require(IPAddress(text)))
    }

    @Test("tell the country of an address in every record size", arguments: [24, 28, 32], [4, 6])
    func lookups(recordBits: Int, version: Int) throws {
        let database = try CountryDatabase(Self.writer(recordBits, version).bytes)
        let known = [
            ("81.2.69.160", "GB"), ("81.2.68.255", ""), ("24.48.0.1", "CA"), ("24.51.255.255", "CA"), ("24.50.0.9", "US"),
            ("24.52.0.0", ""), ("127.0.0.1", ""), ("5.6.7.8", ""),
        ]
        let newer = [("2001:218::1", "JP"), ("2001:219::1", ""), ("2a02:cf47::9", "NO"), ("::", "")]
        for (address, country) in known + (version == 6 ? newer : []) {
            #expect(try Self.country(database, address) == PlaceSet(country: country), "\(address)")
        }
        #expect(try Self.country(database, "2001:218::1") == (version == 6 ? PlaceSet(country: "JP") : nil))
        #expect(try Self.country(database, "::ffff:81.2.69.160") == PlaceSet(country: "GB"))
        #expect(database.buildEpoch == 1_795_000_000)
    }

    @Test("say why they are none")
    func malformed() throws {
        func problem(_ bytes: some Sequence<UInt8>) -> CountryDatabase.Problem? {
            do {
                _ = try CountryDatabase(Array(bytes))
                return nil
            } catch { return error }
        }
        func with(_ key: String, _ value: UInt64) -> [UInt8] {
            var writer = Self.writer()
            writer.metadata[key] = value
            return writer.bytes
        }
        #expect(problem([]) == .noMetadata)
        #expect(problem(Array("not a database".utf8)) == .noMetadata)
        #expect(problem(CountryDatabaseWriter.marker) == .malformedMetadata)
        #expect(problem(CountryDatabaseWriter.marker + [0xE1, 0x41]) == .malformedMetadata)
        #expect(problem(with("record_size", 20)) == .unsupported("a record size of 20 bits"))
        #expect(problem(with("ip_version", 5)) == .unsupported("IP version 5"))
        #expect(problem(with("binary_format_major_version", 3)) == .unsupported("format version 3"))
        #expect(problem(with("node_count", 0)) == .malformedMetadata)
        #expect(problem(with("node_count", 1 << 20)) == .truncated)
        #expect(problem(with("node_count", .max)) == .malformedMetadata)
        // The tree is whole, and what it points to is not there.
        let writer = Self.writer()
        #expect(problem(writer.bytes.suffix(500)) == .truncated)
    }

    @Test("data that leads nowhere, in circles or beyond the file is no country")
    func hostileData() throws {
        typealias W = CountryDatabaseWriter
        let nested = (0..<200).reduce([UInt8]([0x41, 0x41])) { inner, _ in [0xE1] + W.text("a") + inner }
        let hostile: [[UInt8]] = [
            [],
            // Pointers: to itself, to a pointer, beyond the end, of the largest value; a map's key that points back to the map.
            W.pointer(0), W.pointer(2) + W.pointer(0), W.pointer(2_000), [0x38, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xE1] + W.pointer(0), [0xE1] + W.text("country") + W.pointer(0), [0xE1] + W.text("country"),
            // Sizes beyond the end: of a map, a text, with one, two and three more bytes, and those missing.
            [0xFF, 0xFF, 0xFF, 0xFF], [0xFD], [0xFE, 0xFF], [0x5F, 0xFF, 0xFF, 0xFF], [0xE1, 0x5C],
            [0xFF, 0xFF, 0xFF, 0xFF] + W.text("a") + W.text("b"),
            // Kinds that are none, and the wrong ones.
            [0x00, 0xFF], [0x01, 0x20], W.text("country"), W.number(7), [0xE1] + W.number(1) + W.number(2),
            W.map([("country", W.text("CA"))]), W.map([("country", W.map([("iso_code", W.number(7))]))]),
            W.map([("country", W.map([("iso_code", W.text("CAN"))]))]), W.map([("country", W.map([("iso_code", [])]))]),
            W.map([("a", nested), ("country", W.map([("iso_code", W.text("CA"))]))]),
        ]
        for data in hostile {
            var writer = Self.writer()
            writer.data = data
            #expect(try Self.country(CountryDatabase(writer.bytes), "81.2.69.160") == nil, "\(data.prefix(8))")
        }
        var writer = Self.writer()
        writer.data = W.map([("country", W.map([("iso_code", W.text("CA"))]))])
        #expect(try Self.country(CountryDatabase(writer.bytes), "81.2.69.160") == PlaceSet(country: "CA"))
    }

    @Test("a tree whose nodes lead in circles ends after as many steps as an address has bits")
    func circularTree() throws {
        for bits in [24, 28, 32] {
            var bytes = Self.writer(bits).bytes
            // Every record of the first hundred nodes leads to the root.
            for index in 0..<100 * bits / 4 { bytes[index] = 0 }
            let database = try CountryDatabase(bytes)
            #expect(try Self.country(database, "81.2.69.160") == nil)
            #expect(try Self.country(database, "2001:218::1") == nil)
        }
    }

    @Test("property: whatever bytes are changed or missing, nothing is read that is not there")
    func fuzz() throws {
        let whole = Self.writer().bytes
        let addresses = ["81.2.69.160", "24.50.0.1", "2001:218::1", "2a02:cf41::", "255.255.255.255"].compactMap { IPAddress($0) }
        var random = SeededGenerator(seed: 0x6d_6d_64_62)
        var read = 0
        let cases = caseCount(perMille: 200)
        for _ in 0..<cases {
            var bytes = whole
            for _ in 0..<random.next(in: 1...8) {
                bytes[random.isOne(in: 2) ? random.below(bytes.count) : bytes.count - 1 - random.below(400)] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            if random.isOne(in: 4) { bytes.removeLast(random.below(bytes.count)) }
            if random.isOne(in: 4) { bytes.removeFirst(random.below(bytes.count)) }
            guard let database = try? CountryDatabase(bytes) else { continue }
            read += 1
            for address in addresses { _ = database.country(of: address) }
        }
        // Some are readable still, whatever the number of cases.
        #expect(read * 5 > cases)
    }
}
