/// Where a command prints: results to standard output, remarks to standard error.
package struct Console: Sendable {
    /// Takes whole lines, line breaks included. Throws ``Closed`` when nobody reads any more.
    package var write: @Sendable (String) throws -> Void
    /// Takes one line without its line break.
    package var remark: @Sendable (String) -> Void

    /// The reader of standard output went away, as `head` does: no reason to go on, and no error either.
    package struct Closed: Error, Equatable {
        package init() {}
    }

    package init(write: @escaping @Sendable (String) throws -> Void, remark: @escaping @Sendable (String) -> Void) {
        self.write = write
        self.remark = remark
    }
}
