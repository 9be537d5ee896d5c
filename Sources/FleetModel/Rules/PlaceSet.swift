/// Places a request's client may be in, or that a plane may serve: countries, the gateway's own place, and the unknown one.
///
/// 256 bits, so that a request carries it without an allocation and one comparison says whether a plane may serve all of them.
package struct PlaceSet: Hashable, Sendable {
    private static let unknownBit = 249
    private static let gatewayBit = 250

    private var bits: SIMD4<UInt64>

    private init(bits: SIMD4<UInt64>) { self.bits = bits }

    private init(bit: Int) {
        var bits = SIMD4<UInt64>()
        bits[bit >> 6] = 1 << UInt64(bit & 63)
        self.bits = bits
    }

    /// Where the gateway stands: what clients are taken for of whom nothing else is known or asked.
    package static let gateway = PlaceSet(bit: gatewayBit)
    /// Somewhere, nobody knows where: the strictest rules hold.
    package static let unknown = PlaceSet(bit: unknownBit)
    /// No place: what a plane admits that serves nobody. Never where a request is.
    package static let nowhere = PlaceSet(bits: SIMD4())
    /// Every place there is.
    package static let all = PlaceSet(bits: SIMD4(repeating: .max))

    /// The country of an ISO 3166-1 alpha-2 code in capitals; nil for anything else, such as the `XX`, `T1` and `ZZ` by which
    /// databases and CDNs say that they do not know.
    package init?(country: String) {
        let letters = Array(country.utf8)
        guard letters.count == 2 else { return nil }
        self.init(letters[0], letters[1])
    }

    /// The country of two letters, whatever their case.
    package init?(_ first: UInt8, _ second: UInt8) {
        let (one, two) = (Int(first | 32) - 97, Int(second | 32) - 97)
        guard (0..<26).contains(one), (0..<26).contains(two) else { return nil }
        let number = Self.numbers[one * 26 + two]
        guard number >= 0 else { return nil }
        self.init(bit: Int(number))
    }

    /// The union of countries and, where asked for, of what is not known; nil where that is nothing.
    package init?(countries: [String], includesUnknown: Bool) {
        var bits = SIMD4<UInt64>()
        for country in countries { bits |= PlaceSet(country: country)?.bits ?? SIMD4() }
        if includesUnknown { bits |= Self.unknown.bits }
        guard bits != SIMD4() else { return nil }
        self.init(bits: bits)
    }

    /// Whether a plane that admits clients of `admitted` may serve one who is in all of these places. Nobody is nowhere: such a
    /// client is served by no plane.
    @inline(__always)
    package func isServed(by admitted: PlaceSet) -> Bool { bits & ~admitted.bits == SIMD4() && bits != SIMD4() }

    package func isDisjoint(with other: PlaceSet) -> Bool { bits & other.bits == SIMD4() }

    package func union(_ other: PlaceSet) -> PlaceSet { PlaceSet(bits: bits | other.bits) }

    /// By both letters: the country's position in ``PlaceRules/countries``, or -1.
    private static let numbers: [Int16] = {
        var numbers = [Int16](repeating: -1, count: 26 * 26)
        for (number, country) in PlaceRules.countries.enumerated() {
            let letters = Array(country.utf8)
            numbers[Int(letters[0] - 65) * 26 + Int(letters[1] - 65)] = Int16(number)
        }
        return numbers
    }()
}
