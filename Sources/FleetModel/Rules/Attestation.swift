/// Comparing names of attestations, which everybody writes a little differently.
package enum Attestation {
    /// Whether what is held proves what is asked for: the same name in another spelling (`SOC 2`, `soc2`), or one that is known
    /// to include it (`SOC2-Type2` for `SOC2`). A name that only looks alike proves nothing.
    package static func isShown(_ required: String, by held: [String]) -> Bool {
        let wanted = key(required)
        return held.contains { attestation in
            let shown = key(attestation)
            return shown == wanted || includes[shown]?.contains(wanted) == true
        }
    }

    /// Letters and digits in lower case, without the year of an ISO standard and without the second name of its publisher.
    static func key(_ name: String) -> String {
        var text = name.utf8.prefix { $0 != 58 }.filter { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        text = text.map { (65...90).contains($0) ? $0 + 32 : $0 }
        let folded = String(decoding: text, as: UTF8.self)
        if folded.hasPrefix("isoiec") { return "iso" + folded.dropFirst(6) }
        return spellings[folded] ?? folded
    }

    private static let spellings: [String: String] = [
        "soc2typeii": "soc2type2", "soc2typei": "soc2type1", "soc2t2": "soc2type2", "pci": "pcidss",
        "hipaabusinessassociateagreement": "hipaabaa",
        "euusdataprivacyframework": "euusdpf", "ukextensiontotheeuusdpf": "ukusdpf",
    ]

    /// A Type 2 report covers what Type 1 does, over time (AICPA, AT-C 205); FedRAMP baselines contain the lower ones (NIST
    /// SP 800-53B).
    private static let includes: [String: [String]] = [
        "soc2type1": ["soc2"], "soc2type2": ["soc2", "soc2type1"],
        "fedramplow": ["fedramp"], "fedrampmoderate": ["fedramp", "fedramplow"],
        "fedramphigh": ["fedramp", "fedramplow", "fedrampmoderate"], "pcidsslevel1": ["pcidss"],
    ]
}
