import FleetControl
import FleetModel
import Testing

@Suite struct AddressBookTests {
    private func book(_ count: Int, records: [AddressBook.Record] = []) -> AddressBook {
        AddressBook(ports: 20_000...(19_999 + count), records: records, now: .origin)
    }

    @Test("ports never used come first, in order")
    func freshFirst() {
        var book = book(3)
        let first = book.take(for: "a", now: .origin)
        book.release(20_000, now: .origin)
        #expect(first == 20_000)
        #expect(book.take(for: "a", now: Fixture.at(900_000)) == 20_001)
        #expect(book.take(for: "b", now: Fixture.at(900_000)) == 20_002)
        #expect(book.take(for: "c", now: Fixture.at(900_000)) == 20_000)
        #expect(book.take(for: "c", now: Fixture.at(900_000)) == nil)
    }

    @Test("another workload waits ten minutes for a port, the same one does not")
    func quarantine() {
        var book = book(1)
        _ = book.take(for: "phi", now: .origin)
        book.release(20_000, now: Fixture.at(1_000))
        #expect(book.take(for: "chat", now: Fixture.at(600_999)) == nil)
        #expect(book.nextRelease(now: Fixture.at(600_999)) == Fixture.at(601_000))
        var same = book
        #expect(same.take(for: "phi", now: Fixture.at(1_001)) == 20_000)
        #expect(book.take(for: "chat", now: Fixture.at(601_000)) == 20_000)
    }

    @Test("the quarantine goes on after a restart, and begins with it for ports that were held")
    func persists() {
        var book = book(2)
        _ = book.take(for: "a", now: .origin)
        _ = book.take(for: "b", now: .origin)
        book.release(20_000, now: .origin)
        let records = book.records(now: Fixture.at(400_000))
        #expect(
            records == [
                .init(port: 20_000, workload: "a", endedAgo: .seconds(400)), .init(port: 20_001, workload: "b", endedAgo: nil),
            ])
        var later = AddressBook(ports: 20_000...20_001, records: records, now: .origin)
        #expect(later.take(for: "c", now: Fixture.at(199_999)) == nil)
        #expect(later.take(for: "c", now: Fixture.at(200_000)) == 20_000)
        #expect(later.take(for: "c", now: Fixture.at(599_999)) == nil)
        #expect(later.take(for: "c", now: Fixture.at(600_000)) == 20_001)
    }

    @Test("records outside the range or with impossible ages do no harm")
    func hostileRecords() {
        var book = book(
            2,
            records: [
                .init(port: 5, workload: "a", endedAgo: nil), .init(port: 20_000, workload: "a", endedAgo: .seconds(-1_000_000)),
            ])
        #expect(book.take(for: "b", now: .origin) == 20_001)
        #expect(book.take(for: "b", now: Fixture.at(599_999)) == nil)
        #expect(book.take(for: "b", now: Fixture.at(600_000)) == 20_000)
    }
}
