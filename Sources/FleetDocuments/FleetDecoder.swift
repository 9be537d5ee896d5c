package import FleetModel

/// Reads fleet documents, strictly: every mistake of every file is told, each with its line, and then nothing is returned.
package enum FleetDecoder {
    /// Reads what somebody has just declared.
    ///
    /// Resources come back in the order of the files and of the documents in them. A reference is good when it leads to a resource
    /// in the files or to one in `known`. An empty file declares nothing.
    package static func decode(_ files: [FleetFile], known: [ResourceKey] = []) -> Result<[Resource], FleetProblems> {
        var reader = FleetReader(mode: .declared)
        for (position, file) in files.enumerated() { reader.read(file, at: position) }
        reader.validate(known: known)
        return reader.result
    }

    /// Reads one resource from our own store: its catalogue facts are in it and it was judged when it was written.
    package static func decodeResource(json text: String) -> Result<Resource, FleetProblems> {
        var reader = FleetReader(mode: .stored)
        reader.read(FleetFile(name: "stored", text: text), at: 0)
        return reader.result.flatMap { resources in
            guard let resource = resources.first, resources.count == 1 else {
                let problem = DocumentProblem(
                    file: "stored", line: 1, path: "document", message: "\(resources.count) resources are given", accepted: "one")
                return .failure(FleetProblems(problems: [problem]))
            }
            return .success(resource)
        }
    }

    package static func decodeResource(json bytes: [UInt8]) -> Result<Resource, FleetProblems> {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let problem = DocumentProblem(
                file: "stored", line: 1, path: "document", message: "the text is not UTF-8", accepted: "UTF-8")
            return .failure(FleetProblems(problems: [problem]))
        }
        return decodeResource(json: text)
    }
}
