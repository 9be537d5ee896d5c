import NIOCore

/// The client's half of a change to WebSocket (RFC 6455).
extension ClientConnection {
    /// Whether the head asks for WebSocket in words that no server reads otherwise (RFC 6455 section 4.1); a request that does
    /// not is an ordinary one, whose `upgrade` is for one hop and removed.
    var asksWebSocket: Bool {
        guard head.asksUpgrade, head.method == .get, !head.isHTTP10, head.framing == .none, stream == nil else { return false }
        var (upgrades, keys, isNamed) = (0, 0, false)
        return headBytes.withUnsafeReadableBytes { bytes in
            for field in table.fields {
                switch field.kind {
                case .upgrade:
                    guard bytes.spells("websocket", at: field.value.lowerBound, count: field.value.count) else { return false }
                    upgrades += 1
                case .connection: isNamed = isNamed || Self.names("upgrade", in: bytes, field.value)
                case .other where bytes.spells("sec-websocket-key", at: field.name.lowerBound, count: field.name.count): keys += 1
                default: break
                }
            }
            return upgrades == 1 && keys == 1 && isNamed
        }
    }

    private static func names(_ token: StaticString, in bytes: UnsafeRawBufferPointer, _ list: Range<Int>) -> Bool {
        var start = list.lowerBound
        while start < list.upperBound {
            var stop = start
            while stop < list.upperBound, HTTPByte.isToken(bytes[stop]) { stop += 1 }
            if bytes.spells(token, at: start, count: stop - start) { return true }
            start = stop + 1
        }
        return false
    }

    /// Hands on what the client sent, as long as the replica's connection takes it.
    func passTunnel() -> Bool {
        guard exchange.takesBody else {
            setReading(false)
            return false
        }
        guard inbound.readableBytes > 0 else { return false }
        let bytes = inbound
        inbound = ByteBuffer()
        exchange.sendTunnel(bytes)
        return false
    }
}
