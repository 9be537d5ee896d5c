import FleetModel
import FleetTransport
import Hummingbird

/// What became of one request: asked here, answered by the gateways.
extension ControlAPI {
    /// `GET /api/v1alpha1/requests?id=…`.
    func explainRequest(_ request: Request) async throws -> Response {
        guard let id = request.uri.queryParameters["id"].map(String.init), (1...APILimits.requestIDBytes).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw APIError.badRequest("query parameter id is a request's x-request-id: 1 to 128 visible ASCII characters")
        }
        inquiries.retain { reconciler.isDeclared(.gateway($0)) }
        let outcome: InquiryDesk.Outcome
        do {
            outcome = try await inquiries.ask(id)
        } catch InquiryDesk.Refusal.tooManyInquiries {
            throw APIError(
                .tooManyRequests, "too_many_inquiries", "\(InquiryDesk.limit) requests are being asked about; try again shortly")
        }
        if let found = outcome.found { return try .json(found) }
        throw APIError.notFound(Self.unknown(id, outcome))
    }

    private static func unknown(_ id: String, _ outcome: InquiryDesk.Outcome) -> String {
        guard !outcome.asked.isEmpty else { return "no gateway is connected to ask about request \(id)" }
        let names = { (names: [GatewayName]) in names.map(\.rawValue).joined(separator: ", ") }
        guard outcome.silent.isEmpty else {
            return "request \(id) is not known to the gateways that answered; \(names(outcome.silent)) did not"
        }
        return "request \(id) is not known to \(names(outcome.asked)); a gateway remembers its last few thousand requests"
    }

    func inquiryStream(_ context: APIContext) throws -> Response {
        do {
            return .stream(try inquiries.listen(as: GatewayName(context.parameter("name"))))
        } catch InquiryDesk.Refusal.tooManyStreams {
            throw APIError(
                .tooManyRequests, "too_many_streams",
                "\(APILimits.streamsPerRecipient) streams of this gateway are open; is the same name running twice?")
        }
    }

    func inquiryAnswer(_ request: Request, _ context: APIContext) async throws -> Response {
        guard let id = UInt64(context.parameter("inquiry")) else { throw APIError.badRequest("an inquiry's number is expected") }
        let answer = try await request.decode(
            JSONValue.self, limit: APILimits.explanationBytes, example: "an explanation, as tradewind gateway sends it, or null")
        inquiries.answer(id, from: GatewayName(context.parameter("name")), answer)
        return Response(status: .noContent)
    }
}
