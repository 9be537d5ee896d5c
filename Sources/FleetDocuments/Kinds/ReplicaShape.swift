import FleetModel

/// What a replica needs, as written: a profile may leave the number of accelerators to the requirement.
struct ReplicaDraft: Sendable {
    struct ProfileDraft: Sendable {
        var accelerator: AcceleratorType
        var accelerators: Int?
        var rate: RequestsPerSecond
    }

    /// Everything but the profile.
    fileprivate var plain: ReplicaRequirement
    fileprivate var profile: [ProfileDraft]

    init(_ requirement: ReplicaRequirement) {
        plain = requirement
        let implied = requirement.accelerators ?? 1
        profile = requirement.profile.map {
            ProfileDraft(
                accelerator: $0.accelerator, accelerators: $0.accelerators == implied ? nil : $0.accelerators, rate: $0.rate)
        }
    }

    var requirement: ReplicaRequirement {
        var requirement = plain
        requirement.profile = profile.map {
            AcceleratorProfile(
                accelerator: $0.accelerator, accelerators: $0.accelerators ?? plain.accelerators ?? 1, rate: $0.rate)
        }
        return requirement
    }
}

extension ValueRule where Value == ReplicaDraft {
    static var replica: ValueRule {
        let blank = ReplicaRequirement(profile: [])
        return Shape<ReplicaDraft>(
            blank: ReplicaDraft(blank),
            [
                .group(
                    "accelerator",
                    [
                        .optional("memory", \.plain.memory, .leastMemory),
                        .optional("count", \.plain.accelerators, .whole("accelerators")),
                        .optional("architecture", \.plain.architectures, default: [], .oneOrMore(.architecture)),
                        .optional("type", \.plain.types, default: [], .oneOrMore(.accelerator)),
                    ]),
                .required("profile", \.profile, .profile),
                .optional("engine", \.plain.engine, .engine),
                .optional("drainTimeout", \.plain.drainTimeout, default: blank.drainTimeout, .quantity),
                .optional("checkpoint", \.plain.checkpoint, CheckpointCall.rule),
                .group(
                    "artifact",
                    [
                        .optional("size", \.plain.artifact, .quantity),
                        .optional("revision", \.plain.revision, .text("a version such as 2026-11-21 or a commit")),
                    ]),
            ]
        ).rule
    }
}

extension ValueRule where Value == [ReplicaDraft.ProfileDraft] {
    /// Accelerator type to what one replica needs and does there.
    static var profile: ValueRule {
        let entry = Shape<ReplicaDraft.ProfileDraft>(
            blank: ReplicaDraft.ProfileDraft(accelerator: "", rate: RequestsPerSecond(1)),
            [
                .optional("accelerators", \.accelerators, .whole("accelerators")),
                .required("rate", \.rate, .quantity),
            ])
        return ValueRule<[KeyedValue<ReplicaDraft.ProfileDraft>]>.entries(keys: "accelerator types", entry.rule).resolved(
            { entries, node, reading in profile(of: entries, node, &reading) },
            back: { profiles in profiles.map { KeyedValue(key: $0.accelerator.name, value: $0) } })
    }

    private static func profile(
        of entries: [KeyedValue<ReplicaDraft.ProfileDraft>], _ node: DocumentNode, _ reading: inout Reading
    ) -> [ReplicaDraft.ProfileDraft] {
        var spellings: [AcceleratorType: String] = [:]
        return entries.compactMap { entry in
            let (field, line) = (reading.path.key(entry.key), node[entry.key]?.line ?? node.line)
            guard let type = readAccelerator(entry.key, line: line, at: field, &reading) else { return nil }
            if let earlier = spellings[type] {
                reading.report(
                    line: line, at: field, "this is \(type), given already as \(quoted(earlier))", accepted: "each type once")
                return nil
            }
            spellings[type] = entry.key
            return ReplicaDraft.ProfileDraft(
                accelerator: type, accelerators: entry.value.accelerators, rate: entry.value.rate)
        }
    }
}

extension ValueRule where Value == Gibibytes {
    /// Memory an accelerator must have at least; a sign that says so may stand before it.
    static var leastMemory: ValueRule {
        .scalar(
            accepted: "a size above 0 such as 80GiB, or >= 80GiB",
            read: { text, _ in
                let sign = [">=", "≥"].first(where: text.hasPrefix) ?? ""
                return Gibibytes(text: String(text.dropFirst(sign.count)))
            },
            write: { .text($0.text) })
    }

    /// What one answer weighs, which is less than memory is measured in.
    static var answerSize: ValueRule {
        .scalar(
            accepted: "a size above 0 such as 40KiB or 2MiB", read: { text, _ in Gibibytes(text: text) },
            write: { .text($0.text) })
    }
}
