#!/usr/bin/env python3
"""What an organisation would do instead of planning the whole problem, each as a plan that check.py can judge.

    python3 Benchmarks/planner/baselines.py problem.json --tradewind .build/release/tradewind

single provider    the cheapest provider taken alone with the organisation's own nodes, planned by Tradewind itself
launcher           a job launcher's choice: each workload on the offer with the lowest price per request, on demand, scaled with demand;
                   rules are obeyed, latency is not looked at
launcher, nearby   the same for each workload and origin, among the offers within its latency budget
Mélange-style      one integer program for the cheapest mix of accelerators at everybody's peak, on demand, held all the time
all on demand      the cheapest nodes of each block, on demand, as if nothing is ever lost
70/20/10           70 % of the peak reserved, 20 % on demand, 10 % spot, held all the time

Each decides nodes and replicas; its users are then routed as well as those replicas allow, by linear programs, and what a loss leaves
unserved is counted. Costs are compute and egress, without penalties: read them beside what is served. They are compared with Tradewind's
plan of the same problem without failures, which is the part these can express, and with its plan of the whole problem. Shares of demand
are weighted by the accelerators a request takes. "Unprotected" is served, but the kept share of it is not safe from every loss it must
survive. Needs numpy, scipy, highspy.
"""

import argparse
import collections
import copy
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import check
import direct

GAP = 0.01


def without_failures(problem):
    changed = copy.deepcopy(problem)
    for workload in changed["workloads"]:
        workload["survive"] = "none"
    return changed


def restricted(problem, keeps_pool=lambda pool: True, blocks=None):
    changed = dict(problem, pools=[pool for pool in problem["pools"] if keeps_pool(pool)])
    if blocks is not None:
        names = {block["name"] for block in blocks}
        changed.update(blocks=blocks, demand=[row for row in problem["demand"] if row["block"] in names])
    return changed


def at_peak(problem, share=1.0):
    """One block as long as all, in which every origin asks for (a share of) its peak within its tightest budget."""
    rows = {}
    for row in problem["demand"]:
        best = rows.setdefault((row["workload"], row["origin"]), dict(row, block="peak", requestsPerSecond=0.0))
        best["requestsPerSecond"] = max(best["requestsPerSecond"], row["requestsPerSecond"] * share)
        if row.get("latencyBudgetMilliseconds", math.inf) < best.get("latencyBudgetMilliseconds", math.inf):
            best["latencyBudgetMilliseconds"] = row["latencyBudgetMilliseconds"]
    hours = sum(block["hours"] for block in problem["blocks"])
    return dict(problem, blocks=[{"name": "peak", "hours": hours}], demand=list(rows.values()))


def is_owned(pool):
    return pool["usdPerNodeHour"] == 0


class Choice:
    """Nodes by (plane, pool, block) and replicas by (workload, plane, pool, block)."""

    def __init__(self):
        self.nodes, self.replicas = collections.Counter(), collections.Counter()

    @staticmethod
    def of_plan(plan):
        choice = Choice()
        for row in plan["nodes"]:
            choice.nodes[row["plane"], row["pool"], row["block"]] += row["count"]
        for row in plan["replicas"]:
            choice.replicas[row["workload"], row["plane"], row["pool"], row["block"]] += row["count"]
        return choice

    def held(self, blocks):
        """The same in every one of these blocks."""
        choice = Choice()
        for mine, other in ((choice.nodes, self.nodes), (choice.replicas, self.replicas)):
            for key, count in other.items():
                for block in blocks:
                    mine[(*key[:-1], block["name"])] += count
        return choice

    def add(self, other):
        self.nodes.update(other.nodes)
        self.replicas.update(other.replicas)


class NoPlan(Exception):
    pass


def solved(problem, seconds):
    """The direct formulation's plan, as good as HiGHS finds in that time."""
    formulation = direct.DirectFormulation(problem)
    answer = direct.solve_highs(formulation.builder.model(), seconds, GAP)
    if answer.values is None:
        raise NoPlan(f"HiGHS found none in {seconds:.0f} s")
    return formulation.plan(answer, 0.0)


