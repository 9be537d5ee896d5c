/// A network in front of gateways whose header fields are known, so that nobody need look them up.
///
/// Only fields are taken that a client cannot write through the network itself. So Fastly's `fastly-client-ip` is none of them (a
/// client's own is passed on), nor Azure's `x-azure-clientip` (it is made from the client's `x-forwarded-for`).
package enum FrontProxy: String, CaseIterable, Sendable, Codable {
    /// Cloudflare HTTP headers: CF-Connecting-IP and CF-IPCountry.
    case cloudflare
    /// Amazon CloudFront: appends to X-Forwarded-For; CloudFront-Viewer-Country where the origin request policy has it.
    case cloudFront
    /// Fastly appends to X-Forwarded-For; a country is sent only by VCL of one's own.
    case fastly
    /// Azure Front Door: X-Azure-SocketIP is whom it was asked by.
    case azureFrontDoor
    /// Google Cloud's Application Load Balancers append the client and themselves to X-Forwarded-For.
    case googleCloud
    /// Vercel writes X-Forwarded-For anew, and X-Vercel-IP-Country.
    case vercel

    /// The field that says for whom it asks, in lower case.
    package var addressHeader: String {
        switch self {
        case .cloudflare: "cf-connecting-ip"
        case .azureFrontDoor: "x-azure-socketip"
        case .cloudFront, .fastly, .googleCloud, .vercel: "x-forwarded-for"
        }
    }

    /// The field that says from which country, in lower case; nil where it sends none unless it is told to.
    package var countryHeader: String? {
        switch self {
        case .cloudflare: "cf-ipcountry"
        case .cloudFront: "cloudfront-viewer-country"
        case .vercel: "x-vercel-ip-country"
        case .fastly, .azureFrontDoor, .googleCloud: nil
        }
    }
}
