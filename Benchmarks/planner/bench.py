#!/usr/bin/env python3
"""The planner beside the direct formulation given to the same solver, over a grid of sizes; every plan is checked.

    python3 Benchmarks/planner/bench.py            # a few minutes
    python3 Benchmarks/planner/bench.py --full     # all sizes, about an hour
    python3 Benchmarks/planner/bench.py --only 12x5x10x6 -o json

Instances come from generate.py (planes × workloads × origins × blocks, a fixed seed each). In a round each contender solves the instance
once, one after the other, each as a process of its own: Tradewind with HiGHS and with CBC, the direct formulation (direct.py, one thread)
with HiGHS and with CBC. All stop at a gap of 1 % or at the same limit of wall clock. Seconds, CPU seconds and memory are of the whole
process, reading and building included; medians over the rounds. The direct formulation uses highspy's HiGHS, Tradewind the library that
it finds (TRADEWIND_HIGHS): take the same version.

"gap" is a contender's own: (objective - bound) / objective. "to best" compares its objective with the best bound that any contender
proved. Every plan is verified by check.py, and no bound may lie above any checked plan's objective: either failure ends with exit code 1.
"""

import argparse
import dataclasses
import importlib.util
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import check
import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
GAP = 0.01
SOLVERS = ["highs", "cbc"]


@dataclasses.dataclass
class Instance:
    planes: int
    workloads: int
    origins: int
    blocks: int
    seed: int
    survive: str
    seconds: int
    rounds: int
    in_default: bool
    load: float = 1.0

    @property
    def name(self):
        size = f"{self.planes}x{self.workloads}x{self.origins}x{self.blocks}"
        loaded = size if self.load == 1 else f"{size}-load{self.load:g}"
        return loaded if self.survive == "provider" else f"{loaded}-{self.survive}"

    @property
    def command(self):
        return [sys.executable, str(HERE / "generate.py"), *map(str, (self.planes, self.workloads, self.origins, self.blocks)),
                "--seed", str(self.seed), "--survive", self.survive, "--load", f"{self.load:g}"]


# The direct formulation of the largest takes about 4 GB of memory.
INSTANCES = [
    Instance(4, 2, 4, 2, 1, "provider", 10, 3, True),
    Instance(6, 4, 6, 4, 1, "provider", 20, 3, True),
    Instance(12, 5, 10, 6, 2, "provider", 45, 1, True),
    Instance(20, 8, 15, 4, 3, "provider", 60, 1, True),
    Instance(12, 5, 10, 6, 2, "provider", 45, 1, False, load=20.0),
    Instance(20, 8, 15, 12, 3, "provider", 120, 1, False),
    Instance(30, 12, 20, 12, 6, "region", 180, 1, False),
    Instance(40, 20, 30, 24, 4, "provider", 300, 1, False),
    Instance(40, 20, 30, 24, 5, "mixed", 300, 1, False),
    Instance(40, 20, 30, 24, 4, "provider", 300, 1, False, load=20.0),
]


@dataclasses.dataclass
class Sample:
    seconds: float
    cpu_seconds: float
    megabytes: float
    objective: float | None
    bound: float | None
    broken: list
    note: str


