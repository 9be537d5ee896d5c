/// Bounds on what the gateway reads from a client or an upstream. At each one the message is refused, never cut silently.
package struct HTTPLimits: Equatable, Sendable {
    /// Header fields in one head; more is refused (431 to a client).
    package static let maximumFields = 100
    /// Bytes of one head, start line and final empty line included; more is refused (431 to a client). Offsets fit 16 bits.
    package static let maximumHeadBytes = 32 * 1_024
    /// Elements of one `Connection` field: each is looked for among all fields.
    package static let maximumConnectionOptions = 16
    /// Bytes of a method name.
    package static let maximumMethodBytes = 32
    /// Bytes of the extensions of one chunk, and of the whole trailer section; both are dropped, more is refused.
    package static let maximumChunkExtensionBytes = 1_024
    package static let maximumTrailerBytes = 8 * 1_024
    /// Interim (1xx) responses an upstream may send before the final one.
    package static let maximumInterimResponses = 8
    /// Bytes of the `model` value, once its escapes are decoded.
    package static let maximumModelBytes = 256
    /// Parts of a form, and bytes of the head of one.
    package static let maximumFormParts = 1_024
    package static let maximumFormHeadBytes = 4 * 1_024
    /// Depth of arrays and objects in a JSON body.
    package static let maximumJSONDepth = 128
    /// Bytes of a client's `x-request-id`; a longer one is replaced.
    package static let maximumRequestIDBytes = 128
}
