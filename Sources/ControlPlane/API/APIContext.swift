package import Hummingbird
import Logging

/// What a request carries through the middleware: who asks.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The token the request came with; nil on open routes.
    package var token: StoredToken?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// The author of what the request changes.
    package var author: Author {
        guard let token else { preconditionFailure("a route that changes anything demands a token") }
        return Author(token: token)
    }

    /// A part of the path the route declares.
    package func parameter(_ name: String) -> String {
        guard let value = parameters.get(name) else { preconditionFailure("the route declares {\(name)}") }
        return value
    }
}
