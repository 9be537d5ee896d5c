/// The description of `POST /predict` (OpenAPI 3.1), as it is committed in `Sources/Gateway/Predict`.
package enum PredictDocument {
    package static var json: [UInt8] { PackageResources.predict_openapi_json }

    static var response: LocalResponse { LocalResponse(status: 200, contentType: "application/json", body: json) }

    private static let ending: StaticString = "/openapi.json"

    /// Whether a path asks for it: `openapi.json` below a route for predictions.
    static func isAsked(_ bytes: UnsafeRawBufferPointer, _ path: Range<Int>) -> Bool {
        let count = ending.utf8CodeUnitCount
        return path.count >= count && bytes.begins(with: ending, in: path.upperBound - count..<path.upperBound)
    }
}
