#!/usr/bin/env python3
"""Checks a plan against its problem: every constraint, every failure scenario, every figure, recomputed from the two files alone.

    tradewind plan -f fleet.yaml --export-problem problem.json
    tradewind plan --problem problem.json -o json > plan.json
    python3 Benchmarks/planner/check.py problem.json plan.json

A scenario is checked by maximum flow: what must stay served against the throughput of the replicas that outlive the loss, over the
planes that the rules and the failover budget allow. That the replicas of a pool can be packed onto its nodes is checked exactly. The
bound cannot be checked without solving; it is only compared with the objective. Needs nothing but Python. Exit code: 0 the plan holds,
1 it does not, 2 a file cannot be read.
"""

import argparse
import collections
import json
import math
import sys

TOLERANCE = 1e-6
PACKING_STATES = 200_000
INFINITY = float("inf")


class Checker:
    def __init__(self, problem, plan):
        self.problem, self.plan = problem, plan
        self.broken = collections.defaultdict(list)
        self.hours = {block["name"]: block["hours"] for block in problem["blocks"]}
        self.planes = {plane["name"]: plane for plane in problem["planes"]}
        self.pools = {(pool["plane"], pool["name"]): pool for pool in problem["pools"]}
        self.workloads = {workload["name"]: workload for workload in problem["workloads"]}
        self.demand, self.own_budget = collections.Counter(), {}
        for row in problem["demand"]:
            key = row["workload"], row["origin"], row["block"]
            self.demand[key] += row["requestsPerSecond"]
            if row.get("latencyBudgetMilliseconds") is not None:
                self.own_budget[key] = row["latencyBudgetMilliseconds"]
        self.rtt = {(row["origin"], row["plane"]): row["milliseconds"] for row in problem["rtt"]}
        self.forbidden = {(row["workload"], row["origin"], row["plane"]): row["because"] for row in problem.get("forbidden", [])}
        self.origins = collections.defaultdict(list)
        for workload, origin, block in self.demand:
            self.origins[workload, block].append(origin)
        self.read_plan()

    def fail(self, kind, message):
        self.broken[kind].append(message)

    # Reading

    def rows(self, key, count="requestsPerSecond", **known):
        """The plan's rows under a key whose names exist and whose figure is a number of at least 0; others are reported."""
        for row in self.plan.get(key, []):
            unknown = [f"{field} {row.get(field)!r}" for field, names in known.items() if row.get(field) not in names]
            value = row.get(count)
            if unknown:
                self.fail("names", f"{key}: the problem has no {', '.join(unknown)}")
            elif not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < INFINITY:
                self.fail("figures", f"{key}: {count} is {value!r}; it must be a number of at least 0")
            elif count == "count" and value != int(value):
                self.fail("figures", f"{key}: count is {value}; nodes and replicas are whole")
            else:
                yield row

    def read_plan(self):
        origins = {origin for _, origin, _ in self.demand}
        self.nodes, self.replicas = collections.Counter(), collections.defaultdict(collections.Counter)
        self.flows, self.unmet, self.unprotected = collections.Counter(), collections.Counter(), collections.Counter()
        for row in self.rows("nodes", "count", plane=self.planes, block=self.hours):
            if (row["plane"], row.get("pool")) in self.pools:
                self.nodes[row["plane"], row["pool"], row["block"]] += int(row["count"])
            else:
                self.fail("names", f"nodes: {row['plane']} has no pool {row.get('pool')!r}")
        for row in self.rows("replicas", "count", workload=self.workloads, plane=self.planes, block=self.hours):
            pool = self.pools.get((row["plane"], row.get("pool")))
            if pool is None:
                self.fail("names", f"replicas: {row['plane']} has no pool {row.get('pool')!r}")
            elif row["count"] and pool["accelerator"] not in self.workloads[row["workload"]]["profile"]:
                self.fail("hardware", f"{row['workload']} has no profile for {pool['accelerator']} of {row['plane']}/{row['pool']}")
            else:
                self.replicas[row["workload"], row["block"]][row["plane"], row["pool"]] += int(row["count"])
        for row in self.rows("flows", workload=self.workloads, origin=origins, plane=self.planes, block=self.hours):
            self.flows[row["workload"], row["origin"], row["plane"], row["block"]] += row["requestsPerSecond"]
            self.check_arc(row)
        for key, into in (("unmet", self.unmet), ("unprotected", self.unprotected)):
            for row in self.rows(key, workload=self.workloads, origin=origins, block=self.hours):
                into[row["workload"], row["origin"], row["block"]] += row["requestsPerSecond"]

    # Constraints

    def budget(self, workload, origin, block):
        return self.own_budget.get((workload, origin, block), self.workloads[workload]["latencyBudgetMilliseconds"])

    def stretched_budget(self, workload, origin, block):
        own = self.own_budget.get((workload, origin, block), 0)
        return max(own, self.workloads[workload]["failoverLatencyBudgetMilliseconds"])

    def check_arc(self, row):
        workload, origin, plane = row["workload"], row["origin"], row["plane"]
        where = f"{workload} from {origin} to {plane} in {row['block']}"
        rtt = self.rtt.get((origin, plane))
        if row["requestsPerSecond"] <= TOLERANCE:
            return
        if (workload, origin, plane) in self.forbidden:
            self.fail("rules", f"{where}: forbidden, {self.forbidden[workload, origin, plane]}")
        if rtt is None:
            self.fail("latency", f"{where}: the problem has no round-trip time")
            return
        if rtt > self.budget(workload, origin, row["block"]) + TOLERANCE:
            self.fail("latency", f"{where}: {rtt} ms, budget {self.budget(workload, origin, row['block'])} ms")
        if abs(row.get("rttMilliseconds", rtt) - rtt) > 0.01:
            self.fail("figures", f"{where}: the plan says {row['rttMilliseconds']} ms, the problem {rtt} ms")

    def throughput(self, workload, pool):
        """req/s of one replica at its objective, on spot times the share of time a node is there."""
        rate = self.workloads[workload]["profile"][pool["accelerator"]]["requestsPerSecond"]
        if pool["tier"] == "spot":
            rate /= 1 + pool.get("interruptionsPerNodeHour", 0) * pool.get("replacementHours", 0)
        return rate

    def check(self):
        self.check_demand()
        self.check_capacity()
        self.check_nodes()
        self.check_shares()
        self.check_budgets()
        self.check_scenarios()
        self.check_costs()
        return self.broken

    def check_demand(self):
        served = collections.Counter()
        for (workload, origin, _, block), rate in self.flows.items():
            served[workload, origin, block] += rate
        for key in {*served, *self.demand, *self.unmet}:
            if abs(served[key] + self.unmet[key] - self.demand[key]) > TOLERANCE * max(1, self.demand[key]):
                self.fail("demand", f"{key[0]} from {key[1]} in {key[2]}: {served[key]:.6g} served and {self.unmet[key]:.6g} unmet of "
                                    f"{self.demand[key]:.6g} req/s")

    def check_capacity(self):
        load = collections.Counter()
        for (workload, _, plane, block), rate in self.flows.items():
            load[workload, plane, block] += rate
        for (workload, plane, block), rate in load.items():
            room = self.workloads[workload]["targetUtilization"] * self.plane_throughput(workload, block).get(plane, 0.0)
            if rate > room + TOLERANCE * max(1, room):
                self.fail("capacity", f"{workload} on {plane} in {block}: {rate:.6g} req/s on replicas planned to {room:.6g}")

    def plane_throughput(self, workload, block, outlives=lambda pool: True):
        total = collections.Counter()
        for key, count in self.replicas[workload, block].items():
            if count and outlives(self.pools[key]):
                total[key[0]] += count * self.throughput(workload, self.pools[key])
        return total

    def check_nodes(self):
        on_pool = collections.defaultdict(collections.Counter)
        for (workload, block), counts in self.replicas.items():
            for key, count in counts.items():
                size = self.workloads[workload]["profile"][self.pools[key]["accelerator"]]["acceleratorsPerReplica"]
                on_pool[(*key, block)][size] += count
        for key, pool in self.pools.items():
            counts = [self.nodes[(*key, block)] for block in self.hours]
            if max(counts) > pool["maxNodes"]:
                self.fail("quota", f"{'/'.join(key)}: {max(counts)} nodes, quota {pool['maxNodes']}")
            if pool["tier"] == "reserved" and min(counts) != max(counts):
                self.fail("reserved", f"{'/'.join(key)}: {min(counts)} to {max(counts)} nodes; reserved nodes are the same in every block")
            for block, count in zip(self.hours, counts):
                sizes = +on_pool[(*key, block)]
                if not can_pack(sizes, count, pool["acceleratorsPerNode"]):
                    text = ", ".join(f"{n} of {size}" for size, n in sorted(sizes.items()))
                    self.fail("packing", f"{'/'.join(key)} in {block}: replicas {text} do not fit "
                                         f"{count} nodes of {pool['acceleratorsPerNode']}")

    def check_shares(self):
        missing = collections.Counter()
        for row in self.plan.get("violations", []):
            missing[row.get("workload"), row.get("block")] += row.get("missingReplicas", 0)
        for name, workload in self.workloads.items():
            for block in self.hours:
                rates = [(count * self.throughput(name, self.pools[key]), self.pools[key]["tier"])
                         for key, count in self.replicas[name, block].items()]
                total, spot = sum(rate for rate, _ in rates), sum(rate for rate, tier in rates if tier == "spot")
                if spot > workload["maxSpotShare"] * total + TOLERANCE * max(1, total):
                    self.fail("spot share", f"{name} in {block}: {spot / total:.1%} on spot, at most {workload['maxSpotShare']:.1%}")
                count = sum(self.replicas[name, block].values())
                if count + missing[name, block] < workload["minReplicas"]:
                    self.fail("minimum replicas", f"{name} in {block}: {count} replicas, at least {workload['minReplicas']}")

    def check_budgets(self):
        for budget in self.problem.get("budgets", []):
            for block in self.hours:
                spent = 0.0
                for name in budget["workloads"]:
                    for key, count in self.replicas[name, block].items():
                        pool = self.pools[key]
                        size = self.workloads[name]["profile"][pool["accelerator"]]["acceleratorsPerReplica"]
                        spent += pool["usdPerNodeHour"] / pool["acceleratorsPerNode"] * size * count
                if spent > budget["usdPerHour"] * (1 + TOLERANCE) + TOLERANCE:
                    self.fail("budget", f"{budget['name']} in {block}: {spent:.2f} USD an hour, at most {budget['usdPerHour']}")

    # Scenarios

    def scenarios(self, workload):
        """(name, whether a pool outlives it) of every loss the workload must survive."""
        if workload["survive"] == "none":
            return
        provider = lambda pool: self.planes[pool["plane"]]["provider"]
        region = lambda pool: f"{provider(pool)}/{self.planes[pool['plane']]['region']}"
        part = provider if workload["survive"] == "provider" else region
        used = [pool for pool in self.problem["pools"] if pool["accelerator"] in workload["profile"]]
        for lost in sorted({part(pool) for pool in used}):
            yield f"{workload['survive']}:{lost}", lambda pool, lost=lost: part(pool) != lost
        for lost in sorted({provider(pool) for pool in used if pool["tier"] == "spot"}):
            yield f"spot:{lost}", lambda pool, lost=lost: pool["tier"] != "spot" or provider(pool) != lost

    def kept(self, name, block, wanted, outlives):
        """The most of `wanted` (req/s by origin) that the replicas left can serve, in req/s."""
        room = self.plane_throughput(name, block, outlives)
        groups = collections.Counter()
        for origin, rate in wanted.items():
            budget = self.stretched_budget(name, origin, block) + TOLERANCE
            reach = frozenset(plane for plane in room if self.rtt.get((origin, plane), INFINITY) <= budget
                              and (name, origin, plane) not in self.forbidden)
            groups[reach] += rate
        return maximum_flow(groups, room)

    def check_scenarios(self):
        claims = {(row.get("workload"), row.get("lost"), row.get("block")): row for row in self.plan.get("scenarios", [])}
        for name, workload in self.workloads.items():
            for lost, outlives in self.scenarios(workload):
                for block in self.hours:
                    served = {o: self.demand[name, o, block] - self.unmet[name, o, block] for o in self.origins[name, block]}
                    must = {o: max(0.0, workload["keptShare"] * rate - self.unprotected[name, o, block]) for o, rate in served.items()}
                    need, have = sum(must.values()), self.kept(name, block, must, outlives)
                    if have < need - TOLERANCE * max(1, need) * 10:
                        self.fail("scenario", f"{name} in {block} after {lost} is lost: {have:.6g} req/s served where {need:.6g} must stay")
                    claim = claims.pop((name, lost, block), None)
                    if claim is not None:
                        self.check_claim(claim, name, block, served, outlives)
        for name, lost, block in claims:
            self.fail("names", f"scenarios: {name} has no scenario {lost!r} in block {block!r}")

    def check_claim(self, claim, name, block, served, outlives):
        total = sum(served.values())
        if total > TOLERANCE and claim["servedShare"] * total > self.kept(name, block, served, outlives) + 1e-5 * max(1, total):
            self.fail("figures", f"{name} in {block} after {claim['lost']}: the plan says {claim['servedShare']:.4f} stay served, which "
                                 "the replicas left cannot do")
        budgets = [self.stretched_budget(name, origin, block) for origin in served]
        if claim["worstRTTMilliseconds"] > max(budgets, default=0) + 0.01:
            self.fail("latency", f"{name} in {block} after {claim['lost']}: {claim['worstRTTMilliseconds']} ms is over the failover budget")

    # Figures

    def costs(self):
        compute, by_tier, by_provider = 0.0, collections.Counter(), collections.Counter()
        for (plane, name, block), count in self.nodes.items():
            pool = self.pools[plane, name]
            usd = self.hours[block] * pool["usdPerNodeHour"] * count
            compute += usd
            by_tier[pool["tier"]] += usd
            by_provider[self.planes[plane]["provider"]] += usd
        egress = 0.0
        for (workload, _, plane, block), rate in self.flows.items():
            gib = 3600 * self.hours[block] * rate * self.workloads[workload]["egressGiBPerRequest"]
            egress += gib * self.planes[plane]["egressUSDPerGiB"]
            by_provider[self.planes[plane]["provider"]] += gib * self.planes[plane]["egressUSDPerGiB"]
        penalty = 3600 * self.problem["unmetUSDPerRequest"] * sum(
            weight * self.hours[key[2]] * rate
            for rows, weight in ((self.unmet, 1.0), (self.unprotected, 0.1)) for key, rate in rows.items())
        return {"computeUSD": compute, "egressUSD": egress, "penaltyUSD": penalty, "byTier": by_tier, "byProvider": by_provider}

    def check_costs(self):
        def differs(said, computed):
            return not isinstance(said, (int, float)) or abs(said - computed) > max(0.01, 1e-5 * abs(computed))

        mine, said = self.costs(), self.plan.get("cost", {})
        objective = mine["computeUSD"] + mine["egressUSD"] + mine["penaltyUSD"]
        pairs = [(key, said.get(key), mine[key]) for key in ("computeUSD", "egressUSD", "penaltyUSD")]
        pairs += [(f"{key}.{part}", said.get(key, {}).get(part, 0), mine[key][part])
                  for key in ("byTier", "byProvider") for part in sorted({*mine[key], *said.get(key, {})})]
        pairs += [("objectiveUSD", self.plan.get("objectiveUSD"), objective),
                  ("horizonHours", self.plan.get("horizonHours"), sum(self.hours.values()))]
        for key, value, computed in pairs:
            if differs(value, computed):
                self.fail("figures", f"{key}: the plan says {value}, its rows make {computed:.4f}")
        bound, gap = self.plan.get("boundUSD"), self.plan.get("gap")
        if not isinstance(bound, (int, float)) or bound > objective * (1 + TOLERANCE) + 0.01:
            self.fail("figures", f"boundUSD {bound} is above the objective {objective:.4f}")
        elif gap is None or abs(gap - ((objective - bound) / objective if objective else 0.0)) > 1e-4:
            self.fail("figures", f"gap: the plan says {gap}, its figures make {(objective - bound) / objective if objective else 0.0:.6f}")

    def worst_loss(self, kind="provider"):
        """(share, name): the largest share of all demand, over blocks, that goes unserved when one provider (or region, or spot) is lost.

        Of the workloads that are to survive something; requests not served before the loss count too.
        """
        worst = (0.0, "nothing")
        provider = lambda pool: self.planes[pool["plane"]]["provider"]
        names = [name for name, workload in self.workloads.items() if workload["survive"] != "none"]
        for lost in sorted({plane["provider"] for plane in self.planes.values()}):
            outlives = {"provider": lambda pool: provider(pool) != lost,
                        "spot": lambda pool: provider(pool) != lost or pool["tier"] != "spot"}[kind]
            for block in self.hours:
                wanted = {name: {o: self.demand[name, o, block] for o in self.origins[name, block]} for name in names}
                total = sum(sum(rates.values()) * self.weight(name) for name, rates in wanted.items())
                kept = sum(self.kept(name, block, rates, outlives) * self.weight(name) for name, rates in wanted.items())
                if total > 0 and 1 - kept / total > worst[0]:
                    worst = (1 - kept / total, f"{kind}:{lost}")
        return worst

    def weight(self, name):
        """Accelerators one req/s takes, so that a workload of many small requests does not drown the others."""
        return min(e["acceleratorsPerReplica"] / e["requestsPerSecond"] for e in self.workloads[name]["profile"].values())

    def served_share(self):
        """Of all demand, weighted by the accelerators that its requests take."""
        weighted = [(rate * self.weight(key[0]) * self.hours[key[2]], self.unmet[key] / rate)
                    for key, rate in self.demand.items() if rate > 0]
        return 1 - sum(w * missing for w, missing in weighted) / sum(w for w, _ in weighted) if weighted else 1.0


