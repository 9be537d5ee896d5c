# Everything a user or CI runs. `make up` and `make test` install what is missing first.
.PHONY: up build test check bench tour soak setup python format clean
FLEET ?= examples/onprem-burst
BIN = .build/release/tradewind

up: build ## start the example fleet on this machine
	$(BIN) up -f $(FLEET)

build: setup
	swift build -c release --product tradewind

setup: ## system libraries this project links or runs
	@scripts/setup.sh

python: setup ## Python packages that end-to-end tests and examples use, in .venv
	@scripts/python.sh

test: setup python ## everything
	swift test -c release --disable-testable-imports

check: ## taste: formatting and repository rules
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	swift test -c release --disable-testable-imports --filter RepositoryTests

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

bench: build ## CPU per request beside HAProxy and nginx
	@scripts/setup.sh nginx-light haproxy wrk
	python3 Benchmarks/gateway/bench.py

tour: build python ## the README's tour, with outages, measured
	.venv/bin/python3 scripts/tour.py

soak: setup python ## a million seeded cases a property; takes long
	TRADEWIND_SOAK_CASES=1000000 swift test -c release --disable-testable-imports --filter 'Fuzz|Property|Invariants|Placement'

clean:
	rm -rf .build
