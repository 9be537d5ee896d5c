/// How busy accelerators are and how full their memory is, read from a Prometheus page.
///
/// DCGM exporter's names (`DCGM_FI_DEV_GPU_UTIL` in percent, `DCGM_FI_DEV_FB_USED`, `_FREE` and `_RESERVED` in MiB, by the label
/// `gpu`; `DCGM_FI_PROF_GR_ENGINE_ACTIVE`, 0 to 1, in place of the first, which says nothing of a GPU's slices) and Triton's
/// (`nv_gpu_utilization`, 0 to 1, `nv_gpu_memory_used_bytes` and `_total_bytes`, by the label `gpu_uuid`). Values beyond what can be
/// count as not said: DCGM writes numbers near 2⁶³ for what it does not know.
package struct AcceleratorMetrics: Equatable, Sendable {
    package struct Use: Equatable, Sendable {
        /// 0 to 1; nil where the page does not say.
        package var use: Double?
        package var memoryUse: Double?

        package init(use: Double? = nil, memoryUse: Double? = nil) { (self.use, self.memoryUse) = (use, memoryUse) }
    }

    private struct Device: Equatable, Sendable {
        var percent = Mean()
        var active = Mean()
        var used: Double?
        var free: Double?
        var total: Double?
    }

    /// Slices of one GPU tell each for itself.
    private struct Mean: Equatable, Sendable {
        var sum = 0.0
        var count = 0.0

        var value: Double? { count > 0 ? sum / count : nil }
        mutating func add(_ value: Double) {
            sum += value
            count += 1
        }
    }

    /// More than any machine has.
    private static let deviceLimit = 256
    /// In the page's own unit: no accelerator has as much memory, in MiB or in bytes.
    private static let memoryLimit = 1e15

    private var devices: [String: Device] = [:]

    /// Nil where the page says nothing of accelerators.
    package init?(_ page: [UInt8]) {
        for line in page.split(separator: 10, omittingEmptySubsequences: true) {
            guard let sample = PrometheusSample(line, initials: "Dn") else { continue }
            take(sample)
        }
        if devices.isEmpty { return nil }
    }

    private mutating func take(_ sample: PrometheusSample) {
        switch sample.name {
        case "DCGM_FI_DEV_GPU_UTIL": add(sample, "gpu", upTo: 100) { $0.percent.add($1 / 100) }
        case "DCGM_FI_PROF_GR_ENGINE_ACTIVE": add(sample, "gpu", upTo: 1) { $0.active.add($1) }
        // What is reserved can be had by nobody.
        case "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_RESERVED":
            add(sample, "gpu", upTo: Self.memoryLimit) { $0.used = ($0.used ?? 0) + $1 }
        case "DCGM_FI_DEV_FB_FREE": add(sample, "gpu", upTo: Self.memoryLimit) { $0.free = ($0.free ?? 0) + $1 }
        case "nv_gpu_utilization": add(sample, "gpu_uuid", upTo: 1) { $0.percent.add($1) }
        case "nv_gpu_memory_used_bytes": add(sample, "gpu_uuid", upTo: Self.memoryLimit) { $0.used = $1 }
        case "nv_gpu_memory_total_bytes": add(sample, "gpu_uuid", upTo: Self.memoryLimit) { $0.total = $1 }
        default: return
        }
    }

    private mutating func add(
        _ sample: PrometheusSample, _ label: String, upTo most: Double, _ change: (inout Device, Double) -> Void
    ) {
        guard sample.value <= most, let name = sample.label(label),
            devices[name] != nil || devices.count < Self.deviceLimit
        else { return }
        change(&devices[name, default: Device()], sample.value)
    }

    /// Over the accelerators with these numbers: the mean of their use, and the fullest of their memories, which is the one to
    /// run out first. Nil where the page does not know one of them.
    package func use(of numbers: [Int]) -> Use? {
        let named = numbers.compactMap { devices["\($0)"] }
        return named.count == numbers.count ? Self.use(of: named) : nil
    }

    /// Over all of the page: right where the engine itself tells, which sees no others.
    package var whole: Use? { Self.use(of: devices.sorted { $0.key < $1.key }.map(\.value)) }

    private static func use(of devices: [Device]) -> Use? {
        let uses = devices.compactMap { $0.percent.value ?? $0.active.value }
        let memories = devices.compactMap(memoryUse)
        var use = Use()
        if !uses.isEmpty, uses.count == devices.count { use.use = uses.reduce(0, +) / Double(uses.count) }
        if !memories.isEmpty, memories.count == devices.count { use.memoryUse = memories.max() }
        return use == Use() ? nil : use
    }

    private static func memoryUse(_ device: Device) -> Double? {
        guard let used = device.used, let total = device.total ?? device.free.map({ used + $0 }), total > 0 else { return nil }
        return min(used / total, 1)
    }
}
