/// Which cloud's metadata service tells of reclaims.
package enum NoticeService: String, CaseIterable, Sendable {
    case ec2, gcp, azure

    /// Where the service is for a machine of the cloud: a link-local address, which no router passes on.
    package var standardURL: String {
        switch self {
        case .ec2, .azure: "http://\(MetadataClient.linkLocalAddress)"
        case .gcp: "http://\(MetadataClient.gcpName)"
        }
    }

    var dialogue: any NoticeDialogue {
        switch self {
        case .ec2: EC2Dialogue()
        case .gcp: GCPDialogue()
        case .azure: AzureDialogue()
        }
    }
}
