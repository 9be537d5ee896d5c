import CommandLineInterface
import FleetModel
import FleetTransport
import Testing

/// 2026-01-31T09:30:00Z.
let testNow = 1_769_851_800.0

@Suite("Listings")
struct ListingTests {
    @Test("are found by plural, singular and short name in any casing")
    func spellings() throws {
        #expect(try Listing(spelling: "wp") == .resources(.workloadPlane))
        #expect(try Listing(spelling: "Workloads") == .resources(.workload))
        #expect(try Listing(spelling: "replica") == .replicas)
        #expect(try ListingSelection(spelling: "ALL") == .everything)
    }

    @Test("of unknown kinds teach the nearest and every one")
    func unknown() {
        let failure = #expect(throws: CommandFailure.self) { try Listing(spelling: "worklods") }
        #expect(failure?.exit == .usage)
        #expect(
            failure?.message
                == "unknown kind 'worklods'; did you mean workloads? Kinds are providers, workloadplanes, workloads, "
                + "compliancepolicies, gateways, routes, budgets, placementplans, tenants, replicas, events, audit, all")
        #expect(throws: CommandFailure.self) { try Listing.declaredKind(spelling: "replicas") }
    }

    @Test("never share a spelling")
    func distinct() {
        let spellings = Listing.all.flatMap(\.spellings)
        #expect(Set(spellings).count == spellings.count)
    }

    @Test("show workloads")
    func workloads() {
        let item: JSONValue = [
            "metadata": ["name": "chat-phi", "creationTimestamp": "2026-01-31T09:25:00Z"],
            "spec": [
                "models": ["chat-phi", "phi"], "class": "realtime",
                "data": ["classification": "phi", "residency": ["CA", "EU"]],
            ],
            "status": [
                "conditions": [
                    ["type": "Placed", "status": "False"], ["type": "Available", "status": "True", "reason": "ReplicasReady"],
                ],
                "replicas": ["ready": 2, "wanted": 3], "planes": ["toronto"],
            ],
        ]
        #expect(
            Table([item], of: .resources(.workload), isWide: false, now: testNow).rendered() == """
                NAME       MODELS         CLASS      DATA   READY   REPLICAS   AGE
                chat-phi   chat-phi,phi   realtime   phi    True    2/3        5m

                """)
        let wide = Table([item], of: .resources(.workload), isWide: true, now: testNow)
        #expect(wide.rows[0].suffix(8) == ["CA,EU", "150ms", "none", "toronto", "", "", "", "ReplicasReady"])
    }

    @Test("show planes, drained ones too")
    func planes() {
        let item: JSONValue = [
            "metadata": ["name": "toronto", "creationTimestamp": "2026-01-31T06:30:00Z"],
            "spec": [
                "provider": "onprem", "region": "yyz", "location": ["country": "CA"], "driver": ["local": [:]],
                "pools": [["name": "h100"]],
            ],
            "status": [
                "conditions": [["type": "Ready", "status": "True", "reason": "R"], ["type": "Drained", "status": "True"]],
                "replicas": ["ready": 0, "wanted": 0], "address": "127.0.0.1:9",
            ],
        ]
        #expect(
            Table([item], of: .resources(.workloadPlane), isWide: true, now: testNow).rows == [
                ["toronto", "onprem", "yyz", "CA", "local", "True,drained", "0/0", "3h", "h100", "127.0.0.1:9", "R"]
            ])
    }

    @Test("show replicas, with their process only where asked")
    func replicas() {
        let item: JSONValue = [
            "metadata": ["name": "toronto/chat/3"], "spec": ["workload": "chat", "plane": "toronto", "pool": "h100"],
            "status": [
                "state": "ready", "address": "127.64.0.1:20000", "ageMilliseconds": 90_500, "pid": 42, "restarts": 0,
                "reason": "", "acceleratorUse": 0.755,
            ],
        ]
        let narrow = Table([item], of: .replicas, isWide: false, now: testNow)
        #expect(narrow.headings == ["NAME", "WORKLOAD", "PLANE", "STATE", "ADDRESS", "AGE"])
        #expect(narrow.rows == [["toronto/chat/3", "chat", "toronto", "ready", "127.64.0.1:20000", "90s"]])
        let wide = Table([item], of: .replicas, isWide: true, now: testNow)
        #expect(wide.headings.suffix(6) == ["POOL", "GPU", "GPU MEMORY", "PID", "RESTARTS", "REASON"])
        #expect(wide.rows[0].suffix(6) == ["h100", "76%", "", "42", "0", ""])
    }

    @Test("show gateways with the snapshot they route by")
    func gateways() {
        let item: JSONValue = [
            "metadata": ["name": "frankfurt"], "spec": ["location": ["country": "DE"]],
            "status": [
                "address": "127.0.0.1:8082", "snapshot": "1764000000.7",
                "conditions": [["type": "Ready", "status": "True", "reason": "Current"]],
            ],
        ]
        #expect(
            Table([item], of: .resources(.gateway), isWide: false, now: testNow).rows == [
                ["frankfurt", "DE", "127.0.0.1:8082", "True", "1764000000.7", "-"]
            ])
    }

    @Test("show policies for one class or users as for several")
    func policies() {
        let item = { (classification: JSONValue, jurisdiction: JSONValue) -> JSONValue in
            [
                "metadata": ["name": "gdpr"],
                "spec": ["appliesTo": ["classification": classification, "jurisdiction": jurisdiction], "requires": [:]],
            ]
        }
        let table = Table(
            [item("pii", "EEA"), item(["pii", "phi"], ["EEA", "UK"])], of: .resources(.compliancePolicy), isWide: false,
            now: testNow)
        #expect(table.rows == [["gdpr", "pii", "EEA", "", "-"], ["gdpr", "pii,phi", "EEA,UK", "", "-"]])
    }

    @Test("show budgets, and plans with what they cover")
    func budgetsAndPlans() {
        let budgets: [JSONValue] = [
            ["metadata": ["name": "all"], "spec": ["ceiling": "10 USD/h"]],
            ["metadata": ["name": "some"], "spec": ["ceiling": "2 USD/h", "workloads": ["chat", "draw"]]],
        ]
        #expect(
            Table(budgets, of: .resources(.budget), isWide: false, now: testNow).rows == [
                ["all", "10 USD/h", "all", "-"], ["some", "2 USD/h", "chat,draw", "-"],
            ])
        let replicas: JSONValue = [
            ["workload": "draw", "count": 1], ["workload": "chat", "count": 2], ["workload": "draw", "count": 2],
        ]
        let plans: [JSONValue] = ["default", "draft"].map { name in
            [
                "metadata": ["name": .string(name)],
                "spec": ["blocks": ["night", "day"], "replicas": replicas, "fleetGeneration": 12],
            ]
        }
        #expect(
            Table(plans, of: .resources(.placementPlan), isWide: false, now: testNow).rows == [
                ["default", "yes", "2", "chat,draw", "12", "-"], ["draft", "no", "2", "chat,draw", "12", "-"],
            ])
    }

    @Test("show what holds where nothing was declared")
    func defaults() {
        let workload = Table([[:]], of: .resources(.workload), isWide: false, now: testNow)
        #expect(workload.rows == [["", "", "realtime", "internal", "", "", "-"]])
        let route = Table([[:]], of: .resources(.route), isWide: true, now: testNow)
        #expect(route.rows == [["", "", "workloadByModel", "by workload", "-", "none", ""]])
    }

    @Test("of any kind stand an item that lacks everything", arguments: Listing.all)
    func empty(listing: Listing) {
        let table = Table([[:], .null], of: listing, isWide: true, now: testNow)
        #expect(table.rows.allSatisfy { $0.count == table.headings.count })
    }
}

