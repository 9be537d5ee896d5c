extension CapacityPool {
    /// What a replica that takes so many accelerators of one node costs in an hour, US dollars: its share of the node's price.
    /// Owned capacity costs nothing more; nil where the price is not known.
    package func usdPerHour(accelerators: Int) -> Double? {
        if owned { return 0 }
        return usdPerNodeHour.map { $0 * Double(accelerators) / Double(max(1, acceleratorsPerNode)) }
    }
}
