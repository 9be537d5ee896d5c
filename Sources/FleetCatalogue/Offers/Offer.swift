package import FleetModel

/// A machine type in one region, and what it costs there.
package struct Offer: Equatable, Sendable {
    package enum Availability: String, Sendable {
        /// A list of machine types by region says so.
        case offered
        /// The provider prices the type there, which does not prove capacity.
        case priced
        /// One price for all regions of the provider; that the type exists in this one was not checked.
        case uniform
        /// As a user's file has it.
        case imported
    }

    package let region: RegionKey
    package let machine: String
    package let accelerator: AcceleratorType
    package let accelerators: Int
    package internal(set) var vcpus: Double?
    /// Of the host.
    package internal(set) var memory: Gibibytes?
    package let availability: Availability
    package internal(set) var onDemand: Quote?
    /// The lowest of the zones that quote one.
    package internal(set) var spot: Quote?
    package internal(set) var reservedOneYear: Quote?
    package internal(set) var reservedThreeYears: Quote?
    /// How many zones quoted a spot price.
    package internal(set) var spotZones: Int?
    package internal(set) var interruptions: InterruptionBand?

    init(
        region: RegionKey, machine: String, accelerator: AcceleratorType, accelerators: Int, vcpus: Double?, memory: Gibibytes?,
        availability: Availability
    ) {
        self.region = region
        self.machine = machine
        self.accelerator = accelerator
        self.accelerators = accelerators
        self.vcpus = vcpus
        self.memory = memory
        self.availability = availability
    }

    init(region: RegionKey, machine: Catalogue.Machine, availability: Availability) {
        self.init(
            region: region, machine: machine.name, accelerator: machine.accelerator, accelerators: machine.accelerators,
            vcpus: machine.vcpus, memory: machine.memory, availability: availability)
    }

    package var key: PriceBook.MachineKey { PriceBook.MachineKey(region, machine) }

    package internal(set) subscript(option: PurchaseOption) -> Quote? {
        get {
            switch option {
            case .onDemand: onDemand
            case .spot: spot
            case .reserved(.oneYear): reservedOneYear
            case .reserved(.threeYears): reservedThreeYears
            }
        }
        set {
            switch option {
            case .onDemand: onDemand = newValue
            case .spot: spot = newValue
            case .reserved(.oneYear): reservedOneYear = newValue
            case .reserved(.threeYears): reservedThreeYears = newValue
            }
        }
    }

    /// Every price there is, in the order of ``PurchaseOption/allCases``.
    package var quotes: [(option: PurchaseOption, quote: Quote)] {
        PurchaseOption.allCases.compactMap { option in self[option].map { (option, $0) } }
    }

    package func usdPerAcceleratorHour(_ option: PurchaseOption) -> Double? {
        self[option].map { $0.usdPerHour / Double(accelerators) }
    }
}
