import FleetCatalogue
import FleetModel
import FleetTransport

extension CatalogDescription {
    var json: JSONValue {
        var members: [String: JSONValue] = ["asOf": .string(Catalogue.asOf), "caveat": .string(QuoteText.caveat)]
        switch entry {
        case .provider(let name):
            members["provider"] = .string(name.rawValue)
            members["kind"] = catalogue.kind(of: name).map { .string($0.rawValue) } ?? .null
            members["regions"] = .array(catalogue.regions.filter { $0.provider == name }.map(place))
            members["machines"] = .array(catalogue.machines.filter { $0.provider == name }.map(machine))
            members["attestations"] = attestations(of: name, in: nil)
        case .region(let key):
            members["region"] = .string(key.description)
            if let region = catalogue.region(key) { members["place"] = place(region) }
            members["egress"] = QuoteText.json(catalogue.egressQuote(provider: key.provider, region: key.region))
            members["attestations"] = attestations(of: key.provider, in: key.region)
            members["roundTrips"] = roundTrips(from: key)
        case .machine(let provider, let name):
            if let known = catalogue.machine(name, of: provider) { members["machine"] = machine(known) }
            members["attestations"] = attestations(of: provider, in: nil)
        case .accelerator(let type):
            members["accelerator"] = .string(type.name)
            members["architecture"] = type.architecture.map { .string($0.rawValue) } ?? .null
            members["memoryGiB"] = type.memory.map { .number($0.value) } ?? .null
        }
        members["offers"] = .array(offers.map { QuoteText.json($0, in: catalogue) })
        return .object(members)
    }

    private func place(_ region: Catalogue.Region) -> JSONValue {
        [
            "provider": .string(region.provider.rawValue), "region": .string(region.name), "title": .string(region.title),
            "country": .string(region.location.country),
            "jurisdictions": .array(region.location.jurisdictions.map { .string($0.code) }),
            "latitude": .number(region.location.coordinates.latitude),
            "longitude": .number(region.location.coordinates.longitude), "precision": .string(region.precision.rawValue),
            "kind": .string(region.providerKind.rawValue),
            "egress": QuoteText.json(catalogue.egressQuote(provider: region.provider, region: region.name)),
        ]
    }

    private func machine(_ machine: Catalogue.Machine) -> JSONValue {
        [
            "provider": .string(machine.provider.rawValue), "machine": .string(machine.name),
            "accelerator": .string(machine.accelerator.name), "accelerators": .integer(Int64(machine.accelerators)),
            "vcpus": machine.vcpus.map { .number($0) } ?? .null, "memoryGiB": machine.memory.map { .number($0.value) } ?? .null,
        ]
    }

    private func attestations(of provider: ProviderName, in region: String?) -> JSONValue {
        .array(
            catalogue.attestations(of: provider).map { record in
                var members: [String: JSONValue] = [
                    "attestation": .string(record.attestation), "evidence": .string(record.status.rawValue),
                    "asOf": record.asOf.map { .string($0) } ?? .null, "source": .string(record.source),
                ]
                members["scope"] =
                    switch record.scope {
                    case .everyRegion: "all"
                    case .regions(let names): .array(names.map { .string($0) })
                    case .unknown: "unknown"
                    }
                if let region { members["provenHere"] = .bool(record.proves(region: region)) }
                return .object(members)
            })
    }

    private func roundTrips(from key: RegionKey) -> JSONValue {
        let measured = catalogue.measuredRegions.compactMap { other in
            catalogue.measuredRoundTrip(from: key, to: other).map { (other, $0) }
        }
        return .array(
            measured.map { other, trip in
                [
                    "region": .string(other.description), "milliseconds": .number(trip.milliseconds),
                    "bothDirectionsMeasured": .bool(!trip.isMirrored), "asOf": .string(trip.asOf), "source": .string(trip.source),
                ]
            })
    }
}
