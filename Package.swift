// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

let atomics: Target.Dependency = .product(name: "Atomics", package: "swift-atomics")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "tradewind",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tradewind", targets: ["tradewind"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: Core: pure, synchronous, deterministic

        // How long a continuous-batching engine takes: one pure type, shared by the simulated engine and the simulator.
        .target(name: "EngineTiming", swiftSettings: strict),
        .testTarget(name: "EngineTimingTests", dependencies: ["EngineTiming", "SeededCases"], swiftSettings: strict),

        // What runs where, and the life of a replica.
        .target(name: "FleetControl", dependencies: ["FleetModel"], swiftSettings: strict),
        .testTarget(
            name: "FleetControlTests",
            dependencies: ["FleetControl", "FleetModel", "FleetPlanning", "FleetRouting", "SeededCases"],
            swiftSettings: strict),

        // The vocabulary: resources, units, validation, and the documents processes hand each other.
        .target(name: "FleetModel", swiftSettings: strict),
        .testTarget(name: "FleetModelTests", dependencies: ["FleetModel", "SeededCases"], swiftSettings: strict),

        // From demand, offers and rules to what to buy and run, with a proven bound and the reasons.
        .target(name: "FleetPlanning", dependencies: ["FleetModel", "LinearOptimization"], swiftSettings: strict),
        .testTarget(
            name: "FleetPlanningTests",
            dependencies: [
                "FleetModel", "FleetPlanning", "LinearOptimization", "PlanningProofs", "SeededCases", "SolverLibraries",
            ],
            swiftSettings: strict),

        // Who may serve a request, who should, and what was learnt from it.
        .target(name: "FleetRouting", dependencies: ["FleetModel"], swiftSettings: strict),
        .testTarget(
            name: "FleetRoutingTests", dependencies: ["FleetModel", "FleetRouting", "SeededCases"], swiftSettings: strict),

        // Virtual time: a world for the decisions of the core, and what they would have cost.
        .target(
            name: "FleetSimulation",
            dependencies: ["EngineTiming", "FleetControl", "FleetModel", "FleetRouting", "LinearOptimization"],
            swiftSettings: strict),
        .testTarget(
            name: "FleetSimulationTests",
            dependencies: [
                "FleetControl", "FleetModel", "FleetSimulation", "LinearOptimization", "SeededCases", "SolverLibraries",
            ],
            swiftSettings: strict),

        // Linear and integer programs as values, and the port a solver stands behind.
        .target(name: "LinearOptimization", swiftSettings: strict),
        .testTarget(
            name: "LinearOptimizationTests", dependencies: ["LinearOptimization", "SeededCases"], swiftSettings: strict),

        // MARK: Shells: IO, clocks, stores

        // What a person sees of the command: connections, tables, errors, exit statuses.
        .target(
            name: "CommandLineInterface",
            dependencies: [
                "FleetCatalogue", "FleetControl", "FleetDocuments", "FleetModel", "FleetPlanning", "FleetSimulation",
                "FleetTransport", "LinearOptimization", logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineInterfaceTests",
            dependencies: [
                "CommandLineInterface", "FleetCatalogue", "FleetControl", "FleetDocuments", "FleetModel", "FleetPlanning",
                "FleetSimulation", "FleetTransport", "SolverLibraries", logging,
            ],
            swiftSettings: strict),

        // Store, API, audit and reconcile loop.
        .target(
            name: "ControlPlane",
            dependencies: [
                "FleetControl", "FleetDocuments", "FleetModel", "FleetTransport", crypto, hummingbird, hummingbirdCore,
                hummingbirdTLS, logging, nioCore, nioSSL, serviceLifecycle, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.embedInCode("API/openapi.yaml")],
            swiftSettings: strict),
        .testTarget(
            name: "ControlPlaneTests",
            dependencies: [
                "ControlPlane", "FleetControl", "FleetDocuments", "FleetModel", "FleetTransport", "SeededCases", hummingbird,
                logging, nioCore,
                nioPosix, serviceLifecycle, "TestCertificates", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: strict),

        // Known regions, machine types, dated prices, egress, round trips, attestations: facts, and a user's own beside them.
        .target(name: "CatalogueTables", exclude: ["Data", "README.md"]),
        .target(name: "FleetCatalogue", dependencies: ["CatalogueTables", "FleetModel"], swiftSettings: strict),
        .testTarget(
            name: "FleetCatalogueTests", dependencies: ["FleetCatalogue", "FleetModel", "SeededCases"], swiftSettings: strict),

        // YAML and JSON to and from the model, strict, with file and line.
        .target(
            name: "FleetDocuments", dependencies: ["FleetCatalogue", "FleetModel", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .testTarget(
            name: "FleetDocumentsTests", dependencies: ["FleetControl", "FleetDocuments", "FleetModel", "SeededCases"],
            exclude: ["Fixtures"], swiftSettings: strict),

        // How processes of one fleet reach and trust each other: feeds, tokens, state folder, server-sent events.
        .target(
            name: "FleetTransport",
            dependencies: ["FleetModel", httpClient, crypto, nioCore, nioHTTP1, nioPosix, nioSSL],
            swiftSettings: strict),
        .testTarget(
            name: "FleetTransportTests", dependencies: ["FleetModel", "FleetTransport", nioCore, nioHTTP1, nioPosix],
            swiftSettings: strict),

        // The HTTP data plane on SwiftNIO.
        .target(
            name: "Gateway",
            dependencies: [
                "FleetModel", "FleetRouting", "FleetTransport", atomics, logging, nioCore, nioHPACK, nioHTTP1, nioHTTP2, nioPosix,
                nioSSL, nioTLS, serviceLifecycle,
            ],
            resources: [.embedInCode("Predict/predict.openapi.json")],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "FleetModel", "FleetRouting", "FleetTransport", "Gateway", "SeededCases", logging, nioCore, nioEmbedded, nioHPACK,
                nioHTTP1, nioHTTP2, nioPosix, nioSSL, nioTLS, "TestCertificates",
            ],
            swiftSettings: strict),

        // Strict doubles of the clouds' metadata services.
        .target(
            name: "MetadataDoubles", dependencies: ["FleetModel", "FleetTransport", nioCore, nioHTTP1, nioPosix],
            swiftSettings: strict),
        .testTarget(name: "MetadataDoublesTests", dependencies: ["FleetModel", "MetadataDoubles"], swiftSettings: strict),

        // Child processes that never outlive their parent, with bounded logs.
        .target(name: "ProcessSupervision", swiftSettings: strict),
        .testTarget(name: "ProcessSupervisionTests", dependencies: ["ProcessSupervision", "tradewind"], swiftSettings: strict),

        // Solvers behind the port: CBC linked, HiGHS loaded where its library is.
        .systemLibrary(
            name: "CoinSolvers", pkgConfig: "cbc", providers: [.apt(["coinor-libcbc-dev", "coinor-libclp-dev"])]),
        .target(name: "ClpWallClock", dependencies: ["CoinSolvers"]),
        .target(
            name: "SolverLibraries", dependencies: ["ClpWallClock", "CoinSolvers", "LinearOptimization"], swiftSettings: strict),
        .testTarget(
            name: "SolverLibrariesTests", dependencies: ["LinearOptimization", "SeededCases", "SolverLibraries"],
            swiftSettings: strict),

        // An OpenAI-compatible model server without weights.
        .target(
            name: "SimulatedEngine",
            dependencies: [
                "EngineTiming", hummingbird, hummingbirdCore, logging, nioCore, nioPosix, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulatedEngineTests",
            dependencies: [
                "EngineTiming", "SimulatedEngine", httpClient, logging, nioCore, nioHTTP1, serviceLifecycle,
            ],
            swiftSettings: strict),

        // Distance on one machine: a CONNECT proxy that delays bytes.
        .target(name: "WideAreaRelay", dependencies: ["FleetModel", nioCore, nioPosix], swiftSettings: strict),
        .testTarget(
            name: "WideAreaRelayTests", dependencies: ["FleetModel", "WideAreaRelay", nioCore, nioPosix], swiftSettings: strict),

        // Drivers that run replicas, behind one protocol.
        .target(
            name: "WorkloadPlanes",
            dependencies: [
                "FleetControl", "FleetModel", "FleetTransport", "ProcessSupervision", httpClient, logging, nioCore, nioHTTP1,
                nioPosix, nioSSL, serviceLifecycle,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WorkloadPlanesTests",
            dependencies: [
                "FleetControl", "FleetModel", "FleetTransport", "MetadataDoubles", "ProcessSupervision", "SeededCases",
                "WorkloadPlanes", "tradewind",
                httpClient, logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle,
            ],
            swiftSettings: strict),

        // MARK: The command

        .executableTarget(
            name: "tradewind",
            dependencies: [
                "CommandLineInterface", "ControlPlane", "EngineTiming", "FleetCatalogue", "FleetControl", "FleetDocuments",
                "FleetModel", "FleetPlanning", "FleetSimulation", "FleetTransport", "Gateway", "LinearOptimization",
                "MetadataDoubles", "ProcessSupervision",
                "SimulatedEngine", "SolverLibraries", "WideAreaRelay", "WorkloadPlanes", httpClient, logging, nioCore, nioHTTP1,
                nioPosix, nioSSL, serviceLifecycle, unixSignals,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // MARK: The whole

        // What tests share: seeded cases, the judges of plans (checker, generator, direct formulation), certificates made for one
        // test.
        .target(name: "SeededCases", path: "Tests/SeededCases", swiftSettings: strict),
        .target(
            name: "PlanningProofs", dependencies: ["FleetPlanning", "LinearOptimization", "SeededCases"],
            path: "Tests/PlanningProofs", swiftSettings: strict),
        .target(name: "TestCertificates", path: "Tests/TestCertificates", swiftSettings: strict),

        // Taste, enforced: layer imports, file length, dead links, documents in step with code.
        .testTarget(name: "RepositoryTests", swiftSettings: strict),

        // Real processes, real sockets.
        .testTarget(
            name: "EndToEndTests", dependencies: ["TestCertificates", "tradewind", httpClient, nioCore, nioHTTP1],
            exclude: ["anthropic_client.py", "certificate_client.py", "openai_client.py"],
            swiftSettings: strict),
    ]
)
