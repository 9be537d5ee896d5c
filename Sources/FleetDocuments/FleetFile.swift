/// One file of fleet documents: YAML, or JSON, which is YAML.
package struct FleetFile: Sendable {
    /// As it should stand in messages: a path, or `request body`.
    package let name: String
    package let text: String

    package init(name: String, text: String) { (self.name, self.text) = (name, text) }
}

/// Bounds on what is read, so that a hostile file costs little.
package enum DocumentLimit {
    /// Bytes of one file.
    package static let fileBytes = 4 * 1_024 * 1_024
    /// Documents of one call, over all files.
    package static let documents = 4_096
    /// Mappings and lists inside each other.
    package static let nesting = 32
    /// Characters of one file that begin or separate values: line breaks, commas, colons, brackets and list dashes. A value costs
    /// some hundred bytes once parsed and none comes without such a character.
    package static let structure = 400_000
    /// How many times a file's limits a stored resource may reach.
    static let storedGrowth = 4
    /// Problems told; the rest is only counted.
    package static let problems = 1_000
    /// Repeated keys told apart in one document; more of them end its reading.
    package static let repeatedKeys = 16
}
