package import FleetModel

extension FleetDecoder {
    /// Reads which resources the files name, each document judged by itself: what is to be deleted may refer to what is gone.
    package static func keys(in files: [FleetFile]) -> Result<[ResourceKey], FleetProblems> {
        var reader = FleetReader(mode: .declared)
        for (position, file) in files.enumerated() { reader.read(file, at: position) }
        return reader.result.map { $0.map(\.key) }
    }
}
