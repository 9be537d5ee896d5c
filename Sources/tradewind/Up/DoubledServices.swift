import FleetModel
import FleetTransport
import MetadataDoubles

/// The clouds' metadata services in a local fleet: which one a plane's machines have, and where its double is.
enum DoubledServices {
    /// By the provider's name in the catalogue. Clouds without a notice of their own get EC2's: its time is the longest, and the
    /// plane's side is the same.
    static func service(of provider: ProviderName) -> DoubleNode.Service {
        switch provider.rawValue {
        case "gcp": .gcp
        case "azure": .azure
        default: .ec2
        }
    }

    /// What a plane is started with, so that it follows each of its spot nodes.
    static func arguments(of plane: WorkloadPlane, at address: DoubleAddress) -> [String] {
        let service = service(of: plane.provider)
        return [
            "--notices", service.rawValue, "--metadata-url",
            "\(address.url)/\(service.rawValue)/\(plane.name)/{pool}/{node}",
        ]
    }
}
