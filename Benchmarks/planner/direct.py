#!/usr/bin/env python3
"""Solves a planning problem by its direct formulation: every scenario with flows of its own, nothing aggregated, one solver, one thread.

    python3 Benchmarks/planner/direct.py problem.json --seconds 120 --solver highs --plan plan.json

This is what a modeller writes first, and what Tradewind's planner is measured against. It is not made slow on purpose: columns that no
rule, budget or hardware allows are left out, and so are scenarios that another one dominates (a provider's spot where the whole provider
is lost too). Node packing is Σ g·y ≤ a·x where each replica size divides the next and the node; elsewhere packing patterns are
columns. Minimum replicas are hard: where no plan has them there is no answer.

Needs numpy and scipy, and highspy for HiGHS; CBC is loaded from the system's libCbcSolver.
"""

import argparse
import ctypes
import ctypes.util
import dataclasses
import json
import resource
import sys
import time

import numpy as np
import scipy.sparse

INFINITY = float("inf")


@dataclasses.dataclass
class Model:
    """min cost·v, rowLower ≤ matrix·v ≤ rowUpper, lower ≤ v ≤ upper; matrix by columns."""

    cost: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    matrix: scipy.sparse.csc_matrix


@dataclasses.dataclass
class Answer:
    status: str
    objective: float | None
    bound: float | None
    values: np.ndarray | None


class ModelBuilder:
    def __init__(self):
        self.columns, self.rows, self.entries = [], [], []
        self.column_count = self.row_count = 0

    def add_columns(self, count, cost, upper, integer=False, lower=0.0):
        first, self.column_count = self.column_count, self.column_count + count
        self.columns.append([np.broadcast_to(np.asarray(v, dtype=float), (count,)) for v in (cost, lower, upper, float(integer))])
        return np.arange(first, first + count)

    def add_rows(self, count, lower, upper):
        first, self.row_count = self.row_count, self.row_count + count
        self.rows.append([np.broadcast_to(np.asarray(v, dtype=float), (count,)) for v in (lower, upper)])
        return np.arange(first, first + count)

    def add_entries(self, rows, columns, values):
        rows, columns = np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64)
        self.entries.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=float), rows.shape)))

    def model(self):
        cost, lower, upper, integer = (np.concatenate(part) for part in zip(*self.columns))
        row_lower, row_upper = (np.concatenate(part) for part in zip(*self.rows)) if self.rows else (np.zeros(0), np.zeros(0))
        rows, columns, values = (np.concatenate(part) for part in zip(*self.entries))
        matrix = scipy.sparse.csc_matrix((values, (rows, columns)), shape=(self.row_count, self.column_count))
        return Model(cost, lower, upper, integer > 0, row_lower, row_upper, matrix)


