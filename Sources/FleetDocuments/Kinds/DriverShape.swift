import FleetModel

/// A driver as written: one of its fields is given.
private struct DriverDraft: Sendable {
    var local: LocalDraft?
    var endpoint: EndpointDriver?
}

private struct LocalDraft: Sendable {}

private struct KeyDraft: Sendable {
    var file: String?
    var environment: String?
}

extension ValueRule where Value == PlaneDriver {
    static var driver: ValueRule {
        Shape<DriverDraft>(
            blank: DriverDraft(),
            [
                .optional("local", \.local, Shape<LocalDraft>(blank: LocalDraft(), []).rule),
                .optional("endpoint", \.endpoint, endpointShape.rule),
                .refused("kubernetes", "this driver does not exist yet", accepted: "local or endpoint"),
            ]
        ).rule.resolved(
            { draft, node, reading in
                switch (draft.local, draft.endpoint) {
                case (.some, nil): return .local
                case (nil, .some(let endpoint)): return .endpoint(endpoint)
                case (.some, .some):
                    reading.report(line: node.line, "two drivers are given", accepted: "either local or endpoint")
                case (nil, nil) where isEmptyMapping(node):
                    reading.report(line: node.line, "no driver is given", accepted: "local: {} or endpoint: { url: … }")
                case (nil, nil):
                    reading.markFailed(reading.path)
                }
                return nil
            },
            back: { driver in
                switch driver {
                case .local: DriverDraft(local: LocalDraft())
                case .endpoint(let endpoint): DriverDraft(endpoint: endpoint)
                }
            })
    }

    private static var endpointShape: Shape<EndpointDriver> {
        Shape(
            blank: EndpointDriver(url: ""),
            [
                .required(
                    "url", \.url,
                    .scalar(
                        accepted: "an http or https URL such as https://api.example.com", isSecret: true,
                        read: { text, _ in text },
                        write: { .text($0) })),
                .optional("key", \.key, .keyReference),
                .optional("healthPath", \.healthPath, default: "/health", .text("an absolute path such as /health")),
                .optional("allowPrivateAddresses", \.allowPrivateAddresses, default: false, .flag),
                .optional("maxConcurrentRequests", \.maxConcurrentRequests, default: 256, .whole("requests")),
            ])
    }
}

func isEmptyMapping(_ node: DocumentNode) -> Bool {
    if case .mapping(let entries) = node.content { entries.isEmpty } else { false }
}

extension ValueRule where Value == KeyReference {
    /// Where a key is kept. A key written in its place is never repeated in a message.
    static var keyReference: ValueRule {
        let accepted = "{ file: NAME } in the plane's secrets folder, or { environment: NAME }"
        return Shape<KeyDraft>(
            blank: KeyDraft(), [.optional("file", \.file, .secretText), .optional("environment", \.environment, .secretText)]
        ).rule.resolved(
            { draft, node, reading in
                switch (draft.file, draft.environment) {
                case (.some(let name), nil): return .file(name)
                case (nil, .some(let name)): return .environment(name)
                case (.some, .some), (nil, nil):
                    reading.report(line: node.line, "one place to find the key is needed", accepted: accepted)
                    return nil
                }
            },
            back: { key in
                switch key {
                case .file(let name): KeyDraft(file: name)
                case .environment(let name): KeyDraft(environment: name)
                }
            })
    }
}
