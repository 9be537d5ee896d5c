import Crypto

/// A new key for a tenant's clients: 256 random bits in hexadecimal behind a prefix that secret scanners can look for.
package func makeAPIKey() -> String {
    "sk-tw-" + hexadecimal((0..<32).map { _ in UInt8.random(in: .min ... .max) })
}

/// Hands the SHA-256 of some bytes to a body: 32 bytes that live as long as it runs. Allocates nothing.
package func withSHA256<Result>(of bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes(body)
}
