import ArgumentParser
import CommandLineInterface
import FleetModel

struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout", abstract: "Shows and steers how a new version of a workload takes over.",
        subcommands: [
            Status.self, Promote.self, Pause.self, Resume.self, Abort.self, Retry.self, Undo.self,
        ])

    struct Target: ParsableArguments {
        @Argument(help: "The workload.")
        var workload: String

        @OptionGroup var connection: ConnectionOptions

        func tell(_ act: FleetClient.RolloutAct) async throws {
            try await connection.withFleetClient { try await $0.rollout(act, of: WorkloadName(workload)) }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows both versions, their share of the requests and what is waited for.")

        @OptionGroup var target: Target
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await target.connection.withFleetClient {
                try await $0.rolloutStatus(of: WorkloadName(target.workload), format: output.output)
            }
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ends the wait of the current step.")

        @OptionGroup var target: Target

        @Flag(help: "End every wait: the new version takes over replica by replica.")
        var full = false

        func run() async throws { try await target.tell(full ? .promoteFully : .promote) }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Leaves both versions as they are until it is resumed.")
        @OptionGroup var target: Target
        func run() async throws { try await target.tell(.pause) }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Goes on with a paused rollout.")
        @OptionGroup var target: Target
        func run() async throws { try await target.tell(.resume) }
    }

    struct Abort: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Goes back to the stable version.")
        @OptionGroup var target: Target
        func run() async throws { try await target.tell(.abort) }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Begins again with a version that was rolled back.")
        @OptionGroup var target: Target
        func run() async throws { try await target.tell(.retry) }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Declares the version before this one again.")
        @OptionGroup var target: Target
        func run() async throws { try await target.tell(.undo) }
    }
}
