package import FleetModel
package import FleetTransport

/// What came out of a game day: one row for every loss and workload.
package struct RehearsalReport: Equatable, Sendable {
    package struct Row: Equatable, Sendable {
        package var workload: WorkloadName
        package var workloadClass: Workload.Class
        package var promise: RecoveryObjective
        package var measure: RehearsalMeasure

        package init(
            workload: WorkloadName, workloadClass: Workload.Class, promise: RecoveryObjective, measure: RehearsalMeasure
        ) {
            self.workload = workload
            self.workloadClass = workloadClass
            self.promise = promise
            self.measure = measure
        }

        package var isKept: Bool { measure.keeps(promise) }
    }

    /// One place that was taken away.
    package struct Loss: Equatable, Sendable {
        /// `plane toronto`, `region aws/eu-central-1`.
        package var what: String
        package var planes: [PlaneName]
        /// `frozen`, `killed` or `drained`.
        package var how: String
        package var gateway: GatewayName
        package var rows: [Row]
        /// What the fleet said meanwhile, with seconds since the loss.
        package var events: [(seconds: Double, subject: String, reason: String, message: String)]

        package init(
            what: String, planes: [PlaneName], how: String, gateway: GatewayName, rows: [Row],
            events: [(seconds: Double, subject: String, reason: String, message: String)] = []
        ) {
            self.what = what
            self.planes = planes
            self.how = how
            self.gateway = gateway
            self.rows = rows
            self.events = events
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.what == right.what && left.planes == right.planes && left.how == right.how && left.gateway == right.gateway
                && left.rows == right.rows && left.events.elementsEqual(right.events) { $0 == $1 }
        }
    }

    package var losses: [Loss]

    package init(losses: [Loss]) { self.losses = losses }

    package var isKept: Bool { losses.allSatisfy { $0.rows.allSatisfy(\.isKept) } }

    // MARK: For people

    package var page: Page {
        let rows = losses.flatMap { loss in
            loss.rows.map { row in
                [
                    loss.what, row.workload.rawValue, row.workloadClass.rawValue, "\(row.measure.requests)",
                    Self.percent(row.measure.servedThere), "\(row.measure.failed)", "\(row.measure.slow)",
                    "\(row.measure.later)",
                    Self.seconds(row.measure.recovery), row.promise.rto.text, "\(row.measure.broken)",
                    Self.promised(row.promise.rpo), row.isKept ? "kept" : "BROKEN",
                ]
            }
        }
        let table = Table(
            headings: [
                "LOST", "WORKLOAD", "CLASS", "REQUESTS", "SERVED THERE", "FAILED", "SLOW", "LATER", "RTO", "PROMISED",
                "LOST WORK", "RPO",
                "PROMISE",
            ], rows: rows)
        let told = losses.filter { !$0.events.isEmpty }.map { loss in
            Page.Section(
                "\(loss.what), \(loss.how), through gateway \(loss.gateway)",
                [
                    .list(
                        loss.events.map { Page.Item("\(Self.seconds($0.seconds))  \($0.reason)  \($0.subject): \($0.message)") })
                ])
        }
        let verdict = isKept ? "every promise was kept" : "a promise was broken"
        return Page("Failover rehearsal: \(verdict)", [Page.Section("Measured", [.table(table)])] + told)
    }

    // MARK: For programs

    package var document: JSONValue {
        [
            "kept": .bool(isKept),
            "losses": .array(
                losses.map { loss in
                    [
                        "lost": .string(loss.what), "planes": .array(loss.planes.map { .string($0.rawValue) }),
                        "how": .string(loss.how), "gateway": .string(loss.gateway.rawValue),
                        "workloads": .array(loss.rows.map(Self.document)),
                        "events": .array(
                            loss.events.map {
                                [
                                    "seconds": .number($0.seconds), "subject": .string($0.subject), "reason": .string($0.reason),
                                    "message": .string($0.message),
                                ]
                            }),
                    ]
                }),
        ]
    }

    private static func document(_ row: Row) -> JSONValue {
        [
            "workload": .string(row.workload.rawValue), "class": .string(row.workloadClass.rawValue),
            "requests": .integer(Int64(row.measure.requests)), "servedThere": .number(row.measure.servedThere),
            "failed": .integer(Int64(row.measure.failed)), "slow": .integer(Int64(row.measure.slow)),
            "later": .integer(Int64(row.measure.later)), "rtoSeconds": .number(row.measure.recovery),
            "promisedRTOSeconds": .number(row.promise.rto.seconds),
            "acknowledgedAndLost": .integer(Int64(row.measure.broken)), "rpoSeconds": .number(row.measure.lostWork),
            "promisedRPOSeconds": .number(row.promise.rpo.seconds), "kept": .bool(row.isKept),
        ]
    }

    private static func seconds(_ seconds: Double) -> String {
        let hundredths = Int((abs(seconds) * 100).rounded())
        let digits = String(hundredths % 100)
        return "\(seconds < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(digits.count == 1 ? "0" : "")\(digits) s"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }
    private static func promised(_ rpo: Duration) -> String { rpo == .zero ? "0s" : rpo.text }
}
