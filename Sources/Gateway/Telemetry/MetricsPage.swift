package import FleetModel
package import FleetRouting

/// The gateway's metrics in the Prometheus text format, version 0.0.4.
package struct MetricsPage {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var text = ""

    /// Renders one page.
    /// - Parameters:
    ///   - counters: the sum over all loops.
    ///   - routers: one per loop: requests in flight add up, ejections are seen by each loop and so the largest counts.
    package static func render(
        counters: LoopCounters, routers: [RouterStatistics], facts: ControlFacts,
        telemetry: TelemetryService.Statistics = .init(), now: Moment
    ) -> String {
        var page = MetricsPage()
        let workloads = facts.table?.directory.workloads.map(\.name.rawValue) ?? []
        let planes = facts.table?.directory.planes.map(\.name.rawValue) ?? []
        page.requests(counters, workloads: workloads, planes: planes)
        page.generation(counters.generation.rows, workloads: workloads)
        page.attempts(counters)
        page.connections(counters, routers)
        page.control(facts, now: now)
        page.telemetry(telemetry, dropped: counters.droppedRecords)
        return page.text
    }

    private mutating func requests(_ counters: LoopCounters, workloads: [String], planes: [String]) {
        let workload = { (row: Int) in Self.name(row, workloads) }
        family("requests_total", "counter", "Finished requests; code 499 is a client that left.")
        let codes = StatusLabel.allCases
        for (row, cells) in counters.requests.enumerated() {
            for (cell, count) in cells.enumerated() where count > 0 {
                sample(
                    "requests_total",
                    [
                        ("workload", workload(row)), ("plane", Self.name(cell / codes.count, planes)),
                        ("code", codes[cell % codes.count].text),
                    ], "\(count)")
            }
        }
        family("time_to_first_byte_seconds", "histogram", "From a request's first byte to its response's first byte.")
        for (row, histogram) in counters.timeToFirstByte.enumerated() where histogram.count > 0 {
            self.histogram("time_to_first_byte_seconds", workload(row), histogram)
        }
        family("request_duration_seconds", "histogram", "From a request's first byte to its response's last byte.")
        for (row, histogram) in counters.duration.enumerated() where histogram.count > 0 {
            self.histogram("request_duration_seconds", workload(row), histogram)
        }
    }

    private mutating func generation(_ rows: [GenerationCounters.Row], workloads: [String]) {
        family(
            "time_to_first_token_seconds", "histogram", "Event streams: from a request's first byte to the stream's first data.")
        for (row, counted) in rows.enumerated() where counted.firstToken.count > 0 {
            histogram("time_to_first_token_seconds", Self.name(row, workloads), counted.firstToken)
        }
        family("queue_wait_seconds", "histogram", "In line for a replica, of requests that stood in it.")
        for (row, counted) in rows.enumerated() where counted.queueWait.count > 0 {
            histogram("queue_wait_seconds", Self.name(row, workloads), counted.queueWait)
        }
        family("tokens_total", "counter", "Tokens by what answers said of them, where answers are read for it.")
        for (row, counted) in rows.enumerated() where counted.inputTokens + counted.outputTokens > 0 {
            let workload = ("workload", Self.name(row, workloads))
            sample("tokens_total", [workload, ("type", "input")], "\(counted.inputTokens)")
            sample("tokens_total", [workload, ("type", "output")], "\(counted.outputTokens)")
        }
    }

    private mutating func attempts(_ counters: LoopCounters) {
        single("retries_total", "counter", "Attempts after a request's first.", counters.retries)
        single("hedges_total", "counter", "Second attempts sent beside a first.", counters.hedges)
        single("fallbacks_total", "counter", "Requests that went to another workload.", counters.fallbacks)
        family("upstream_failures_total", "counter", "Attempts that failed, by kind.")
        for kind in LoopCounters.UpstreamFailure.allCases {
            sample("upstream_failures_total", [("kind", kind.text)], "\(counters.failures[Int(kind.rawValue)])")
        }
        family("decisions_total", "counter", "Routing decisions that sent a request, by reason.")
        for reason in RoutingReason.allCases {
            sample("decisions_total", [("reason", reason.code.description)], "\(counters.reasons[Int(reason.rawValue)])")
        }
        family("refusals_total", "counter", "Requests sent nowhere, by reason.")
        for refusal in RoutingRefusal.allCases {
            sample("refusals_total", [("reason", refusal.code.description)], "\(counters.refusals[Int(refusal.rawValue)])")
        }
        for refusal in AdmissionRefusal.allCases {
            sample("refusals_total", [("reason", refusal.code)], "\(counters.admissionRefusals[Int(refusal.rawValue)])")
        }
        single("client_disconnects_total", "counter", "Requests whose client left early.", counters.clientDisconnects)
        single("unknown_places_total", "counter", "Requests whose client's place is not known.", counters.unknownPlaces)
        single("malformed_requests_total", "counter", "Requests refused by the HTTP parser.", counters.malformedRequests)
        single("tls_handshakes_total", "counter", "TLS handshakes of clients that succeeded.", counters.handshakes)
        single("tls_handshake_failures_total", "counter", "TLS handshakes of clients that did not.", counters.failedHandshakes)
        single(
            "proxy_protocol_errors_total", "counter",
            "Connections of trusted proxies without a whole, right PROXY header.", counters.malformedProxyHeaders)
        single("http2_protocol_errors_total", "counter", "Errors of HTTP/2 clients.", counters.protocolErrors)
        single("received_bytes_total", "counter", "Bytes read from clients.", counters.receivedBytes)
        single("sent_bytes_total", "counter", "Bytes written to clients.", counters.sentBytes)
    }

    private mutating func connections(_ counters: LoopCounters, _ routers: [RouterStatistics]) {
        single("requests_in_flight", "gauge", "Requests being served.", counters.requestsInFlight)
        single("attempts_in_flight", "gauge", "Attempts upstream.", routers.reduce(0) { $0 + $1.inFlight })
        single("client_connections", "gauge", "Open client connections.", counters.openClientConnections)
        single("upstream_connections", "gauge", "Open connections to replicas.", counters.openUpstreamConnections)
        single("upstream_connections_idle", "gauge", "Those kept open without a request.", counters.idleUpstreamConnections)
        single(
            "country_database_build_timestamp_seconds", "gauge", "When the database of places was made; 0 without one.",
            counters.countryDatabaseBuilt)
        single("ejected_replicas", "gauge", "Replicas out for failures.", routers.map(\.ejectedReplicas).max() ?? 0)
        single("ejections_total", "counter", "Times a replica was taken out.", routers.map(\.ejections).max() ?? 0)
    }

    private mutating func control(_ facts: ControlFacts, now: Moment) {
        single("ready", "gauge", "1 once the gateway may be sent traffic.", facts.readiness.isReady ? 1 : 0)
        if let version = facts.table?.directory.version {
            family("snapshot_version", "gauge", "Generation of the snapshot in force.")
            sample("snapshot_version", [("epoch", "\(version.epoch)")], "\(version.generation)")
        }
        if let contact = facts.contact {
            single(
                "snapshot_age_seconds", "gauge", "Since the last contact with the control plane.",
                Self.number(max(0, now.since(contact).seconds)))
        }
        family("feed_live", "gauge", "1 while the plane's feed is read.")
        for plane in facts.planes { sample("feed_live", [("plane", plane.name.rawValue)], plane.isFeedLive ? "1" : "0") }
        family("plane_round_trip_seconds", "gauge", "Least of the last probes' round trips.")
        for plane in facts.planes {
            guard let roundTrip = plane.roundTrip else { continue }
            sample("plane_round_trip_seconds", [("plane", plane.name.rawValue)], Self.number(roundTrip.seconds))
        }
        family("replicas", "gauge", "Replicas that take requests, by workload and plane.")
        guard let table = facts.table else { return }
        for (workload, plane, count) in table.replicaCounts {
            let names = (table.directory[workload].name.rawValue, table.directory[plane].name.rawValue)
            sample("replicas", [("workload", names.0), ("plane", names.1)], "\(count)")
        }
        breakers(table.directory)
    }

    /// What stands against a limit, of the workloads that have one.
    private mutating func breakers(_ directory: RoutingDirectory) {
        family("circuit_breaker_active", "gauge", "What counts against a circuit breaker now.")
        for workload in directory.workloads where workload.isPresent && workload.source == nil && workload.account.isLimited {
            let name = ("workload", workload.name.rawValue)
            sample("circuit_breaker_active", [name, ("kind", "pending")], "\(workload.account.pending.value)")
            for (index, account) in workload.account.planes.enumerated() where directory.planes[index].isPresent {
                let plane = ("plane", directory.planes[index].name.rawValue)
                let kinds = [("requests", account.requests), ("connections", account.connections), ("retries", account.retries)]
                for (kind, count) in kinds {
                    sample("circuit_breaker_active", [name, plane, ("kind", kind)], "\(count.value)")
                }
            }
        }
    }

    private mutating func telemetry(_ telemetry: TelemetryService.Statistics, dropped: UInt64) {
        single(
            "telemetry_records_dropped_total", "counter", "Requests neither logged nor traced, for the writer fell behind.",
            dropped)
        single("access_log_lines_total", "counter", "Lines written to the access log.", telemetry.accessLog.lines)
        single("access_log_lines_lost_total", "counter", "Lines that could not be written.", telemetry.accessLog.lost)
        single("spans_exported_total", "counter", "Spans the collector took.", telemetry.traces.exportedSpans)
        family("spans_dropped_total", "counter", "Spans that were not exported, by reason.")
        for (reason, count) in [
            ("queue_full", telemetry.traces.droppedQueueFull), ("rejected", telemetry.traces.droppedRejected),
            ("undelivered", telemetry.traces.droppedUndelivered),
        ] {
            sample("spans_dropped_total", [("reason", reason)], "\(count)")
        }
    }

    // MARK: The format

    private mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP tradewind_gateway_\(name) \(help)\n# TYPE tradewind_gateway_\(name) \(type)\n"
    }

    private mutating func single(_ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible) {
        family(name, type, help)
        text += "tradewind_gateway_\(name) \(value)\n"
    }

    /// Label values are resource names or our own words, which need no escaping.
    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += "tradewind_gateway_\(name){\(labels.map { "\($0)=\"\($1)\"" }.joined(separator: ","))} \(value)\n"
    }

    private mutating func histogram(_ name: String, _ workload: String, _ histogram: Histogram) {
        var cumulative: UInt64 = 0
        for (bound, count) in zip(Histogram.bounds, histogram.counts) {
            cumulative += count
            sample("\(name)_bucket", [("workload", workload), ("le", Self.number(bound))], "\(cumulative)")
        }
        sample("\(name)_bucket", [("workload", workload), ("le", "+Inf")], "\(histogram.count)")
        sample("\(name)_sum", [("workload", workload)], Self.number(Double(histogram.sumNanoseconds) / 1e9))
        sample("\(name)_count", [("workload", workload)], "\(histogram.count)")
    }

    /// Position 0 is none; a position beyond the known names is one that shares the last.
    private static func name(_ position: Int, _ names: [String]) -> String {
        guard position > 0 else { return "" }
        return position <= names.count ? names[position - 1] : "other"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
