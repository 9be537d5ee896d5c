# Everything a user or CI runs. `make up` and `make test` install what is missing first.
.PHONY: up build test test-debug check bench bench-planner tour living soak setup python format clean rehearse
FLEET ?= examples/onprem-burst
BIN = .build/release/tradewind
HIGHS = .venv/highs/libhighs.so.1
# Tests that compute keep every core busy, those that speak over sockets have clocks running, and those that run whole fleets have both: they
# take turns, so that nobody waits for the machine rather than for an answer. So many at a time, for the same reason.
SPEAKING = ControlPlaneTests|FleetTransportTests|GatewayTests|MetadataDoublesTests|ProcessSupervisionTests|SimulatedEngineTests|WideAreaRelayTests|WorkloadPlanesTests
ABREAST = --experimental-maximum-parallelization-width 16
# Checks of exclusive access, made while it runs, cost the gateway a fifth of its instructions (docs/decisions/0011-exclusive-access.md). Debug
# builds keep them: `make test-debug`.
RELEASE = -c release -Xswiftc -enforce-exclusivity=unchecked
# Tests run before anything stands beside the executable; without the library they use CBC alone and say so.
WITH_HIGHS = env $$([ -f $(HIGHS) ] && echo TRADEWIND_HIGHS=$(CURDIR)/$(HIGHS))

up: build ## start the example fleet on this machine
	$(BIN) up -f $(FLEET)

build: setup
	swift build $(RELEASE) --product tradewind
	@scripts/highs.sh .build/release

setup: ## system libraries this project links or runs
	@scripts/setup.sh

python: setup ## Python packages that end-to-end tests and examples use, in .venv
	@scripts/python.sh

test: setup python ## everything
	@scripts/setup.sh openssl
	@mkdir -p .venv/highs && scripts/highs.sh .venv/highs
	$(WITH_HIGHS) swift test $(RELEASE) --disable-testable-imports --skip '^($(SPEAKING)|EndToEndTests)\.' $(ABREAST)
	$(WITH_HIGHS) swift test $(RELEASE) --disable-testable-imports --filter '^($(SPEAKING))\.' $(ABREAST)
	$(WITH_HIGHS) swift test $(RELEASE) --disable-testable-imports --filter '^EndToEndTests\.' $(ABREAST)

test-debug: setup ## the data path with every check a debug build makes
	swift test --filter 'FleetModel|FleetRouting|Gateway' $(ABREAST)

check: ## taste: formatting and repository rules
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	swift test $(RELEASE) --disable-testable-imports --filter RepositoryTests

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

bench: build ## the gateway's cost beside HAProxy, nginx, Envoy and sglang-router; LITELLM=1 adds LiteLLM
	@scripts/setup.sh nginx-light haproxy wrk
	@Benchmarks/gateway/install.sh $(if $(LITELLM),litellm)
	python3 Benchmarks/gateway/bench.py --write .build/bench/gateway.md

bench-planner: build ## the planner beside the direct formulation and what one would do instead
	.venv/bin/pip install -q --disable-pip-version-check numpy scipy highspy
	.venv/bin/python3 Benchmarks/planner/bench.py

tour: build python ## the README's tour, with outages, measured
	.venv/bin/python3 scripts/tour.py

rehearse: build ## a game day: each plane of the example is lost in turn under load
	python3 scripts/rehearse.py

living: build ## a fleet that runs itself: load, a spot reclaim, warm nodes and zero, measured
	python3 scripts/living.py

soak: setup python ## a million seeded cases a property; takes long
	$(WITH_HIGHS) TRADEWIND_SOAK_CASES=1000000 swift test $(RELEASE) --disable-testable-imports --filter 'Fuzz|Property|Invariants|Placement|PlannerProof'

clean:
	rm -rf .build
