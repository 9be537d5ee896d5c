/// Every bound of the data plane, with its unit. Tests shrink them; `docs/gateway.md` lists them.
package struct ProxyLimits: Equatable, Sendable {
    /// Request bodies up to this are held whole, so that they can be sent again; routing by model reads this much at most
    /// before it must know the model.
    package var heldRequestBytes = 1_024 * 1_024
    /// Forms are held up to this until the part that names their model was read, for it may stand behind a file (OpenAI takes
    /// audio of up to 25 MB); and all forms of one event loop together, so that they cannot fill the memory.
    package var heldFormBytes = 32 * 1_024 * 1_024
    package var heldFormBytesPerLoop = 256 * 1_024 * 1_024
    /// Responses that are no event stream are held up to this, so that a replica that dies in the middle is not seen.
    package var heldResponseBytes = 1_024 * 1_024
    /// Answers that become predictions are held whole and read on the event loop: a larger one is refused (502). 2,048 vectors of
    /// 1,024 numbers take about 24 MiB, more than should keep a loop busy at once.
    package var translatedResponseBytes = 8 * 1_024 * 1_024
    /// A larger request body is refused (413).
    package var requestBodyBytes = 64 * 1_024 * 1_024
    /// Bytes of further requests a client may send ahead while one is answered; beyond, reading stops.
    package var pipelinedBytes = 64 * 1_024
    /// Client connections of one event loop; more are answered 503 and closed.
    package var connections = 10_000
    /// Client connections of one event loop in their TLS handshake or with streams; more are closed.
    package var handshakes = 10_000
    /// Idle upstream connections kept per replica and event loop.
    package var idlePerReplica = 256
    /// Requests of one event loop that wait for a replica to come back; more are answered 503 at once.
    package var waitingRequests = 2_048

    /// From a head's first byte to its last, and from the connection to the first byte.
    package var headTimeout = Duration.seconds(10)
    /// For the whole TLS handshake.
    package var handshakeTimeout = Duration.seconds(10)
    /// For the whole header of the PROXY protocol: its sender needs one packet for it, and may lose one (proxy-protocol.txt
    /// section 4 asks for at least 3 s).
    package var proxyHeaderTimeout = Duration.seconds(5)
    /// Between two requests of a connection.
    package var keepAliveTimeout = Duration.seconds(75)
    /// Between two reads of a request body.
    package var bodyTimeout = Duration.seconds(30)
    /// An upstream connection idle for longer is closed: shorter than the 5 s after which uvicorn, which vLLM and SGLang
    /// run on, closes it from its side.
    package var upstreamIdleTimeout = Duration.seconds(4)
    /// A client that takes nothing of what was written to it for so long is cut.
    package var writeTimeout = Duration.seconds(30)
    /// How long a refused client may still send before its connection is cut, so that it can read the refusal.
    package var lingerTimeout = Duration.seconds(2)

    /// From the first failed attempt of a request to the start of its last one, and the longest wait for a replica.
    package var retryWindow = Duration.seconds(10)
    /// Waits between attempts where no untried replica is left; doubled each time.
    package var shortestWait = Duration.milliseconds(25)
    package var longestWait = Duration.milliseconds(400)
    /// Repetitions one event loop may have at hand, and how many it earns per second and per request (Finagle's retry budgets
    /// earn 20 % of requests).
    package var retryBurst = 4_096.0
    package var retriesPerSecond = 100.0
    package var retriesPerRequest = 0.2

    /// Bodies up to this are copied behind their head, so that both go out in one write.
    package static let copiedBytes = 32 * 1_024

    package init() {}
}
