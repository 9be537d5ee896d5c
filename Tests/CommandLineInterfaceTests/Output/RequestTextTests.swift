import CommandLineInterface
import FleetTransport
import Testing

@Suite("What became of a request")
struct RequestTextTests {
    private static let explanation: JSONValue = [
        "gateway": "frankfurt",
        "request": [
            "id": "req-1", "time": "2026-11-21T20:00:00.000Z", "method": "POST", "path": "/v1/chat/completions", "model": "chat",
            "workload": "chat", "route": "openai",
        ],
        "outcome": ["status": 200, "replica": "virginia/chat/4", "plane": "virginia", "reason": "retry", "attempts": 2],
        "timings": ["queueMilliseconds": 0, "firstByteMilliseconds": 96.42, "durationMilliseconds": 97.06],
        "fence": [
            "allowedPlanes": ["frankfurt", "virginia"],
            "excludedPlanes": [["plane": "tokyo", "because": "residency allows EU, US; it stands in JP"]],
        ],
        "decisionCount": 3,
        "decisions": [
            [
                "plane": "frankfurt", "reason": "nearest-in-budget", "planeCount": 2,
                "candidates": [
                    [
                        "plane": "frankfurt", "standing": "in-budget", "competed": true, "chosen": true, "available": 1,
                        "replicas": 2, "load": 3, "roundTripMilliseconds": 1.52, "queueMilliseconds": 0,
                        "predictedMilliseconds": 1.52,
                    ],
                    [
                        "plane": "virginia", "standing": "in-failover-budget", "competed": false, "chosen": false, "available": 1,
                        "replicas": 1, "load": 0, "roundTripMilliseconds": 92.04, "queueMilliseconds": 0,
                        "predictedMilliseconds": 92.04,
                    ],
                ],
                "replicas": [
                    ["replica": "frankfurt/chat/1", "chosen": true, "load": 3, "queueMilliseconds": 0, "ejected": false],
                    ["replica": .null, "chosen": false, "load": 0, "queueMilliseconds": 0, "ejected": true, "tried": true],
                ],
            ],
            ["refused": "no-replica", "candidates": [], "planeCount": 0],
        ],
        "attempts": [
            [
                "replica": "frankfurt/chat/1", "reason": "nearest-in-budget", "outcome": "connect_failed",
                "startMilliseconds": 0.09, "durationMilliseconds": 0.41,
            ]
        ],
    ]

    @Test("names the fence, the candidates with their figures, the attempts and the times")
    func text() {
        #expect(
            RequestText.rendered(Self.explanation) == """
                Request req-1 at gateway frankfurt, 2026-11-21T20:00:00.000Z
                  POST /v1/chat/completions
                  model chat, workload chat, route openai
                  status 200 from virginia/chat/4, retry

                Fence:
                  inside: frankfurt, virginia
                  outside: tokyo, because residency allows EU, US; it stands in JP

                Decision 1 of 3: frankfurt, nearest-in-budget
                  -   PLANE       STANDING             AVAILABLE   LOAD   ROUND TRIP   QUEUE    PREDICTED
                  >   frankfurt   in-budget            1/2         3      1.5 ms       0.0 ms   1.5 ms
                      virginia    in-failover-budget   1/1         0      92 ms        0.0 ms   92 ms

                  -   REPLICA            LOAD   QUEUE    STATE
                  >   frankfurt/chat/1   3      0.0 ms   -
                      gone               0      0.0 ms   ejected, tried

                Decision 3 of 3: refused, no-replica

                Attempts:
                  REPLICA            REASON              OUTCOME          STATUS   AT       FIRST BYTE   LASTED
                  frankfurt/chat/1   nearest-in-budget   connect_failed   -        0.1 ms   -            0.4 ms

                Times: queue 0.0 ms, first byte 96 ms, whole 97 ms

                """)
    }

    @Test("what a gateway says cannot move the terminal's cursor")
    func hostile() {
        let text = RequestText.rendered(["request": ["id": "a\u{1B}[2J", "path": "\r\nb"], "outcome": ["error": "\u{7}"]])
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    }
}
