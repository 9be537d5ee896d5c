/// A question the control plane asks gateways: what became of one request. The answer is a document the control plane passes on
/// as it is.
package struct GatewayInquiry: Equatable, Sendable, Codable {
    /// Tells answers apart.
    package var id: UInt64
    /// The `x-request-id` asked for.
    package var request: String

    package init(id: UInt64, request: String) { (self.id, self.request) = (id, request) }
}
