package import FleetModel
package import FleetTransport

/// How one plane's process is set up.
package struct PlaneConfiguration: Sendable, CustomStringConvertible, CustomReflectable {
    /// Without the environment, which may hold keys.
    package var description: String { "configuration of plane \(plane)" }
    package var customMirror: Mirror { Mirror(self, children: ["plane": plane, "state": state.root]) }

    package var plane: PlaneName
    package var state: StateFolder
    /// The control API; nil reads it from the state folder, and again whenever the connection is lost.
    package var serverURL: String?
    /// Holds this plane's token; nil is the state folder's.
    package var tokenFile: String?
    package var caFile: String?
    /// Where the feed listens; port 0 keeps the port of the last run, or takes a free one.
    package var feedHost = "127.0.0.1"
    package var feedPort = 0
    /// Programs that command engines may run.
    package var allowedCommands: [String] = []
    /// Folder of the endpoint keys; nil is `secrets` in the plane's folder.
    package var secretsFolder: String?
    /// The executable that answers to `engine` and `supervise`.
    package var executable: String
    /// The environment whose PATH, HOME, LANG and TMPDIR children get and where endpoint keys may stand.
    package var environment: [String: String]
    /// Where the machine's accelerators tell of themselves (DCGM's exporter), such as `http://127.0.0.1:9400/metrics`; nil:
    /// nowhere.
    package var acceleratorMetrics: String?
    /// How long replicas may finish their requests when the plane is told to end.
    package var shutdownLimit = Duration.seconds(30)

    /// Where it hears that its nodes will be taken; nil where nobody tells.
    package var notices: NoticeSource?
    package var noticePacing = NoticeFollower.Pacing()

    package init(plane: PlaneName, state: StateFolder, executable: String, environment: [String: String]) {
        self.plane = plane
        self.state = state
        self.executable = executable
        self.environment = environment
    }

    package var folder: String { state.planeFolder(plane) }
    package var token: String { tokenFile ?? state.tokenFile(.plane(plane)) }
    package var secrets: String { secretsFolder ?? "\(folder)/secrets" }
    package var logs: String { "\(folder)/logs" }
    var assignmentFile: String { "\(folder)/assignment.json" }
    var identityFile: String { "\(folder)/identity.json" }
    /// How many nodes of each pool are to be had, for rehearsals.
    package var nodeCapacityFile: String { "\(folder)/node-capacity.json" }

    /// The loopback address this plane's replicas listen on.
    package var replicaHost: String { FleetReplicaHost.address(state: state.root, plane: plane) }
}

/// The loopback address of a plane's replicas: the same after every restart, and different for two planes or two state
/// folders of one machine (but for one chance in four million), so that they never compete for ports.
package enum FleetReplicaHost {
    /// In 127.64.0.0/10, by the FNV-1a hash (Fowler, Noll, Vo) of the absolute state folder and the plane's name. The last byte
    /// is never 0 or 255.
    package static func address(state: String, plane: PlaneName) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in Array(state.utf8) + [0] + Array(plane.rawValue.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        hash ^= hash >> 32
        return "127.\(64 + hash & 63).\((hash >> 6) & 255).\(1 + (hash >> 14) % 254)"
    }
}