@Suite("Descriptions")
struct ResourceDescriptionTests {
    @Test("show summary, specification, status, conditions, replicas and events")
    func whole() {
        let description = ResourceDescription(
            resource: [
                "kind": "Workload",
                "metadata": ["name": "chat", "generation": 2, "resourceVersion": "9", "labels": ["team": "ml"]],
                "spec": ["models": ["chat"]],
                "status": [
                    "observedGeneration": 1,
                    "conditions": [
                        [
                            "type": "Ready", "status": "False", "reason": "Starting", "message": "one of two",
                            "lastTransitionTime": "2026-01-31T09:29:00Z",
                        ]
                    ],
                ],
            ],
            events: [
                [
                    "type": "Normal", "reason": "ReplicaReady", "involvedObject": ["kind": "Workload", "name": "chat"],
                    "message": "toronto/chat/1", "lastTimestamp": "2026-01-31T09:28:00Z",
                ]
            ])
        #expect(
            description.rendered(now: testNow) == """
                Name:        chat
                Kind:        Workload
                Labels:      team=ml
                Generation:  2 (observed 1)
                Version:     9
                Age:         -
                Spec:
                  models: [chat]
                Status:
                  observedGeneration: 1
                Conditions:
                  TYPE    STATUS   REASON     AGE   MESSAGE
                  Ready   False    Starting   60s   one of two
                Events:
                  AGE   TYPE     REASON         OBJECT          MESSAGE
                  2m    Normal   ReplicaReady   Workload/chat   toronto/chat/1

                """)
    }
}

