import FleetModel
import Testing

@Suite("Hardware match")
struct HardwareMatchTests {
    private func pool(_ accelerator: AcceleratorType, perNode: Int = 8) -> CapacityPool {
        CapacityPool(name: "pool", accelerator: accelerator, acceleratorsPerNode: perNode, tier: .onDemand, maxNodes: 1)
    }

    private let profile = [
        AcceleratorProfile(accelerator: "H100-80GB", accelerators: 2, rate: RequestsPerSecond(11)),
        AcceleratorProfile(accelerator: "A100-40GB", accelerators: 4, rate: RequestsPerSecond(5)),
        AcceleratorProfile(accelerator: "MI300X-192GB", accelerators: 1, rate: RequestsPerSecond(9)),
        AcceleratorProfile(accelerator: "Homemade-9", accelerators: 1, rate: RequestsPerSecond(1)),
    ]

    @Test("gives the profile of the pool's accelerator")
    func runs() {
        #expect(ReplicaRequirement(profile: profile).match(pool("A100-40GB", perNode: 4)) == .runs(profile[1]))
    }

    @Test("names what is missing, one requirement at a time")
    func cannot() {
        let plain = ReplicaRequirement(profile: profile)
        #expect(
            plain.match(pool("L4-24GB"))
                == .cannot(
                    because: "it has L4-24GB; the workload's profile knows H100-80GB, A100-40GB, MI300X-192GB, Homemade-9"))
        #expect(
            plain.match(pool("H100-80GB", perNode: 1))
                == .cannot(because: "a replica needs 2 accelerators in one node; its nodes have 1"))
        var asking = plain
        asking.memory = Gibibytes(80)
        #expect(asking.match(pool("H100-80GB")) == .runs(profile[0]))
        #expect(asking.match(pool("A100-40GB")) == .cannot(because: "A100-40GB has 40GiB; a replica needs 80GiB"))
        asking = plain
        asking.architectures = [.hopper, .ampere]
        #expect(asking.match(pool("A100-40GB")) == .runs(profile[1]))
        #expect(
            asking.match(pool("MI300X-192GB"))
                == .cannot(because: "MI300X-192GB is of architecture cdna3; a replica asks for hopper, ampere"))
        asking = plain
        asking.types = ["A100-40GB"]
        #expect(asking.match(pool("A100-40GB")) == .runs(profile[1]))
        #expect(asking.match(pool("H100-80GB")) == .cannot(because: "it has H100-80GB; a replica asks for A100-40GB"))
    }

    @Test("of a type nobody knows, memory is taken from its measurement, and an architecture must be proven")
    func unknownType() {
        var asking = ReplicaRequirement(profile: profile)
        asking.memory = Gibibytes(80)
        #expect(asking.match(pool("Homemade-9")) == .runs(profile[3]))
        asking.architectures = [.hopper]
        #expect(
            asking.match(pool("Homemade-9"))
                == .cannot(because: "Homemade-9 has no known architecture; a replica asks for hopper"))
    }
}
