import FleetTransport
import ProcessSupervision

/// Keeps one part of the fleet running until it is told to stop.
actor KeptPart {
    nonisolated let part: FleetPart
    private let specification: ProcessSpecification
    private let progress: UpProgress
    private var process: SupervisedProcess?
    private var pause: Task<Void, any Error>?
    private var keeping: Task<Void, Never>?
    private var isStopping = false
    private var pid: Int32?
    /// It was killed and is not started again before it is given back.
    private var isHeld = false
    private var isFrozen = false
    /// How often it ended by itself.
    private(set) var endings = 0

    /// A part that ran this long counts as having worked: its next restart comes soon again.
    private static let healthyRun = Duration.seconds(30)

    init(_ part: FleetPart, options: UpOptions, progress: UpProgress) {
        self.part = part
        self.progress = progress
        specification = ProcessSpecification(
            program: OwnExecutable.path, arguments: part.arguments, environment: options.environment, logFile: options.log(part),
            grace: part.grace)
    }

    func start() {
        precondition(keeping == nil, "a part is started once")
        keeping = Task { await keep() }
    }

    /// Ends it and waits until nothing of it is left.
    func stop() async {
        isStopping = true
        process?.stop()
        pause?.cancel()
        await keeping?.value
    }

    /// Ends it without mercy. Returns at once.
    func kill() {
        isStopping = true
        process?.kill()
        pause?.cancel()
    }

    /// Takes it away until ``giveBack()``; false where it does not run.
    func take(_ kind: LossOrder.Kind) -> Bool {
        guard let pid, !isStopping, !isHeld, !isFrozen else { return false }
        switch kind {
        case .freeze:
            isFrozen = ProcessTree(root: pid).freeze() > 0
            return isFrozen
        case .kill:
            isHeld = true
            process?.kill()
            return true
        }
    }

    func giveBack() {
        if isFrozen, let pid { ProcessTree(root: pid).thaw() }
        (isFrozen, isHeld) = (false, false)
    }

    private func keep() async {
        var backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(10))
        while !isStopping {
            let started = ContinuousClock.now
            let process = SupervisedProcess(specification)
            self.process = process
            var last: ProcessEvent?
            for await event in process.events {
                if case .started(let pid) = event { self.pid = pid }
                last = event
            }
            (self.process, pid) = (nil, nil)
            guard !isStopping else { return }
            if isHeld {
                while isHeld, !isStopping { try? await Task.sleep(for: LossDesk.look) }
                continue
            }
            endings += 1
            if started.duration(to: .now) >= Self.healthyRun { backoff.reset() }
            let wait = backoff.next(jitter: .random(in: 0..<1))
            let tenths = max(1, Int(wait / .milliseconds(100)))
            progress.tell(
                "\(part.name) ended (\(Self.words(last))); starting it again in \(tenths / 10).\(tenths % 10) s; its log: "
                    + specification.logFile)
            let pause = Task { try await Task.sleep(for: wait) }
            self.pause = pause
            _ = await pause.result
        }
    }

    private static func words(_ event: ProcessEvent?) -> String {
        switch event {
        case .exited(let status)?: status.description
        case .failed(let message)?: message
        case .started?, nil: "unknown how"
        }
    }
}