def packing_patterns(sizes, capacity):
    """Ways to fill one node that leave no room for another replica; a pattern counts replicas by size."""
    sizes, found = sorted(sizes, reverse=True), []

    def fill(position, room, counts):
        if position == len(sizes):
            if room < sizes[-1]:
                found.append(dict(zip(sizes, counts)))
            return
        for count in range(room // sizes[position], -1, -1):
            fill(position + 1, room - count * sizes[position], counts + [count])

    fill(0, capacity, [])
    return found


def divides_evenly(sizes, capacity):
    chain = sorted(set(sizes)) + [capacity]
    return all(larger % smaller == 0 for smaller, larger in zip(chain, chain[1:]))


class DirectFormulation:
    """Columns and rows of PLANNING's problem, and the way back from values to a plan."""

    def __init__(self, problem, fixed_nodes=None, fixed_replicas=None):
        """Where nodes are fixed, by (pool, block) index, and replicas, by (workload, pool, block) index, only flows are left to choose."""
        self.problem, self.fixed_nodes, self.fixed_replicas = problem, fixed_nodes, fixed_replicas
        self.builder = ModelBuilder()
        self.index()
        self.hours = np.array([block["hours"] for block in problem["blocks"]])
        self.penalty = 3600 * problem["unmetUSDPerRequest"]
        self.add_nodes()
        self.flows, self.scenario_flows, self.replica_columns = [], [], {}
        self.unmet, self.unprotected = {}, {}
        for number, workload in enumerate(problem["workloads"]):
            self.add_workload(number, workload)
        self.add_packing()
        self.add_budgets()

    def index(self):
        problem = self.problem
        self.block_of = {block["name"]: i for i, block in enumerate(problem["blocks"])}
        self.plane_of = {plane["name"]: i for i, plane in enumerate(problem["planes"])}
        self.workload_of = {workload["name"]: i for i, workload in enumerate(problem["workloads"])}
        self.origins = sorted({row["origin"] for row in problem["demand"]})
        self.origin_of = {name: i for i, name in enumerate(self.origins)}
        counts = len(self.origins), len(problem["planes"]), len(problem["blocks"]), len(problem["workloads"])
        self.rtt = np.full(counts[:2], INFINITY)
        for row in problem["rtt"]:
            if row["origin"] in self.origin_of:
                self.rtt[self.origin_of[row["origin"]], self.plane_of[row["plane"]]] = row["milliseconds"]
        self.allowed = np.ones((counts[3], *counts[:2]), dtype=bool)
        for row in problem.get("forbidden", []):
            if row["origin"] in self.origin_of:
                self.allowed[self.workload_of[row["workload"]], self.origin_of[row["origin"]], self.plane_of[row["plane"]]] = False
        self.demand = np.zeros((counts[3], counts[0], counts[2]))
        self.own_budget = np.full_like(self.demand, np.nan)
        for row in problem["demand"]:
            place = self.workload_of[row["workload"]], self.origin_of[row["origin"]], self.block_of[row["block"]]
            self.demand[place] += row["requestsPerSecond"]
            if row.get("latencyBudgetMilliseconds") is not None:
                self.own_budget[place] = row["latencyBudgetMilliseconds"]
        self.pool_plane = np.array([self.plane_of[pool["plane"]] for pool in problem["pools"]], dtype=int)

    def add_nodes(self):
        """x: one column a block, or one for all blocks where reserved."""
        blocks = len(self.hours)
        self.node_columns = np.zeros((len(self.problem["pools"]), blocks), dtype=np.int64)
        for k, pool in enumerate(self.problem["pools"]):
            if self.fixed_nodes is not None:
                counts = [self.fixed_nodes.get((k, t), 0) for t in range(blocks)]
                self.node_columns[k] = self.builder.add_columns(
                    blocks, self.hours * pool["usdPerNodeHour"], counts, lower=np.array(counts, dtype=float))
            elif pool["tier"] == "reserved":
                self.node_columns[k] = self.builder.add_columns(1, self.hours.sum() * pool["usdPerNodeHour"], pool["maxNodes"], True)[0]
            else:
                self.node_columns[k] = self.builder.add_columns(blocks, self.hours * pool["usdPerNodeHour"], pool["maxNodes"], True)

    def presence(self, pool):
        if pool["tier"] != "spot":
            return 1.0
        return 1 / (1 + pool.get("interruptionsPerNodeHour", 0) * pool.get("replacementHours", 0))

    def add_workload(self, w, workload):
        blocks, build = len(self.hours), self.builder
        usable = []
        for k, pool in enumerate(self.problem["pools"]):
            entry = workload["profile"].get(pool["accelerator"])
            if entry and entry["acceleratorsPerReplica"] <= pool["acceleratorsPerNode"] and pool["maxNodes"] > 0:
                usable.append((k, entry["acceleratorsPerReplica"], entry["requestsPerSecond"] * self.presence(pool)))
                self.replica_columns[w, k] = self.add_replicas(w, k, pool, entry["acceleratorsPerReplica"])
        if workload["minReplicas"] > 0 and self.fixed_replicas is None:
            rows = build.add_rows(blocks, workload["minReplicas"], INFINITY)
            for k, _, _ in usable:
                build.add_entries(rows, self.replica_columns[w, k], 1.0)
        if workload["maxSpotShare"] < 1 and self.fixed_replicas is None:
            rows = build.add_rows(blocks, -INFINITY, 0.0)
            for k, _, rate in usable:
                is_spot = self.problem["pools"][k]["tier"] == "spot"
                build.add_entries(rows, self.replica_columns[w, k], rate * (is_spot - workload["maxSpotShare"]))
        self.add_service(w, workload, usable)

    def add_replicas(self, w, k, pool, size):
        blocks = len(self.hours)
        if self.fixed_replicas is None:
            return self.builder.add_columns(blocks, 0.0, pool["maxNodes"] * (pool["acceleratorsPerNode"] // size), True)
        counts = np.array([self.fixed_replicas.get((w, k, t), 0) for t in range(blocks)], dtype=float)
        return self.builder.add_columns(blocks, 0.0, counts, lower=counts)

    def add_service(self, w, workload, usable):
        build, demand = self.builder, self.demand[w]
        o, t = np.nonzero(demand > 0)
        if not len(o):
            return
        rate = demand[o, t]
        place = np.full(demand.shape, -1)
        place[o, t] = np.arange(len(o))
        unmet = build.add_columns(len(o), self.hours[t] * self.penalty, rate)
        self.unmet[w] = o, t, unmet
        able = np.zeros(len(self.problem["planes"]), dtype=bool)
        able[[self.pool_plane[k] for k, _, _ in usable]] = True
        budget = np.where(np.isnan(self.own_budget[w]), workload["latencyBudgetMilliseconds"], self.own_budget[w])
        stretched = np.fmax(self.own_budget[w], workload["failoverLatencyBudgetMilliseconds"])

        rows = build.add_rows(len(o), rate, rate)
        build.add_entries(rows, unmet, 1.0)
        egress = np.array([plane["egressUSDPerGiB"] for plane in self.problem["planes"]])
        arcs = self.arcs(w, budget, able)
        cost = 3600 * workload["egressGiBPerRequest"] * egress[arcs[1]] * self.hours[arcs[2]]
        flow = build.add_columns(len(arcs[0]), cost, rate[place[arcs[0], arcs[2]]])
        build.add_entries(rows[place[arcs[0], arcs[2]]], flow, 1.0)
        self.add_capacity(w, arcs, flow, [(k, r * workload["targetUtilization"]) for k, _, r in usable])
        self.flows.append((w, *arcs, flow))

        losses = self.losses(workload, usable)
        if losses:
            kept = workload["keptShare"]
            unprotected = build.add_columns(len(o), 0.1 * self.hours[t] * self.penalty, kept * rate)
            self.unprotected[w] = o, t, unprotected
            for lost, surviving in losses:
                able[:] = False
                able[[self.pool_plane[k] for k, _, _ in surviving]] = True
                arcs = self.arcs(w, stretched, able)
                flow = build.add_columns(len(arcs[0]), 0.0, rate[place[arcs[0], arcs[2]]])
                rows = build.add_rows(len(o), kept * rate, INFINITY)
                build.add_entries(rows, unmet, kept)
                build.add_entries(rows, unprotected, 1.0)
                build.add_entries(rows[place[arcs[0], arcs[2]]], flow, 1.0)
                self.add_capacity(w, arcs, flow, [(k, r) for k, _, r in surviving])
                self.scenario_flows.append((w, lost, *arcs, flow))

    def arcs(self, w, budget, able):
        """(origin, plane, block) indices of allowed flows."""
        reach = self.rtt[:, :, None] <= budget[:, None, :]
        return np.nonzero(reach & self.allowed[w][:, :, None] & able[None, :, None] & (self.demand[w] > 0)[:, None, :])

    def add_capacity(self, w, arcs, flow, rates):
        blocks = len(self.hours)
        _, p, t = arcs
        used = np.unique(p)
        row_of = np.full(len(self.problem["planes"]), -1)
        row_of[used] = np.arange(len(used))
        rows = self.builder.add_rows(len(used) * blocks, -INFINITY, 0.0)
        self.builder.add_entries(rows[row_of[p] * blocks + t], flow, 1.0)
        for k, rate in rates:
            if row_of[self.pool_plane[k]] >= 0:
                first = row_of[self.pool_plane[k]] * blocks
                self.builder.add_entries(rows[first:first + blocks], self.replica_columns[w, k], -rate)

    def losses(self, workload, usable):
        """(name, surviving pools) of each scenario that takes something from this workload and that no other one dominates."""
        if workload["survive"] == "none":
            return []
        planes, pools = self.problem["planes"], self.problem["pools"]
        named = {}
        for k, _, _ in usable:
            plane = planes[self.pool_plane[k]]
            region = f"region:{plane['provider']}/{plane['region']}"
            whole = f"provider:{plane['provider']}" if workload["survive"] == "provider" else region
            named.setdefault(whole, set()).add(k)
            if pools[k]["tier"] == "spot":
                named.setdefault(f"spot:{plane['provider']}", set()).add(k)
        return [(name, [entry for entry in usable if entry[0] not in lost]) for name, lost in named.items()
                if not any(lost < other or (lost == other and name > rival) for rival, other in named.items() if rival != name)]

    def add_packing(self):
        if self.fixed_nodes is not None:
            return
        blocks = len(self.hours)
        for k, pool in enumerate(self.problem["pools"]):
            users = [(w, self.problem["workloads"][w]["profile"][pool["accelerator"]]["acceleratorsPerReplica"])
                     for w, other in self.replica_columns if other == k]
            sizes = {size for _, size in users}
            if not users:
                continue
            if divides_evenly(sizes, pool["acceleratorsPerNode"]):
                rows = self.builder.add_rows(blocks, -INFINITY, 0.0)
                self.builder.add_entries(rows, self.node_columns[k], -float(pool["acceleratorsPerNode"]))
                for w, size in users:
                    self.builder.add_entries(rows, self.replica_columns[w, k], float(size))
                continue
            patterns = packing_patterns(sizes, pool["acceleratorsPerNode"])
            filled = [self.builder.add_columns(blocks, 0.0, pool["maxNodes"], True) for _ in patterns]
            rows = self.builder.add_rows(blocks, -INFINITY, 0.0)
            self.builder.add_entries(rows, self.node_columns[k], -1.0)
            for column in filled:
                self.builder.add_entries(rows, column, 1.0)
            for size in sizes:
                rows = self.builder.add_rows(blocks, -INFINITY, 0.0)
                for pattern, column in zip(patterns, filled):
                    if pattern[size]:
                        self.builder.add_entries(rows, column, -float(pattern[size]))
                for w, other in users:
                    if other == size:
                        self.builder.add_entries(rows, self.replica_columns[w, k], 1.0)

    def add_budgets(self):
        if self.fixed_replicas is not None:
            return
        for budget in self.problem.get("budgets", []):
            rows = self.builder.add_rows(len(self.hours), -INFINITY, budget["usdPerHour"])
            members = {self.workload_of[name] for name in budget["workloads"]}
            for (w, k), columns in self.replica_columns.items():
                if w in members:
                    pool = self.problem["pools"][k]
                    size = self.problem["workloads"][w]["profile"][pool["accelerator"]]["acceleratorsPerReplica"]
                    self.builder.add_entries(rows, columns, pool["usdPerNodeHour"] / pool["acceleratorsPerNode"] * size)

    def plan(self, answer, seconds):
        """The plan's JSON; counts rounded, since solvers return integers to a tolerance."""
        problem, values = self.problem, answer.values
        blocks, pools = problem["blocks"], problem["pools"]
        name = {"workload": lambda w: problem["workloads"][w]["name"], "plane": lambda p: problem["planes"][p]["name"]}
        whole = lambda column: int(round(values[column]))
        nodes = [{"plane": pool["plane"], "pool": pool["name"], "block": block["name"], "count": whole(self.node_columns[k, t])}
                 for k, pool in enumerate(pools) for t, block in enumerate(blocks) if whole(self.node_columns[k, t])]
        replicas = [{"workload": name["workload"](w), "plane": pools[k]["plane"], "pool": pools[k]["name"], "block": block["name"],
                     "count": whole(columns[t])}
                    for (w, k), columns in self.replica_columns.items() for t, block in enumerate(blocks) if whole(columns[t])]
        flows = [{"workload": name["workload"](w), "origin": self.origins[a], "plane": name["plane"](b), "block": blocks[c]["name"],
                  "requestsPerSecond": float(values[v]), "rttMilliseconds": float(self.rtt[a, b])}
                 for w, o, p, t, columns in self.flows for a, b, c, v in zip(o, p, t, columns) if values[v] > 1e-9]

        def shortfalls(parts, **extra):
            return [{"workload": name["workload"](w), "origin": self.origins[a], "block": blocks[c]["name"],
                     "requestsPerSecond": float(values[v]), **extra, "reasons": []}
                    for w, (o, t, columns) in parts.items() for a, c, v in zip(o, t, columns) if values[v] > 1e-9]

        unmet, unprotected = shortfalls(self.unmet), shortfalls(self.unprotected, lost=[])
        gap = (answer.objective - answer.bound) / answer.objective if answer.objective else 0.0
        return {
            "generation": 0, "horizonHours": float(self.hours.sum()), "objectiveUSD": answer.objective, "boundUSD": answer.bound,
            "gap": gap, "deadlineHit": answer.status != "optimal", "solveSeconds": seconds, "cost": self.costs(nodes, flows, unmet, unprotected),
            "nodes": nodes, "replicas": replicas, "flows": flows, "scenarios": self.scenarios(values), "unmet": unmet,
            "unprotected": unprotected, "violations": [], "report": [],
        }

    def scenarios(self, values):
        rows = []
        for w, lost, o, p, t, columns in self.scenario_flows:
            unmet_origins, unmet_blocks, unmet = self.unmet[w]
            left = np.array(self.demand[w])
            left[unmet_origins, unmet_blocks] -= values[unmet]
            for block in np.unique(unmet_blocks):
                used = (t == block) & (values[columns] > 1e-9)
                by_origin = np.bincount(o[used], values[columns[used]], minlength=len(left))
                served = np.minimum(by_origin, left[:, block]).sum()
                rows.append({
                    "workload": self.problem["workloads"][w]["name"], "lost": lost, "block": self.problem["blocks"][block]["name"],
                    "servedShare": float(served / left[:, block].sum()) if left[:, block].sum() > 0 else 1.0,
                    "worstRTTMilliseconds": float(self.rtt[o[used], p[used]].max()) if used.any() else 0.0})
        return rows

    def costs(self, nodes, flows, unmet, unprotected):
        problem = self.problem
        hours = {block["name"]: block["hours"] for block in problem["blocks"]}
        pools = {(pool["plane"], pool["name"]): pool for pool in problem["pools"]}
        planes = {plane["name"]: plane for plane in problem["planes"]}
        egress = {workload["name"]: workload["egressGiBPerRequest"] for workload in problem["workloads"]}
        by_tier, by_provider, compute, moved = {}, {}, 0.0, 0.0
        for row in nodes:
            pool = pools[row["plane"], row["pool"]]
            usd = hours[row["block"]] * pool["usdPerNodeHour"] * row["count"]
            compute += usd
            by_tier[pool["tier"]] = by_tier.get(pool["tier"], 0) + usd
            provider = planes[row["plane"]]["provider"]
            by_provider[provider] = by_provider.get(provider, 0) + usd
        for row in flows:
            plane = planes[row["plane"]]
            usd = hours[row["block"]] * 3600 * row["requestsPerSecond"] * egress[row["workload"]] * plane["egressUSDPerGiB"]
            moved += usd
            by_provider[plane["provider"]] = by_provider.get(plane["provider"], 0) + usd
        penalty = sum(weight * hours[row["block"]] * self.penalty * row["requestsPerSecond"]
                      for rows, weight in ((unmet, 1), (unprotected, 0.1)) for row in rows)
        return {"computeUSD": compute, "egressUSD": moved, "penaltyUSD": penalty, "byTier": by_tier, "byProvider": by_provider}


def solve_highs(model, seconds, gap, relax=False):
    import highspy

    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "parallel": "off", "time_limit": float(seconds), "mip_rel_gap": float(gap)}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.row_lower)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.cost, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = model.matrix.indptr, model.matrix.indices, model.matrix.data
    if not relax and model.integer.any():
        kinds = [highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger]
        lp.integrality_ = [kinds[int(i)] for i in model.integer]
    solver.passModel(lp)
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    ended = status == highspy.HighsModelStatus.kOptimal
    is_mip = not relax and model.integer.any()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    bound = info.mip_dual_bound if is_mip else (info.objective_function_value if ended else None)
    return Answer(
        "optimal" if ended else solver.modelStatusToString(status).lower(), info.objective_function_value if found else None,
        bound if bound is not None and abs(bound) < 1e100 else None, np.array(solver.getSolution().col_value) if found else None)


def solve_cbc(model, seconds, gap, relax=False):
    path = ctypes.util.find_library("CbcSolver") or "libCbcSolver.so.3"
    cbc = ctypes.CDLL(path)
    cbc.Cbc_newModel.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(cbc.Cbc_newModel())
    doubles = lambda array: np.ascontiguousarray(np.clip(array, -1e300, 1e300), dtype=np.float64)
    arrays = [np.ascontiguousarray(model.matrix.indptr, dtype=np.int32), np.ascontiguousarray(model.matrix.indices, dtype=np.int32),
              *(doubles(a) for a in (model.matrix.data, model.lower, model.upper, model.cost, model.row_lower, model.row_upper))]
    cbc.Cbc_loadProblem(handle, len(model.cost), len(model.row_lower), *(a.ctypes.data_as(ctypes.c_void_p) for a in arrays))
    if not relax:
        for column in np.nonzero(model.integer)[0]:
            cbc.Cbc_setInteger(handle, int(column))
    for option, value in {"sec": seconds, "ratio": gap, "log": 0, "slog": 0, "timeMode": "elapsed"}.items():
        cbc.Cbc_setParameter(handle, option.encode(), str(value).encode())
    cbc.Cbc_setLogLevel(handle, 0)
    cbc.Cbc_solve(handle)
    for function in (cbc.Cbc_getObjValue, cbc.Cbc_getBestPossibleObjValue):
        function.restype = ctypes.c_double
    cbc.Cbc_getColSolution.restype = ctypes.POINTER(ctypes.c_double)
    ended, objective = bool(cbc.Cbc_isProvenOptimal(handle)), cbc.Cbc_getObjValue(handle)
    found = ended or (abs(objective) < 1e40 and (relax or cbc.Cbc_numberSavedSolutions(handle) > 0))
    bound = cbc.Cbc_getBestPossibleObjValue(handle) if not relax else (objective if ended else None)
    values = np.array(cbc.Cbc_getColSolution(handle)[:len(model.cost)]) if found else None
    cbc.Cbc_deleteModel(handle)
    return Answer("optimal" if ended else "stopped", objective if found else None,
                  bound if bound is not None and abs(bound) < 1e40 else None, values)


SOLVERS = {"highs": solve_highs, "cbc": solve_cbc}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem")
    parser.add_argument("--solver", choices=sorted(SOLVERS), default="highs")
    parser.add_argument("--seconds", type=float, default=120, help="the solver's time limit")
    parser.add_argument("--gap", type=float, default=0.01, help="stop at this relative gap")
    parser.add_argument("--relax", action="store_true", help="solve without integrality")
    parser.add_argument("--plan", help="write the plan's JSON here")
    arguments = parser.parse_args()
    with open(arguments.problem, encoding="utf-8") as file:
        problem = json.load(file)
    start = time.monotonic()
    formulation = DirectFormulation(problem)
    model = formulation.builder.model()
    built = time.monotonic()
    answer = SOLVERS[arguments.solver](model, arguments.seconds, arguments.gap, arguments.relax)
    ended = time.monotonic()
    if arguments.plan and answer.values is not None and not arguments.relax:
        with open(arguments.plan, "w", encoding="utf-8") as file:
            json.dump(formulation.plan(answer, ended - start), file, indent=1)
    json.dump({
        "solver": arguments.solver, "status": answer.status, "objectiveUSD": answer.objective, "boundUSD": answer.bound,
        "columns": len(model.cost), "integers": int(model.integer.sum()), "rows": len(model.row_lower), "nonzeros": int(model.matrix.nnz),
        "buildSeconds": round(built - start, 2), "solveSeconds": round(ended - built, 2),
        "residentMegabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
