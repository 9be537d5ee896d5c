import FleetRouting
import Testing

@Suite("Round trip window")
struct RoundTripWindowTests {
    @Test("keeps the least of the last sixteen, and tells only changes that matter")
    func leastOfLast() {
        var window = RoundTripWindow()
        #expect(window.take(.milliseconds(20)) == .milliseconds(20))
        #expect(window.take(.milliseconds(30)) == nil)
        #expect(window.take(.microseconds(19_990)) == nil)
        #expect(window.take(.milliseconds(10)) == .milliseconds(10))
        for _ in 0..<15 { #expect(window.take(.milliseconds(40)) == nil) }
        #expect(window.take(.milliseconds(40)) == .milliseconds(40))
    }
}
