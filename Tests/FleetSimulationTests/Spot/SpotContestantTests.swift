import FleetControl
import FleetSimulation
import Testing

@Suite("Spot contestants")
struct SpotContestantTests {
    @Test("are named as users write them", arguments: ["clairvoyant", "default", "spothedge", "static-0-30"])
    func names(text: String) {
        #expect(SpotContestant(text)?.description == text)
    }

    @Test("others are refused", arguments: ["", "optimal", "clairvoyant ", "default,spothedge"])
    func unknown(text: String) {
        #expect(SpotContestant(text) == nil)
    }
}
