import FleetControl
package import Hummingbird
import Logging
import NIOCore

/// Every error to its answer: the one place where HTTP statuses are chosen for errors.
package struct ErrorMapping: RouterMiddleware {
    package typealias Context = APIContext

    package init() {}

    package func handle(
        _ request: Request, context: APIContext, next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as CancellationError {
            throw error
        } catch {
            let refusal = Self.refusal(for: error)
            if refusal.status.code >= 500 {
                context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            }
            return try Self.response(refusal)
        }
    }

    package static func refusal(for error: any Error) -> APIError {
        switch error {
        case let error as APIError: error
        case let error as StoreError: refusal(for: error)
        case let error as RolloutRecord.Refusal: .conflict(error.description)
        case is NIOTooManyBytesError:
            APIError(.contentTooLarge, "too_large", "the body is larger than this path takes; apply in several parts")
        case let error as HTTPError where error.status == .notFound:
            .notFound("there is nothing at this path; GET /openapi.yaml lists every one")
        case let error as HTTPError: APIError(error.status, "bad_request", error.body ?? "the request cannot be served")
        default: APIError(.internalServerError, "internal", "the control plane failed; its log says why")
        }
    }

    private static func refusal(for error: StoreError) -> APIError {
        switch error {
        case .conflict, .declarationsMoved, .tooMany: .conflict(error.description)
        case .notFound: .notFound(error.description)
        case .unreadable: APIError(.internalServerError, "internal", error.description)
        }
    }

    private static func response(_ refusal: APIError) throws -> Response {
        var response = try Response.json(refusal.body, status: refusal.status)
        if refusal.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        if refusal.status == .tooManyRequests { response.headers[.retryAfter] = "5" }
        return response
    }
}
