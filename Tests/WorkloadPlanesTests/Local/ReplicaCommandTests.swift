import FleetControl
import FleetModel
import Testing
import WorkloadPlanes

@Suite struct ReplicaCommandTests {
    private func command(
        _ engine: EngineSpec?, allowed: [String] = [], environment: [String: String] = ["PATH": "/usr/bin:/bin"]
    ) throws -> ReplicaCommand {
        try ReplicaCommand(
            Fixture.order(engine, devices: [2, 3]), host: "127.64.0.1", executable: "/opt/tradewind",
            allowance: CommandAllowance(allowed: allowed, searchPath: "/usr/bin:/bin"), environment: environment)
    }

    @Test("the simulated engine is our own executable with its timing")
    func simulated() throws {
        let command = try command(.simulated(SimulatedEngineSpec(maxBatch: 8, loadMilliseconds: 50)))
        #expect(command.program == "/opt/tradewind")
        #expect(
            command.arguments.joined(separator: " ")
                == "engine --host 127.64.0.1 --port 20000 --models chat,chat-mini --prefill-tokens-per-second 9000 "
                + "--decode-tokens-per-second 45 --max-batch 8 --kv-capacity-tokens 400000 --load-milliseconds 50 "
                + "--warm-up-milliseconds 0 --replica-id toronto/chat/1")
    }

    @Test("a command runs only when the plane's own list allows it, by name or by path")
    func allowance() throws {
        let engine = EngineSpec.command(CommandEngineSpec(command: ["sh", "-c", "{host} {port} {replica} {other} {"]))
        let refusal = #expect(throws: CommandAllowance.Refusal.self) { try command(engine) }
        #expect(refusal?.description.contains("--allow-command sh") == true)
        for allowed in ["sh", "/usr/bin/sh"] {
            let command = try command(engine, allowed: [allowed])
            #expect(command.program == "/usr/bin/sh")
            #expect(command.arguments == ["-c", "127.64.0.1 20000 toronto/chat/1 {other} {"])
        }
        let elsewhere = EngineSpec.command(CommandEngineSpec(command: ["/tmp/sh"]))
        #expect(throws: CommandAllowance.Refusal.self) { try command(elsewhere, allowed: ["sh"]) }
    }

    @Test("children see four variables of ours, their accelerators, and what they declare")
    func environment() throws {
        let engine = EngineSpec.command(CommandEngineSpec(command: ["sh"], environment: ["HF_HOME": "/models"]))
        let inherited = [
            "PATH": "/bin", "HOME": "/root", "LANG": "C", "TMPDIR": "/tmp", "AWS_SECRET_ACCESS_KEY": "x", "LD_PRELOAD": "y",
        ]
        let command = try command(engine, allowed: ["sh"], environment: inherited)
        #expect(
            command.environment == [
                "PATH": "/bin", "HOME": "/root", "LANG": "C", "TMPDIR": "/tmp", "HF_HOME": "/models",
                "CUDA_VISIBLE_DEVICES": "2,3",
            ])
    }

    @Test("accelerators are numbered over all pools of the plane, so that two pools do not share the first ones")
    func devices() throws {
        var order = Fixture.order(.command(CommandEngineSpec(command: ["sh"])), devices: [0, 1])
        order.firstDevice = 6
        let command = try ReplicaCommand(
            order, host: "127.64.0.1", executable: "/opt/tradewind",
            allowance: CommandAllowance(allowed: ["sh"], searchPath: "/usr/bin:/bin"), environment: [:])
        #expect(command.environment == ["CUDA_VISIBLE_DEVICES": "6,7"])
    }

    @Test(
        "variables that would run other code are refused",
        arguments: [
            "LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "BASH_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSTARTUP",
            "NODE_OPTIONS", "PERL5OPT", "PERL5LIB", "RUBYOPT", "JAVA_TOOL_OPTIONS", "GCONV_PATH",
        ])
    func forbidden(name: String) {
        let engine = EngineSpec.command(CommandEngineSpec(command: ["sh"], environment: [name: "/tmp/evil"]))
        #expect(throws: CommandAllowance.Refusal.self) { try command(engine, allowed: ["sh"]) }
    }
}
