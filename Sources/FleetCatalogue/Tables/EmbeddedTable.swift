import CatalogueTables

/// A table of the embedded data set. Each is read when something first asks for it, and once.
enum EmbeddedTable {
    /// Every row behind the header. The tables are our own: their tests hold them to the columns the readers expect.
    static func rows(_ table: catalogue_table) -> [CSVRow] {
        var reader = CSVReader(bytes(table), limits: CSVReader.Limits(fieldsPerRow: 128))
        _ = reader.next()
        var rows: [CSVRow] = []
        while let item = reader.next() {
            if case .row(let row) = item { rows.append(row) }
        }
        return rows
    }

    private static func bytes(_ table: catalogue_table) -> [UInt8] {
        Array(UnsafeBufferPointer(start: table.bytes, count: table.count))
    }
}