def tradewind(problem, arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "problem.json"
        path.write_text(json.dumps(problem))
        command = [arguments.tradewind, "plan", "--problem", str(path), "--deadline", f"{arguments.seconds:.0f}s", "-o", "json"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise NoPlan(f"tradewind: {done.stderr.strip()[:200]}")
        return json.loads(done.stdout)


def planned(problem, arguments):
    return tradewind(problem, arguments) if arguments.tradewind else solved(problem, arguments.seconds)


# Baselines: each returns a Choice for the problem


def single_provider(problem, arguments):
    providers = {plane["name"]: plane["provider"] for plane in problem["planes"]}
    owners = {providers[pool["plane"]] for pool in problem["pools"] if is_owned(pool)}
    best = None
    for provider in sorted(set(providers.values()) - owners):
        alone = without_failures(restricted(problem, lambda pool: is_owned(pool) or providers[pool["plane"]] == provider))
        try:
            plan = planned(alone, arguments)
        except NoPlan:
            continue
        if best is None or plan["objectiveUSD"] < best[0]:
            best = plan["objectiveUSD"], provider, plan
    if best is None:
        raise NoPlan("no provider alone could be planned")
    return Choice.of_plan(best[2]), best[1]


def all_on_demand(problem, arguments):
    choice = Choice()
    offers = without_failures(restricted(problem, lambda pool: pool["tier"] == "on-demand" or is_owned(pool)))
    for block in problem["blocks"]:
        choice.add(Choice.of_plan(solved(restricted(offers, blocks=[block]), arguments.seconds / len(problem["blocks"]))))
    hold_owned(problem, choice)
    return choice, ""


def hold_owned(problem, choice):
    """Owned nodes are there in every block, used or not."""
    for pool in problem["pools"]:
        if pool["tier"] == "reserved":
            counts = [choice.nodes[pool["plane"], pool["name"], block["name"]] for block in problem["blocks"]]
            for block in problem["blocks"]:
                choice.nodes[pool["plane"], pool["name"], block["name"]] = max(counts)


def melange(problem, arguments):
    offers = without_failures(restricted(problem, lambda pool: pool["tier"] == "on-demand" or is_owned(pool)))
    return Choice.of_plan(solved(at_peak(offers), arguments.seconds)).held(problem["blocks"]), ""


def static_mix(problem, arguments):
    """Each tier is bought for its share of the peak, whatever each workload may put on spot; what quotas refuse goes on demand."""
    choice, left = Choice(), collections.Counter()
    base = without_failures(problem)
    for workload in base["workloads"]:
        workload.update(minReplicas=0, maxSpotShare=1.0)
    for tier, share in (("reserved", 0.7), ("spot", 0.1), ("on-demand", 0.2)):
        part = at_peak(restricted(base, lambda pool: pool["tier"] == tier), share)
        for row in part["demand"]:
            row["requestsPerSecond"] += left.pop((row["workload"], row["origin"]), 0.0)
        plan = solved(part, arguments.seconds / 3)
        for row in plan["unmet"]:
            left[row["workload"], row["origin"]] += row["requestsPerSecond"]
        choice.add(Choice.of_plan(plan).held(problem["blocks"]))
    return choice, ""


def launcher(problem, arguments):
    return greedy(problem, nearby=False), ""


def launcher_nearby(problem, arguments):
    return greedy(problem, nearby=True), ""


def greedy(problem, nearby):
    """Fills the cheapest offers first, a workload at a time, with nodes of its own; quotas are what stops it."""
    rtt = {(row["origin"], row["plane"]): row["milliseconds"] for row in problem["rtt"]}
    forbidden = {(row["workload"], row["origin"], row["plane"]) for row in problem.get("forbidden", [])}
    offers = [pool for pool in problem["pools"] if pool["tier"] == "on-demand" or is_owned(pool)]
    room = {(pool["plane"], pool["name"]): pool["maxNodes"] for pool in offers}
    choice = Choice()
    for workload in problem["workloads"]:
        rates, groups = collections.Counter(), collections.defaultdict(list)
        for row in problem["demand"]:
            if row["workload"] == workload["name"]:
                rates[row["origin"], row["block"]] += row["requestsPerSecond"]
                budget = row.get("latencyBudgetMilliseconds", workload["latencyBudgetMilliseconds"])
                groups[row["origin"]].append(budget)
        services = collections.defaultdict(list)
        for origin, budgets in groups.items():
            able = frozenset(pool["plane"] for pool in offers if (workload["name"], origin, pool["plane"]) not in forbidden
                             and (not nearby or rtt.get((origin, pool["plane"]), math.inf) <= min(budgets)))
            services[able].append(origin)
        for number, (able, origins) in enumerate(sorted(services.items(), key=lambda item: sorted(item[1]))):
            wanted = {block["name"]: sum(rates[origin, block["name"]] for origin in origins) / workload["targetUtilization"]
                      for block in problem["blocks"]}
            least = max(1, workload["minReplicas"]) if number == 0 else 1
            fill(workload, wanted, least, [pool for pool in offers if pool["plane"] in able], room, choice)
    hold_owned(problem, choice)
    return choice


def fill(workload, wanted, least, offers, room, choice):
    """Takes from each offer in turn, cheapest per request first, until what is wanted (req/s of throughput by block,
    and at least so many replicas) is there."""
    def entry(pool):
        known = workload["profile"].get(pool["accelerator"])
        return known if known and known["acceleratorsPerReplica"] <= pool["acceleratorsPerNode"] else None

    def replicas_per_node(pool):
        return pool["acceleratorsPerNode"] // entry(pool)["acceleratorsPerReplica"]

    def price(pool):
        """USD per req/s and hour at the peak, with the nodes there still are."""
        rate = replicas_per_node(pool) * entry(pool)["requestsPerSecond"]
        nodes = max(1, min(room[pool["plane"], pool["name"]], math.ceil(peak / rate)))
        return nodes * pool["usdPerNodeHour"] / max(min(peak, nodes * rate), 1e-9), pool["plane"], pool["name"]

    peak, least = max(wanted.values()), dict.fromkeys(wanted, least)
    for pool in sorted(filter(entry, offers), key=price):
        key = pool["plane"], pool["name"]
        taken = 0
        for block, rate in wanted.items():
            needed = max(math.ceil(rate / entry(pool)["requestsPerSecond"] - 1e-9), least[block])
            nodes = min(room[key], math.ceil(needed / replicas_per_node(pool)))
            count = min(needed, nodes * replicas_per_node(pool))
            if count > 0:
                choice.nodes[(*key, block)] += nodes
                choice.replicas[(workload["name"], *key, block)] += count
                wanted[block] = max(0.0, rate - count * entry(pool)["requestsPerSecond"])
                least[block] = max(0, least[block] - count)
                taken = max(taken, nodes)
        room[key] -= taken
        if not any(wanted.values()) and not any(least.values()):
            return


# Judging


def routed(problem, choice):
    """The plan that serves as much as these replicas can: least unmet, then least unprotected, then least egress."""
    forbidden, demand = collections.defaultdict(list), collections.defaultdict(list)
    for row in problem.get("forbidden", []):
        forbidden[row["workload"]].append(row)
    for row in problem["demand"]:
        demand[row["workload"], row["block"]].append(row)
    plan = {"flows": [], "unmet": [], "unprotected": [], "scenarios": []}
    for workload in problem["workloads"]:
        for block in problem["blocks"]:
            counts = {key[1:3]: count for key, count in choice.replicas.items() if key[0] == workload["name"] and key[3] == block["name"]}
            pools = [pool for pool in problem["pools"] if counts.get((pool["plane"], pool["name"]))]
            part = dict(problem, blocks=[block], workloads=[workload], pools=pools, budgets=[], forbidden=forbidden[workload["name"]],
                        demand=demand[workload["name"], block["name"]])
            fixed = {(0, k, 0): counts[pool["plane"], pool["name"]] for k, pool in enumerate(pools)}
            formulation = direct.DirectFormulation(part, fixed_nodes={}, fixed_replicas=fixed)
            if not formulation.builder.column_count or not part["demand"]:
                continue
            answer = direct.solve_highs(formulation.builder.model(), 600, 0, relax=True)
            if answer.values is None:
                raise NoPlan(f"routing {workload['name']} in {block['name']}: {answer.status}")
            routes = formulation.plan(bounded_by_itself(answer), 0.0)
            for key in plan:
                plan[key] += routes[key]
    plan["nodes"] = [{"plane": key[0], "pool": key[1], "block": key[2], "count": count}
                     for key, count in sorted(choice.nodes.items()) if count]
    plan["replicas"] = [{"workload": key[0], "plane": key[1], "pool": key[2], "block": key[3], "count": count}
                        for key, count in sorted(choice.replicas.items()) if count]
    cost = check.Checker(problem, plan).costs()
    plan.update(generation=0, horizonHours=sum(block["hours"] for block in problem["blocks"]), cost=cost,
                objectiveUSD=cost["computeUSD"] + cost["egressUSD"] + cost["penaltyUSD"], boundUSD=0.0, gap=1.0, deadlineHit=False,
                solveSeconds=0.0, violations=[], report=[])
    return plan


def bounded_by_itself(answer):
    return direct.Answer(answer.status, answer.objective or 0.0, answer.objective or 0.0, answer.values)


BASELINES = {
    "single provider": single_provider, "launcher": launcher, "launcher, nearby": launcher_nearby, "Mélange-style": melange,
    "all on demand": all_on_demand, "70/20/10": static_mix,
}


def judged(problem, name, choice, note):
    plan = routed(problem, choice)
    checker = check.Checker(problem, plan)
    broken = checker.check()
    lost = sum(checker.unprotected[key] * checker.weight(key[0]) * checker.hours[key[2]] for key in checker.unprotected)
    asked = sum(rate * checker.weight(key[0]) * checker.hours[key[2]] for key, rate in checker.demand.items())
    share, loss = checker.worst_loss()
    return {
        "name": f"{name} ({note})" if note else name, "costUSD": plan["cost"]["computeUSD"] + plan["cost"]["egressUSD"],
        "objectiveUSD": plan["objectiveUSD"], "servedShare": checker.served_share(), "unprotectedShare": lost / asked if asked else 0.0,
        "worstLossShare": share, "worstLoss": loss, "breaks": sorted(broken), "plan": plan,
    }


def table(rows, whole, expressible):
    hours = rows[0]["plan"]["horizonHours"]
    ratio = lambda row, other: f"{row['costUSD'] / other['costUSD']:.2f}" if other and other["costUSD"] else "-"
    yield ("| plan | USD/month | × Tradewind without failures | × Tradewind | demand served | unserved after the worst provider loss "
           "| unprotected | breaks |")
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield (f"| {row['name']} | {row['costUSD'] * 730 / hours:,.0f} | {ratio(row, expressible)} | {ratio(row, whole)} "
               f"| {row['servedShare']:.1%} | {row['worstLossShare']:.1%} ({row['worstLoss']}) | {row['unprotectedShare']:.1%} | {', '.join(row['breaks']) or '-'} |")


def compare(problem, arguments, say):
    """Rows of the table: Tradewind's plans first, where there is a binary, then every baseline that gives a plan."""
    rows, whole, expressible = [], None, None
    if arguments.tradewind:
        whole = judged(problem, "Tradewind", Choice.of_plan(tradewind(problem, arguments)), "")
        expressible = judged(problem, "Tradewind without failures", Choice.of_plan(tradewind(without_failures(problem), arguments)), "")
        rows = [whole, expressible]
    for name, baseline in BASELINES.items():
        if arguments.only and name not in arguments.only:
            continue
        say(name)
        try:
            rows.append(judged(problem, name, *baseline(problem, arguments)))
        except NoPlan as error:
            say(f"{name}: {error}")
    return rows, whole, expressible


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("--tradewind", help="the binary to compare with, which also plans the single provider")
    parser.add_argument("--seconds", type=float, default=60, help="for each plan of Tradewind and each integer program")
    parser.add_argument("--only", action="append", choices=list(BASELINES))
    parser.add_argument("--plans", type=pathlib.Path, help="a folder to write the plans to")
    arguments = parser.parse_args()
    problem = json.loads(pathlib.Path(arguments.problem).read_text(encoding="utf-8"))
    try:
        rows, whole, expressible = compare(problem, arguments, lambda text: print(text, file=sys.stderr))
    except NoPlan as error:
        raise SystemExit(str(error))
    if not rows:
        raise SystemExit("no baseline gave a plan")
    print("\n".join(table(rows, whole, expressible)))
    if arguments.plans:
        arguments.plans.mkdir(parents=True, exist_ok=True)
        for row in rows:
            file = row["name"].lower().translate(str.maketrans({" ": "-", "/": "-", ",": "", "(": "", ")": ""})) + ".json"
            (arguments.plans / file).write_text(json.dumps(row["plan"], indent=1))


if __name__ == "__main__":
    main()