def can_pack(sizes, nodes, capacity):
    """Whether replicas (size → count) fit that many nodes; no replica spans two."""
    if any(size > capacity for size in sizes) or sum(size * count for size, count in sizes.items()) > nodes * capacity:
        return not sizes
    order = sorted(sizes, reverse=True)
    rooms = collections.Counter({capacity: nodes})
    if first_fit(order, sizes, rooms):
        return True
    return least_nodes(order, tuple(sizes[size] for size in order), capacity, nodes)


def first_fit(order, sizes, rooms):
    for size in order:
        for _ in range(sizes[size]):
            room = min((room for room, count in rooms.items() if count and room >= size), default=None)
            if room is None:
                return False
            rooms[room] -= 1
            rooms[room - size] += 1
    return True


def least_nodes(order, counts, capacity, nodes):
    """Breadth-first over what is left after each node is filled in every way that leaves no room for what is left."""
    states = {counts}
    for _ in range(nodes):
        following = set()
        for state in states:
            following |= set(fillings(order, state, capacity, 0))
        if any(not any(state) for state in following):
            return True
        states = following
        if len(states) > PACKING_STATES:
            raise SystemExit(f"packing {dict(zip(order, counts))} onto {nodes} nodes of {capacity} is beyond {PACKING_STATES} states")
    return not any(counts)


