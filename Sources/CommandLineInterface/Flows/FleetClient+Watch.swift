package import FleetTransport

extension FleetClient {
    /// How a watch waits before it opens a broken stream again.
    package static let watchBackoff = Backoff(initial: .milliseconds(500), maximum: .seconds(10))
    /// Openings that may fail one after the other before the watch gives up.
    package static let watchAttempts = 10

    /// `tradewind get KIND [NAME] --watch`: what is there, then a line for every change until the reader or the user ends it.
    /// `wait` sleeps and is told how long.
    package func watch(
        _ listing: Listing, name: String?, format: OutputFormat, wait: (Duration) async throws -> Void
    ) async throws {
        guard listing.isStreamed else { return try await poll(listing, name: name, format: format, wait: wait) }
        var cursor = WatchCursor(listing: listing, name: name)
        var printer = ChangePrinter(listing: listing, format: format)
        func list() async throws {
            let list = try await connection.value(of: .list(listing))
            try console.write(printer.start(cursor.listed(list), now: now()))
        }
        try await list()
        var backoff = Self.watchBackoff
        var failures = 0
        while true {
            do {
                for try await event in connection.events(of: .watch(listing, after: cursor.resourceVersion)) {
                    (failures, backoff) = (0, Self.watchBackoff)
                    guard let change = try cursor.received(event: event.name, data: event.data) else { continue }
                    try console.write(printer.change(change, now: now()))
                }
                try Task.checkCancellation()
                failures += 1
            } catch let failure as CommandFailure where failure.exit == .conflict {
                // The changes since our version are no longer kept.
                failures += 1
                try await list()
            } catch let failure as CommandFailure {
                failures += 1
                guard failure.exit == .unreachable, failures < Self.watchAttempts else { throw failure }
                console.remark("\(failure.message.prefix { $0 != "." }); trying again")
            }
            guard failures < Self.watchAttempts else {
                throw CommandFailure(.unreachable, "the control plane ended the watch \(failures) times without a change")
            }
            try await wait(backoff.next(jitter: 0.5))
        }
    }
}

extension FleetClient {
    /// How often a listing without a stream is read.
    package static let pollInterval = Duration.seconds(2)

    private func poll(
        _ listing: Listing, name: String?, format: OutputFormat, wait: (Duration) async throws -> Void
    ) async throws {
        func read() async throws -> [JSONValue] {
            let items = try await items(of: listing)
            return name.map { name in items.filter { Self.matches($0, listing: listing, name: name) } } ?? items
        }
        var printer = ChangePrinter(listing: listing, format: format)
        var known = ListingComparison(try await read())
        try console.write(printer.start(known.items, now: now()))
        var failures = 0
        while true {
            try await wait(Self.pollInterval)
            do {
                for change in known.replaced(by: try await read()) { try console.write(printer.change(change, now: now())) }
                failures = 0
            } catch let failure as CommandFailure {
                failures += 1
                guard failure.exit == .unreachable, failures < Self.watchAttempts else { throw failure }
                console.remark("\(failure.message.prefix { $0 != "." }); trying again")
            }
        }
    }
}

/// Prints a watched listing.
package struct ChangePrinter: Sendable {
    private let listing: Listing
    private let format: OutputFormat
    private var layout = TableLayout()

    package init(listing: Listing, format: OutputFormat) {
        self.listing = listing
        self.format = format
    }

    /// What was there when the watch began.
    package mutating func start(_ items: [JSONValue], now: Double) -> String {
        switch format {
        case .table, .wide:
            let table = table(items, now: now)
            layout.widen(for: [table.headings] + table.rows)
            return ([table.headings] + table.rows).map { layout.line($0) + "\n" }.joined()
        case .json, .yaml: return items.map(document).joined()
        }
    }

    /// One change. A table marks what is gone, since its row looks like any other.
    package mutating func change(_ change: WatchCursor.Change, now: Double) -> String {
        switch format {
        case .table, .wide:
            let rows = table([change.item], now: now).rows
            layout.widen(for: rows)
            let mark = change.kind == .deleted ? "   (deleted)" : ""
            return rows.map { layout.line($0) + mark + "\n" }.joined()
        case .json, .yaml:
            return document(["type": .string(change.kind.rawValue), "object": change.item])
        }
    }

    private func table(_ items: [JSONValue], now: Double) -> Table {
        Table(items, of: listing, isWide: format == .wide, now: now)
    }

    private func document(_ value: JSONValue) -> String {
        format == .json ? JSONText.pretty(value) + "\n" : "---\n" + YAMLText.document(value)
    }
}
