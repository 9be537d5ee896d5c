import GRDB

/// Reading columns of a file that somebody else may have written to: what is not of its type is an error, never a trap.
extension Row {
    func text(_ column: String) throws -> String {
        let value: DatabaseValue = self[column]
        guard case .string(let text) = value.storage else { throw unreadable(column) }
        return text
    }

    func optionalText(_ column: String) throws -> String? {
        let value: DatabaseValue = self[column]
        return value.isNull ? nil : try text(column)
    }

    func number(_ column: String) throws -> UInt64 {
        let value: DatabaseValue = self[column]
        guard case .int64(let number) = value.storage, let number = UInt64(exactly: number) else { throw unreadable(column) }
        return number
    }

    func real(_ column: String) throws -> Double {
        let value: DatabaseValue = self[column]
        guard case .double(let number) = value.storage else { throw unreadable(column) }
        return number
    }

    private func unreadable(_ column: String) -> StoreError {
        .unreadable("the database was changed behind our back: its column \(column) holds what was never written there")
    }
}