def fillings(order, state, room, position):
    if position == len(order):
        if not any(count and size <= room for size, count in zip(order, state)):
            yield state
        return
    for taken in range(min(state[position], room // order[position]), -1, -1):
        left = state[:position] + (state[position] - taken,) + state[position + 1:]
        yield from fillings(order, left, room - taken * order[position], position + 1)


def maximum_flow(groups, rooms):
    """Requests (set of planes → req/s) to planes (plane → req/s) by augmenting along shortest paths."""
    groups = [(list(reach), rate) for reach, rate in groups.items() if reach and rate > 0]
    left, room = [rate for _, rate in groups], dict(rooms)
    sent = [dict.fromkeys(reach, 0.0) for reach, _ in groups]
    users = collections.defaultdict(list)
    for i, (reach, _) in enumerate(groups):
        for plane in reach:
            users[plane].append(i)
            amount = min(left[i], room[plane])
            sent[i][plane] = amount
            left[i] -= amount
            room[plane] -= amount
    tiny = 1e-12 * max(1.0, sum(rate for _, rate in groups))
    for source in range(len(groups)):
        while left[source] > tiny:
            path = shortest_path(groups, users, sent, room, source, tiny)
            if path is None:
                break
            amount = min([left[source], room[path[-1][1]]] + [sent[i][plane] for i, plane in path_returns(path)])
            for i, plane in path:
                sent[i][plane] += amount
            for i, plane in path_returns(path):
                sent[i][plane] -= amount
            left[source] -= amount
            room[path[-1][1]] -= amount
    return sum(rate for _, rate in groups) - sum(left)


def path_returns(path):
    """A path [(i, p), (j, q), …] sends i's requests to p, whence j's go back and on to q: the parts taken back."""
    return [(following[0], before[1]) for before, following in zip(path, path[1:])]


def shortest_path(groups, users, sent, room, source, tiny):
    came, queue = {("group", source): None}, collections.deque([source])
    while queue:
        i = queue.popleft()
        for plane in groups[i][0]:
            if ("plane", plane) in came:
                continue
            came["plane", plane] = i
            if room[plane] > tiny:
                path = [(i, plane)]
                while came["group", path[-1][0]] is not None:
                    before = came["group", path[-1][0]]
                    path.append((came["plane", before], before))
                return path[::-1]
            for j in users[plane]:
                if sent[j][plane] > tiny and ("group", j) not in came:
                    came["group", j] = plane
                    queue.append(j)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("plan")
    parser.add_argument("--lines", type=int, default=10, help="breaches shown of each kind")
    arguments = parser.parse_args()
    try:
        problem, plan = (json.load(open(path, encoding="utf-8")) for path in (arguments.problem, arguments.plan))
        checker = Checker(problem, plan)
        broken, cost = checker.check(), checker.costs()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"cannot read the problem or the plan: {type(error).__name__} {error}", file=sys.stderr)
        sys.exit(2)
    for kind, messages in broken.items():
        print(f"{kind}: {len(messages)} broken")
        for message in messages[:arguments.lines]:
            print(f"  {message}")
    hours = sum(checker.hours.values())
    print(f"compute {cost['computeUSD']:.2f}, egress {cost['egressUSD']:.2f}, penalties {cost['penaltyUSD']:.2f} USD over {hours:.0f} h; "
          f"{checker.served_share():.2%} of demand served")
    print("the plan holds" if not broken else f"the plan breaks {', '.join(broken)}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