def measured(command, output, limit):
    """(exit code, seconds, CPU seconds, peak memory in MB, stderr) of one process, killed after `limit` seconds."""
    with open(output, "wb") as out, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=errors)
        timer = threading.Timer(limit, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().decode(errors="replace").strip()
    return child.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.failures = []

    def contenders(self, instance, problem, plan):
        """Name → command that writes a plan: Tradewind's to standard output, the direct formulation's to `plan`."""
        commands = {}
        for solver in self.arguments.solver:
            commands[f"tradewind {solver}"] = [
                self.arguments.tradewind, "plan", "--problem", str(problem), "--solver", solver, "--deadline",
                f"{self.limit(instance)}s", "--gap", f"{GAP:.0%}", "-o", "json"]
        for solver in self.arguments.solver:
            commands[f"direct {solver}"] = [sys.executable, str(HERE / "direct.py"), str(problem), "--solver", solver, "--seconds",
                                            str(self.limit(instance)), "--gap", str(GAP), "--plan", str(plan)]
        if self.arguments.without_direct:
            commands = {name: command for name, command in commands.items() if not name.startswith("direct")}
        return commands

    def limit(self, instance):
        return self.arguments.seconds or instance.seconds

    def run(self, instance):
        path = self.folder / f"{instance.name}.json"
        size = instance.planes, instance.workloads, instance.origins, instance.blocks
        problem = generate.Generator(*size, instance.seed, instance.survive, instance.load).problem()
        path.write_text(json.dumps(problem))
        rounds = self.arguments.rounds or instance.rounds
        samples = {}
        for number in range(rounds):
            plan, output = self.folder / "plan.json", self.folder / "output.json"
            for name, command in self.contenders(instance, path, plan).items():
                plan.unlink(missing_ok=True)
                sample = self.sample(name, command, problem, plan, output, self.limit(instance))
                samples.setdefault(name, []).append(sample)
                self.say(f"{instance.name} round {number + 1}/{rounds}: {name} {sample.seconds:.1f} s, "
                         f"objective {figure(sample.objective)}, bound {figure(sample.bound)} {sample.note}")
        self.compare_bounds(instance, samples)
        return {"name": instance.name, "seed": instance.seed, "survive": instance.survive, "limitSeconds": self.limit(instance),
                "rows": [self.row(name, rows, samples) for name, rows in samples.items()]}

    def sample(self, name, command, problem, plan, output, limit):
        """Building and reading the largest instance take minutes of their own; the process gets those on top of the solver's time."""
        code, seconds, cpu, megabytes, errors = measured(command, output, limit * 1.5 + 300)
        if code != 0:
            self.failures.append(f"{name}: exit code {code}: {errors[-300:]}")
            return Sample(seconds, cpu, megabytes, None, None, [], f"exit code {code}")
        said = json.loads(output.read_text())
        if name.startswith("tradewind"):
            found = said
        else:
            found = json.loads(plan.read_text()) if plan.exists() else None
        broken = dict(check.Checker(problem, found).check()) if found else {}
        if broken:
            self.failures.append(f"{name}: the plan breaks {'; '.join(f'{kind}: {messages[0]}' for kind, messages in broken.items())}")
        return Sample(seconds, cpu, megabytes, said["objectiveUSD"], said["boundUSD"], sorted(broken), said.get("status", ""))

    def compare_bounds(self, instance, samples):
        everything = [(name, sample) for name, rows in samples.items() for sample in rows]
        for name, sample in everything:
            for rival, other in everything:
                if sample.bound is not None and other.objective is not None and not other.broken \
                        and sample.bound > other.objective * (1 + 1e-6) + 0.01:
                    self.failures.append(f"{instance.name}: {name} claims a bound of {sample.bound:.2f}, "
                                         f"{rival} has a plan of {other.objective:.2f}")

    def row(self, name, rows, samples):
        best_bound = max((s.bound for others in samples.values() for s in others if s.bound is not None), default=None)
        middle = {key: statistics.median(getattr(sample, key) for sample in rows) for key in ("seconds", "cpu_seconds", "megabytes")}
        objective = median_of(sample.objective for sample in rows)
        bound = median_of(sample.bound for sample in rows)
        direct = [sample for rival, others in samples.items() if rival == f"direct {name.split()[1]}" for sample in others]
        return {
            "contender": name, "seconds": middle["seconds"], "cpuSeconds": middle["cpu_seconds"], "residentMegabytes": middle["megabytes"],
            "objectiveUSD": objective, "boundUSD": bound, "gap": gap(objective, bound), "toBest": gap(objective, best_bound),
            "objectiveToDirect": ratio(objective, median_of(s.objective for s in direct)),
            "boundToDirect": ratio(bound, median_of(s.bound for s in direct)), "breaks": sorted({kind for s in rows for kind in s.broken}),
        }

    def say(self, text):
        print(text, file=sys.stderr, flush=True)


def median_of(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def gap(objective, bound):
    if objective is None or bound is None:
        return None
    return (objective - bound) / objective if objective else 0.0


def ratio(mine, other):
    return mine / other if mine is not None and other else None


def figure(value, form=",.0f"):
    return "-" if value is None else format(value, form)


def table(result):
    yield f"\n{result['name']}, seed {result['seed']}; at most {result['limitSeconds']} s\n"
    yield "| | seconds | CPU s | RSS MB | objective USD | bound USD | gap | to best | objective ÷ direct's | bound ÷ direct's | breaks |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for row in result["rows"]:
        yield (f"| {row['contender']} | {row['seconds']:.1f} | {row['cpuSeconds']:.1f} | {row['residentMegabytes']:.0f} "
               f"| {figure(row['objectiveUSD'])} | {figure(row['boundUSD'])} | {figure(row['gap'], '.2%')} "
               f"| {figure(row['toBest'], '.2%')} | {figure(row['objectiveToDirect'], '.3f')} | {figure(row['boundToDirect'], '.3f')} | {', '.join(row['breaks']) or '-'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tradewind", default=str(ROOT / ".build/release/tradewind"))
    parser.add_argument("--full", action="store_true", help="all sizes, up to 40x20x30x24")
    parser.add_argument("--only", action="append", choices=[instance.name for instance in INSTANCES], help="this size; may be repeated")
    parser.add_argument("--solver", action="append", choices=SOLVERS, help="only with this solver")
    parser.add_argument("--without-direct", action="store_true", help="only Tradewind")
    parser.add_argument("--seconds", type=int, help="the limit, for every size")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("-o", "--output", choices=["table", "json"], default="table")
    arguments = parser.parse_args()
    arguments.solver = arguments.solver or SOLVERS
    if not pathlib.Path(arguments.tradewind).exists():
        raise SystemExit(f"{arguments.tradewind} is missing; run 'swift build -c release'")
    if not arguments.without_direct and not all(map(importlib.util.find_spec, ("numpy", "scipy", "highspy"))):
        raise SystemExit("the direct formulation needs numpy, scipy and highspy: python3 -m pip install numpy scipy highspy")
    chosen = [i for i in INSTANCES if (i.name in arguments.only if arguments.only else arguments.full or i.in_default)]
    results = []
    with tempfile.TemporaryDirectory(prefix="tradewind-bench-") as folder:
        bench = Bench(arguments, pathlib.Path(folder))
        for instance in chosen:
            bench.say(shlex.join(instance.command))
            for command in bench.contenders(instance, pathlib.Path("problem.json"), pathlib.Path("plan.json")).values():
                bench.say(f"  {shlex.join(command)}")
            results.append(bench.run(instance))
            if arguments.output == "table":
                print("\n".join(table(results[-1])), flush=True)
    if arguments.output == "json":
        print(json.dumps(results, indent=2))
    for failure in bench.failures:
        print(failure, file=sys.stderr)
    sys.exit(1 if bench.failures else 0)


if __name__ == "__main__":
    main()
