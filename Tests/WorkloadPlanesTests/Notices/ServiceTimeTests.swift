import Testing
import WorkloadPlanes

@Suite struct ServiceTimeTests {
    @Test(
        "reads times as EC2 writes them",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2017-09-18T08:22:00Z", 1_505_722_920), ("2020-10-27T08:22:00Z", 1_603_786_920),
            ("2024-02-29T23:59:59Z", 1_709_251_199), ("2017-09-18T08:22:00.125Z", 1_505_722_920),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] as [(String, Int64)])
    func rfc3339(text: String, seconds: Int64) { #expect(ServiceTime.rfc3339(text) == seconds) }

    @Test(
        "and nothing else",
        arguments: [
            "", "yyyy-mm-ddThh:mm:ssZ", "2017-09-18T08:22:00", "2017-09-18 08:22:00Z", "2017-13-18T08:22:00Z",
            "2023-02-29T00:00:00Z",
            "2017-09-18T24:00:00Z", "2017-09-18T08:60:00Z", "2017-09-18T08:22:00.Z", "1969-12-31T23:59:59Z",
            "2017-09-18T08:22:00Zx",
            "２017-09-18T08:22:00Z", "2017-09-18T08:22:00+00:00", "2017-00-18T08:22:00Z", "2017-09-00T08:22:00Z",
        ])
    func notRFC3339(text: String) { #expect(ServiceTime.rfc3339(text) == nil) }

    @Test("reads times as Azure writes them, also where its documentation names the wrong day of the week")
    func httpDate() {
        #expect(ServiceTime.httpDate("Mon, 19 Sep 2016 18:29:47 GMT") == 1_474_309_787)
        #expect(ServiceTime.httpDate("Mon, 11 Apr 2026 22:26:58 GMT") == ServiceTime.rfc3339("2026-04-11T22:26:58Z"))
        for text in [
            "", "Mon, 19 Sep 2016 18:29:47 UTC", "19 Sep 2016 18:29:47 GMT", "Mon, 9 Sep 2016 18:29:47 GMT",
            "Mon, 31 Sep 2016 18:29:47 GMT", "Mon, 19 sep 2016 18:29:47 GMT", "Mon,19 Sep 2016 18:29:47 GMT",
        ] { #expect(ServiceTime.httpDate(text) == nil) }
    }
}