@Suite("Placement and audit texts")
struct VerdictTextTests {
    @Test("say what was chosen, what was rejected by which rule, and what is missing")
    func placement() {
        let explanation: JSONValue = [
            "workload": "chat-phi",
            "chosen": [
                [
                    "plane": "toronto", "because": "owned capacity first",
                    "placement": ["pool": "h100", "accelerator": "H100-80GB", "acceleratorsPerReplica": 1, "count": 2],
                ]
            ],
            "rejected": [["plane": "aws-tokyo", "because": "residency of workload chat-phi allows CA, EU; it stands in JP"]],
            "gateways": [
                [
                    "gateway": "singapore", "allowedPlanes": ["toronto"],
                    "excludedPlanes": [["plane": "aws-tokyo", "because": "x"]],
                ]
            ],
            "shortfalls": ["1 replica: no pool has room"],
        ]
        #expect(
            PlacementText.rendered(explanation, workload: "chat-phi") == """
                Workload chat-phi

                Chosen:
                  PLANE     POOL   REPLICAS   ACCELERATORS    WHY
                  toronto   h100   2          1 x H100-80GB   owned capacity first

                Rejected:
                  PLANE       POOL   WHY
                  aws-tokyo   all    residency of workload chat-phi allows CA, EU; it stands in JP

                Gateways:
                  GATEWAY     MAY SEND TO   NEVER TO    REFUSES
                  singapore   toronto       aws-tokyo   -

                Not placed:
                  1 replica: no pool has room

                """)
        #expect(PlacementText.rendered([:], workload: "w") == "Workload w\n\nChosen:\n  nowhere\n")
    }

    @Test("of an explanation list what each scaling policy wishes")
    func scaling() {
        let explanation: JSONValue = [
            "scaling": [
                "replicas": 3, "minReplicas": 1, "maxReplicas": 8, "because": "target.kvCacheUse: 60% on the mean of 3",
                "wishes": [
                    ["policy": "target.kvCacheUse", "replicas": 3, "because": "60% on the mean of 3", "counts": true],
                    ["policy": "steps[0]", "because": "no alarm", "counts": true],
                ],
            ]
        ]
        #expect(
            PlacementText.rendered(explanation, workload: "w") == """
                Workload w

                Chosen:
                  nowhere

                Scaling: 3 replicas of 1 to 8: target.kvCacheUse: 60% on the mean of 3
                  POLICY              WISHES   WHY
                  target.kvCacheUse   3        60% on the mean of 3
                  steps[0]            -        no alarm

                """)
    }

    @Test("of an audit check tell an intact log from a broken one")
    func audit() {
        #expect(
            AuditVerdictText.rendered(["intact": true, "rows": 12, "signedThrough": 10])
                == "intact: 12 entries, signed through entry 10\n")
        #expect(AuditVerdictText.rendered(["intact": false, "sequence": 4, "reason": "hash"]) == "broken at entry 4: hash\n")
        #expect(!AuditVerdictText.isIntact([:]))
    }
}
