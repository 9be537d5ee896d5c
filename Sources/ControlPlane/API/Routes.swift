package import Hummingbird

/// One path of the control API.
package struct APIRoute: Sendable {
    package typealias Handler = @Sendable (ControlAPI, Request, APIContext) async throws -> Response

    package let method: HTTPRequest.Method
    /// As in the OpenAPI document: `/api/v1alpha1/{plural}/{name}`.
    package let path: String
    package let access: Access
    package let handler: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ access: Access, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.access = access
        self.handler = handler
    }
}

/// Every path of the control API, who may use it, and what answers. `openapi.yaml` describes the same ones; a test compares them.
package enum Routes {
    package static let all: [APIRoute] = [
        // For whoever operates the control plane.
        APIRoute(.get, "/healthz", .open) { api, _, _ in api.health() },
        APIRoute(.get, "/readyz", .open) { api, _, _ in api.readiness() },
        APIRoute(.get, "/openapi.yaml", .open) { api, _, _ in api.description() },
        APIRoute(.get, "/metrics", .admin) { api, _, _ in api.metricsPage() },

        // The declared fleet.
        APIRoute(.post, "/api/v1alpha1/apply", .admin) { try await $0.apply($1, $2) },
        APIRoute(.get, "/api/v1alpha1/{plural}", .admin) { try await $0.list($1, $2) },
        APIRoute(.get, "/api/v1alpha1/{plural}/{name}", .admin) { try await $0.read($1, $2) },
        APIRoute(.put, "/api/v1alpha1/{plural}/{name}", .admin) { try await $0.put($1, $2) },
        APIRoute(.delete, "/api/v1alpha1/{plural}/{name}", .admin) { try await $0.delete($1, $2) },
        // The router does not go back from a literal segment to {plural}, so this one says which plural it is for itself.
        APIRoute(.post, "/api/v1alpha1/{plural}/{name}/drain", .admin) { try await $0.drain($1, $2) },

        APIRoute(.get, "/api/v1alpha1/{plural}/{name}/rollout", .admin) { api, _, context in try await api.rollout(context) },
        APIRoute(.post, "/api/v1alpha1/{plural}/{name}/rollout", .admin) { try await $0.directRollout($1, $2) },

        // What is known of it.
        APIRoute(.get, "/api/v1alpha1/replicas", .admin) { api, _, _ in try await api.replicas() },
        APIRoute(.post, "/api/v1alpha1/replicas/{plane}/{workload}/{incarnation}/drain", .admin) { api, _, context in
            try await api.drainReplica(context)
        },
        APIRoute(.get, "/api/v1alpha1/events", .admin) { api, request, _ in try await api.events(request) },
        APIRoute(.get, "/api/v1alpha1/explain/{workload}", .admin) { api, _, context in try await api.explain(context) },
        APIRoute(.get, "/api/v1alpha1/requests", .admin) { api, request, _ in try await api.explainRequest(request) },
        APIRoute(.get, "/api/v1alpha1/demand", .admin) { api, request, _ in try await api.demand(request) },
        APIRoute(.get, "/api/v1alpha1/audit", .admin) { api, request, _ in try await api.audit(request) },
        APIRoute(.get, "/api/v1alpha1/audit/verify", .admin) { api, _, _ in try await api.verifyAudit() },

        // Trust.
        APIRoute(.post, "/api/v1alpha1/tokens", .admin) { try await $0.mintToken($1, $2) },

        // For planes and gateways.
        APIRoute(.get, "/internal/v1/planes/{name}/assignment", .planeInPath) { api, _, context in
            try api.assignmentStream(context)
        },
        APIRoute(.post, "/internal/v1/planes/{name}/report", .planeInPath) { try await $0.planeReport($1, $2) },
        APIRoute(.get, "/internal/v1/gateways/{name}/snapshot", .gatewayInPath) { api, _, context in
            try api.snapshotStream(context)
        },
        APIRoute(.post, "/internal/v1/gateways/{name}/report", .gatewayInPath) { try await $0.gatewayReport($1, $2) },
        APIRoute(.get, "/internal/v1/gateways/{name}/inquiries", .gatewayInPath) { api, _, context in
            try api.inquiryStream(context)
        },
        APIRoute(.post, "/internal/v1/gateways/{name}/inquiries/{inquiry}", .gatewayInPath) {
            try await $0.inquiryAnswer($1, $2)
        },
    ]

    /// The router of an API: each request is counted, its errors are mapped, its token is checked, and its route answers.
    package static func router(for api: ControlAPI) -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.addMiddleware {
            RequestCounting(metrics: api.metrics)
            ErrorMapping()
        }
        let authentication = Authentication(tokens: api.tokens)
        for route in all {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                var context = context
                context.token = try authentication.check(request, context, access: route.access)
                return try await route.handler(api, request, context)
            }
        }
        return router
    }
}
