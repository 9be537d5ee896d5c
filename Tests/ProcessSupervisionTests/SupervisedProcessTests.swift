import Glibc
import ProcessSupervision
import Testing

@Suite(.timeLimit(.minutes(5))) struct SupervisedProcessTests {
    private let scratch = Scratch()

    private func specification(
        _ script: String, grace: Duration = .seconds(30), maxLogBytes: Int = 1 << 20
    ) -> ProcessSpecification {
        ProcessSpecification(
            program: "sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], directory: scratch.path,
            logFile: scratch.file("log"), maxLogBytes: maxLogBytes, grace: grace)
    }

    private func process(_ specification: ProcessSpecification) -> SupervisedProcess {
        SupervisedProcess(specification, shim: shimPath)
    }

    @Sendable private func lastEvent(_ process: SupervisedProcess) async -> ProcessEvent? {
        let last = await process.events.reduce(nil) { $1 }
        return withExtendedLifetime(process) { last }
    }

    @Test("reports start and exit status, and keeps the output to the last byte")
    func runs() async throws {
        let process = process(specification("echo out; echo err >&2; exit 7"))
        var events: [ProcessEvent] = []
        for await event in process.events { events.append(event) }
        guard case .started(let pid) = try #require(events.first) else {
            Issue.record("\(events)")
            return
        }
        #expect(pid > 1)
        #expect(events.dropFirst() == [.exited(.code(7))])
        #expect(scratch.text("log") == "out\nerr\n")
    }

    @Test("reports the signal that ended the program")
    func signalled() async {
        #expect(await lastEvent(process(specification("kill -SEGV $$"))) == .exited(.signal(SIGSEGV)))
    }

    @Test("a program that does not exist is a failure that names it")
    func missingProgram() async {
        var missing = specification("")
        missing.program = "no-such-program"
        #expect(await lastEvent(process(missing)) == .failed("cannot run no-such-program: No such file or directory"))
    }

    @Test("a working directory that does not exist is a failure that names it")
    func missingDirectory() async {
        var missing = specification("")
        missing.directory = "/no/such/folder"
        #expect(await lastEvent(process(missing)) == .failed("cannot enter /no/such/folder: No such file or directory"))
    }

    @Test("a missing supervisor is a failure, not a crash")
    func missingShim() async {
        let process = SupervisedProcess(specification("exit 0"), shim: "/no/such/shim")
        #expect(await lastEvent(process) == .failed("cannot start the supervisor /no/such/shim: No such file or directory"))
    }

    @Test("a NUL byte anywhere is refused instead of cutting the text short")
    func refusesNUL() async {
        var odd = specification("exit 0")
        odd.environment["A"] = "b\0c"
        #expect(
            await lastEvent(process(odd)) == .failed("cannot run sh: a NUL byte stands in its command, folder or environment"))
    }

    @Test("the program's environment holds what was given and nothing else")
    func scrubbed() async {
        var environment = specification("")
        environment.program = "/usr/bin/env"
        environment.arguments = []
        environment.environment = ["B": "two words", "A": "1=1"]
        #expect(await lastEvent(process(environment)) == .exited(.code(0)))
        #expect(scratch.text("log") == "A=1=1\nB=two words\n")
    }

    @Test("the program starts in its directory, as leader of its group, with three open files and default signals")
    func surroundings() async throws {
        let process = process(
            specification(
                """
                pwd; [ "$(cut -d' ' -f5 /proc/$$/stat)" = $$ ] && echo leader
                ls /proc/self/fd > open; grep -E 'SigBlk|SigIgn' /proc/self/status
                """))
        #expect(await lastEvent(process) == .exited(.code(0)))
        let lines = try #require(scratch.text("log")).split(separator: "\n")
        #expect(lines.prefix(2) == ["\(scratch.path)", "leader"])
        // Number 3 is the folder that ls reads.
        #expect(scratch.text("open") == "0\n1\n2\n3\n")
        // Signals 32 and 33 belong to the C library, which lets nobody reset them.
        let masks = lines.dropFirst(2).compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
        #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
    }

    @Test("stopping lets a program end by itself")
    func stops() async {
        let process = process(specification("trap 'exit 5' TERM; echo > ready; while :; do sleep 0.01; done"))
        _ = await eventually { scratch.text("ready") }
        process.stop()
        #expect(await lastEvent(process) == .exited(.code(5)))
    }

    @Test("a program that ignores SIGTERM is killed after its grace")
    func stubborn() async {
        let process = process(specification("trap '' TERM; echo > ready; while :; do sleep 0.01; done", grace: .milliseconds(50)))
        _ = await eventually { scratch.text("ready") }
        process.stop()
        #expect(await lastEvent(process) == .exited(.signal(SIGKILL)))
    }

    @Test("a kill does not wait for the grace")
    func kills() async {
        let process = process(specification("trap '' TERM; echo > ready; while :; do sleep 0.01; done", grace: .seconds(600_000)))
        _ = await eventually { scratch.text("ready") }
        process.stop()
        process.kill()
        #expect(await lastEvent(process) == .exited(.signal(SIGKILL)))
    }

    @Test("children that moved to a session of their own are dead when the end is reported")
    func escapees() async throws {
        let process = process(
            specification(
                """
                setsid sh -c 'trap "" TERM; (setsid sleep 1000 & echo $! > second.tmp; mv second.tmp second); echo $$ > first; exec sleep 1000' &
                (sleep 1000 & echo $! > third.tmp; mv third.tmp third) &
                until [ -s first ] && [ -s second ] && [ -s third ]; do sleep 0.01; done
                exit 0
                """))
        #expect(await lastEvent(process) == .exited(.code(0)))
        for name in ["first", "second", "third"] {
            let pid = try #require(scratch.pid(name))
            #expect(!exists(pid), "\(name) outlived the program")
        }
    }

    @Test("releasing the process ends the program")
    func released() async throws {
        var process: SupervisedProcess? = process(specification("echo $$ > pid; sleep 1000"))
        let pid = await eventually { scratch.pid("pid") }
        #expect(exists(pid) && process != nil)
        process = nil
        await eventually { exists(pid) ? nil : () }
    }

    @Test("killing the shim kills the program, and is reported")
    func shimKilled() async throws {
        let process = process(specification("(sleep 1000 & echo $! > child); echo $$ > pid; sleep 1000"))
        let pid = await eventually { scratch.pid("pid") }
        let child = await eventually { scratch.pid("child") }
        let shim = try #require(parent(of: pid))
        #expect(shim != getpid())
        kill(shim, SIGKILL)
        #expect(await lastEvent(process) == .exited(.signal(SIGKILL)))
        #expect(!exists(shim), "the shim is left as a zombie")
        await eventually { exists(pid) || exists(child) ? nil : () }
    }

    @Test("after the end no zombie of the shim is left")
    func noZombie() async throws {
        let process = process(specification("echo $PPID > shim"))
        #expect(await lastEvent(process) == .exited(.code(0)))
        #expect(!exists(try #require(scratch.pid("shim"))))
    }

    @Test("a flood of output neither blocks the program nor fills the disk")
    func floods() async throws {
        let limit = 64 << 10
        let process = process(specification("yes | head -c 4000000; echo; echo done", maxLogBytes: limit))
        #expect(await lastEvent(process) == .exited(.code(0)))
        let (current, older) = (try #require(scratch.text("log")), try #require(scratch.text("log.1")))
        #expect(older.utf8.count == limit)
        #expect(current.utf8.count <= limit)
        #expect(current.hasSuffix("done\n"))
    }

    @Test("a flooding program still stops")
    func floodStops() async {
        let process = process(specification("echo > ready; exec yes", maxLogBytes: 64 << 10))
        _ = await eventually { scratch.text("ready") }
        process.stop()
        #expect(await lastEvent(process) == .exited(.signal(SIGTERM)))
    }

    @Test("a program that closes its output runs on until it is stopped")
    func silent() async {
        let process = process(specification("exec >&- 2>&-; echo > ready; exec sleep 1000"))
        _ = await eventually { scratch.text("ready") }
        process.stop()
        #expect(await lastEvent(process) == .exited(.signal(SIGTERM)))
    }

    @Test("many processes at once each report their own end")
    func many() async {
        let scratch = scratch
        await withTaskGroup(of: (Int32, ProcessEvent?).self) { group in
            for number in Int32(0)..<24 {
                group.addTask {
                    let specification = ProcessSpecification(
                        program: "/bin/sh", arguments: ["-c", "exit \(number)"], logFile: scratch.file("log\(number)"))
                    let process = SupervisedProcess(specification, shim: shimPath)
                    return (number, await lastEvent(process))
                }
            }
            for await (number, event) in group { #expect(event == .exited(.code(number))) }
        }
    }
}
