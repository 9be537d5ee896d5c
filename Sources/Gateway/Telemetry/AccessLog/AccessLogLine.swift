package import FleetModel
import FleetRouting

/// One request as a line of the access log. `docs/telemetry.md` lists the fields; those that say nothing are left out.
package struct AccessLogLine {
    let record: RequestRecord
    let gateway: GatewayName
    let clock: WallClock

    package init(_ record: RequestRecord, gateway: GatewayName, clock: WallClock) {
        self.record = record
        self.gateway = gateway
        self.clock = clock
    }

    /// The line with its line feed.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            who(&writer)
            what(&writer)
            outcome(&writer)
            times(&writer)
            sizes(&writer)
            if !record.attempts.isEmpty {
                writer.key("attempts")
                writer.array { writer in
                    for attempt in record.attempts { write(attempt, &writer) }
                }
            }
        }
        return writer.bytes + [10]
    }

    private func who(_ writer: inout JSONWriter) {
        writer.key("time")
        writer.value(clock.text(of: record.startedAt))
        writer.key("gateway")
        writer.value(gateway.rawValue)
        writer.key("request_id")
        writer.value(record.identity.requestID)
        writer.key("trace_id")
        writer.value(record.identity.traceID)
        if record.trace.isSampled {
            writer.key("span_id")
            writer.value(TraceContext.digits(record.trace.span))
        }
        if let tenant = record.tenant {
            writer.key("tenant")
            writer.value(tenant.name.rawValue)
        }
    }

    private func what(_ writer: inout JSONWriter) {
        writer.key("method")
        writer.value(record.method)
        writer.key("path")
        writer.value(record.path)
        if let route = record.route {
            writer.key("route")
            writer.value(route.rawValue)
        }
        if let workload = record.workloadName {
            writer.key("workload")
            writer.value(workload)
        }
        if !record.model.isEmpty {
            writer.key("model")
            writer.value(record.model)
        }
        writer.key("stream")
        writer.value(record.isStream)
    }

    private func outcome(_ writer: inout JSONWriter) {
        writer.key("status")
        writer.value(record.status)
        if !record.error.isEmpty {
            writer.key("error")
            writer.value(record.error)
        }
        if let final = record.final {
            writer.key("plane")
            writer.value(final.replica.id.plane.rawValue)
            writer.key("replica")
            writer.value(final.replica.id.description)
            writer.key("reason")
            writer.value(final.reason.code.description)
        }
        if let name = record.fallbackName {
            writer.key("fallback")
            writer.value(name)
        }
        writer.key("attempt_count")
        writer.value(record.attemptCount)
        writer.key("retry_count")
        writer.value(record.retryCount)
        writer.key("hedged")
        writer.value(record.isHedged)
        if let directory = record.directory, let workload = record.workload {
            writer.key("fence_allowed")
            writer.value(directory[workload].allowedPlanes.count)
            writer.key("fence_excluded")
            writer.value(directory[workload].excludedPlanes.count)
        }
        if record.decisionCount > 0 {
            writer.key("candidates")
            writer.value(record.decision.planes.count { $0.available > 0 })
        }
    }

    private func times(_ writer: inout JSONWriter) {
        writer.key("queue_ms")
        writer.milliseconds(record.queueWait)
        if let firstByteAt = record.firstByteAt {
            writer.key("first_byte_ms")
            writer.milliseconds(firstByteAt.since(record.startedAt))
        }
        if let firstTokenAt = record.firstTokenAt {
            writer.key("first_token_ms")
            writer.milliseconds(firstTokenAt.since(record.startedAt))
        }
        writer.key("duration_ms")
        writer.milliseconds(record.endedAt.since(record.startedAt))
    }

    private func sizes(_ writer: inout JSONWriter) {
        writer.key("request_bytes")
        writer.value(record.requestBytes)
        writer.key("response_bytes")
        writer.value(record.responseBytes)
        if let tokens = record.inputTokens {
            writer.key("input_tokens")
            writer.value(tokens)
        }
        if let tokens = record.outputTokens {
            writer.key("output_tokens")
            writer.value(tokens)
        }
    }

    private func write(_ attempt: AttemptRecord, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("plane")
            writer.value(attempt.replica.id.plane.rawValue)
            writer.key("replica")
            writer.value(attempt.replica.id.description)
            writer.key("reason")
            writer.value(attempt.reason.code.description)
            writer.key("outcome")
            writer.value(attempt.outcome.text)
            if attempt.status > 0 {
                writer.key("status")
                writer.value(attempt.status)
            }
            writer.key("start_ms")
            writer.milliseconds(attempt.startedAt.since(record.startedAt))
            if let firstByteAt = attempt.firstByteAt {
                writer.key("first_byte_ms")
                writer.milliseconds(firstByteAt.since(attempt.startedAt))
            }
            writer.key("duration_ms")
            writer.milliseconds((attempt.endedAt ?? record.endedAt).since(attempt.startedAt))
        }
    }
}

extension RequestRecord {
    /// The workload asked for.
    package var workloadName: String? { workload.flatMap(name) }

    /// The declared workload that answered in its stead.
    package var fallbackName: String? {
        guard let directory, let fallback, directory.workloads.indices.contains(fallback.value) else { return nil }
        return name(directory[fallback].source ?? fallback)
    }

    private func name(_ workload: WorkloadIndex) -> String? {
        guard let directory, directory.workloads.indices.contains(workload.value) else { return nil }
        return directory[workload].name.rawValue
    }
}
