package import FleetTransport

/// Which control plane a client command talks to, and where its token is kept.
package enum ConnectionChoice: Equatable, Sendable {
    /// The one whose state folder this is. `tokenFile` goes before the folder's admin token.
    case state(StateFolder, tokenFile: String?, caFile: String?)
    case server(url: String, tokenFile: String, caFile: String?)

    package static let defaultState = "./.tradewind"
    package static let stateVariable = "TRADEWIND_STATE"
    package static let serverVariable = "TRADEWIND_SERVER"
    package static let tokenFileVariable = "TRADEWIND_TOKEN_FILE"
    package static let caFileVariable = "TRADEWIND_CA_FILE"

    /// Flags go before environment variables, `TRADEWIND_SERVER` before `TRADEWIND_STATE`, and `./.tradewind` comes last.
    package init(
        state: String?, server: String?, tokenFile: String?, caFile: String?, environment: [String: String]
    ) throws(CommandFailure) {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if state != nil, server != nil {
            throw CommandFailure(.usage, "--state and --server name two control planes; give one of them")
        }
        let tokenFile = tokenFile ?? variable(Self.tokenFileVariable)
        let caFile = caFile ?? variable(Self.caFileVariable)
        guard let url = server ?? (state == nil ? variable(Self.serverVariable) : nil) else {
            let root = state ?? variable(Self.stateVariable) ?? Self.defaultState
            self = .state(StateFolder(root: root), tokenFile: tokenFile, caFile: caFile)
            return
        }
        let source = server == nil ? Self.serverVariable : "--server"
        if let objection = ServerURL.objection(to: url) {
            throw CommandFailure(.usage, "\(source) \(url) cannot be used: \(objection); give \(ServerURL.accepted)")
        }
        guard let tokenFile else {
            throw CommandFailure(
                .usage, "\(source) needs the file that holds a token: --token-file FILE or \(Self.tokenFileVariable)")
        }
        self = .server(url: url, tokenFile: tokenFile, caFile: caFile)
    }

    /// How to get an answer where there was none.
    package var startHint: String {
        switch self {
        case .state(let folder, _, _):
            "Start it with `tradewind serve --state \(folder.root)` or, with gateways and planes, `tradewind up --state \(folder.root)`"
        case .server(let url, _, _): "Is the control plane running there, and is \(url) its address?"
        }
    }
}
