#!/usr/bin/env python3
"""Writes a planning problem (JSON, the format of `tradewind plan --problem`), drawn from a seed.

    python3 Benchmarks/planner/generate.py 20 8 15 12 --seed 3 > problem.json

Planes are regions of three hyperscalers, three neoclouds and an organisation's own sites, at their real places. Prices are drawn around
list prices of 2026 and are not quotes. Demand follows the sun; residency rules fence some workloads in; quotas are sized to the load the
neighbourhood of a plane can bring, then made short in some places. Every (workload, origin) has a plane within its latency budget and,
where it must survive a loss, a plane that outlives each loss; whether the quotas suffice is left to the planner.
"""

import argparse
import json
import math
import random
import sys

# provider, region, latitude, longitude, jurisdiction
PLANES = [
    ("aws", "us-east-1", 38.9, -77.4, "US"), ("aws", "us-east-2", 40.0, -83.0, "US"), ("aws", "us-west-2", 45.8, -119.7, "US"),
    ("aws", "ca-central-1", 45.5, -73.6, "CA"), ("aws", "eu-west-1", 53.3, -6.3, "EU"), ("aws", "eu-central-1", 50.1, 8.7, "EU"),
    ("aws", "eu-west-2", 51.5, -0.1, "UK"), ("aws", "ap-northeast-1", 35.7, 139.7, "JP"), ("aws", "ap-southeast-1", 1.3, 103.8, "SG"),
    ("aws", "ap-southeast-2", -33.9, 151.2, "AU"), ("aws", "ap-south-1", 19.1, 72.9, "IN"), ("aws", "sa-east-1", -23.5, -46.6, "BR"),
    ("gcp", "us-central1", 41.3, -95.9, "US"), ("gcp", "us-east4", 39.0, -77.5, "US"), ("gcp", "us-west1", 45.6, -121.2, "US"),
    ("gcp", "northamerica-northeast1", 45.5, -73.6, "CA"), ("gcp", "europe-west4", 53.4, 6.8, "EU"),
    ("gcp", "europe-west1", 50.4, 3.8, "EU"), ("gcp", "asia-southeast1", 1.3, 103.8, "SG"), ("gcp", "asia-northeast1", 35.7, 139.7, "JP"),
    ("gcp", "asia-south1", 19.1, 72.9, "IN"), ("gcp", "southamerica-east1", -23.5, -46.6, "BR"),
    ("azure", "eastus", 37.4, -79.8, "US"), ("azure", "southcentralus", 29.4, -98.5, "US"), ("azure", "westus3", 33.4, -112.0, "US"),
    ("azure", "canadacentral", 43.7, -79.4, "CA"), ("azure", "westeurope", 52.4, 4.9, "EU"), ("azure", "swedencentral", 60.7, 17.1, "EU"),
    ("azure", "uksouth", 50.9, -0.8, "UK"), ("azure", "japaneast", 35.7, 139.8, "JP"), ("azure", "australiaeast", -33.9, 151.2, "AU"),
    ("azure", "centralindia", 18.6, 73.9, "IN"), ("azure", "southafricanorth", -25.7, 28.2, "ZA"),
    ("nebius", "eu-north1", 60.6, 27.2, "EU"), ("nebius", "eu-west1", 48.9, 2.4, "EU"), ("nebius", "us-central1", 39.1, -94.6, "US"),
    ("lambda", "us-east-1", 38.9, -77.4, "US"), ("lambda", "us-south-1", 32.8, -96.8, "US"), ("lambda", "us-west-1", 37.4, -121.9, "US"),
    ("lambda", "asia-northeast-1", 34.7, 135.5, "JP"),
    ("hyperstack", "canada-1", 45.5, -73.6, "CA"), ("hyperstack", "norway-1", 59.9, 10.8, "EU"), ("hyperstack", "us-1", 32.8, -96.8, "US"),
    ("onprem", "toronto", 43.7, -79.4, "CA"), ("onprem", "frankfurt", 50.1, 8.7, "EU"), ("onprem", "sanjose", 37.3, -121.9, "US"),
]
NEOCLOUDS, OWNED = {"nebius", "lambda", "hyperstack"}, {"onprem"}
CONTINENT = {"US": "america", "CA": "america", "BR": "south", "EU": "europe", "UK": "europe", "JP": "asia", "SG": "asia", "AU": "south",
             "IN": "asia", "ZA": "south"}
# name, latitude, longitude, jurisdiction, relative demand, hours from UTC
ORIGINS = [
    ("new-york", 40.7, -74.0, "US", 10, -5), ("london", 51.5, -0.1, "UK", 7, 0), ("tokyo", 35.7, 139.7, "JP", 7, 9),
    ("frankfurt", 50.1, 8.7, "EU", 5, 1), ("los-angeles", 34.0, -118.2, "US", 8, -8), ("mumbai", 19.1, 72.9, "IN", 7, 5),
    ("toronto", 43.7, -79.4, "CA", 4, -5), ("paris", 48.9, 2.4, "EU", 5, 1), ("singapore", 1.3, 103.8, "SG", 4, 8),
    ("sao-paulo", -23.5, -46.6, "BR", 5, -3), ("chicago", 41.9, -87.6, "US", 6, -6), ("sydney", -33.9, 151.2, "AU", 3, 10),
    ("amsterdam", 52.4, 4.9, "EU", 3, 1), ("dallas", 32.8, -96.8, "US", 5, -6), ("seoul", 37.6, 127.0, "KR", 5, 9),
    ("madrid", 40.4, -3.7, "EU", 3, 1), ("bangalore", 13.0, 77.6, "IN", 5, 5), ("san-francisco", 37.8, -122.4, "US", 6, -8),
    ("stockholm", 59.3, 18.1, "EU", 2, 1), ("mexico-city", 19.4, -99.1, "MX", 4, -6), ("warsaw", 52.2, 21.0, "EU", 3, 1),
    ("jakarta", -6.2, 106.8, "ID", 3, 7), ("montreal", 45.5, -73.6, "CA", 2, -5), ("milan", 45.5, 9.2, "EU", 3, 1),
    ("atlanta", 33.7, -84.4, "US", 4, -5), ("johannesburg", -26.2, 28.0, "ZA", 2, 2), ("dubai", 25.2, 55.3, "AE", 2, 4),
    ("seattle", 47.6, -122.3, "US", 3, -8), ("buenos-aires", -34.6, -58.4, "AR", 2, -3), ("dublin", 53.3, -6.3, "EU", 2, 0),
    ("osaka", 34.7, 135.5, "JP", 3, 9), ("istanbul", 41.0, 29.0, "TR", 3, 3), ("vancouver", 49.3, -123.1, "CA", 2, -8),
    ("melbourne", -37.8, 145.0, "AU", 2, 10), ("bogota", 4.7, -74.1, "CO", 2, -5), ("manchester", 53.5, -2.2, "UK", 2, 0),
]
# USD per accelerator-hour on demand, by provider; a missing entry is not sold there
PRICES = {
    "L4": {"aws": 0.92, "gcp": 0.85},
    "A10G": {"aws": 1.21, "azure": 1.15},
    "L40S": {"aws": 1.86, "nebius": 1.55, "hyperstack": 1.10},
    "A100-80GB": {"aws": 5.12, "gcp": 5.07, "azure": 4.10, "lambda": 1.79, "hyperstack": 1.35},
    "H100-80GB": {"aws": 6.88, "gcp": 11.0, "azure": 12.29, "nebius": 2.95, "lambda": 2.99, "hyperstack": 2.40},
    "H200-141GB": {"aws": 7.91, "gcp": 10.6, "nebius": 3.50},
}
SHAPES = {"L4": (1, 4, 8), "A10G": (1, 4), "L40S": (1, 4, 8), "A100-80GB": (1, 4, 8), "H100-80GB": (1, 8), "H200-141GB": (8,)}
EGRESS = {"aws": 0.09, "gcp": 0.105, "azure": 0.087}
# Families of workloads: per accelerator (accelerators per replica, req/s per replica), egress GiB per request, latency budgets in ms
FAMILIES = {
    "chat-7b": ({"L4": (1, 1.1), "A10G": (1, 1.4), "L40S": (1, 3.2), "A100-80GB": (1, 5.2), "H100-80GB": (1, 9.5)}, 6e-6, (60, 150)),
    "chat-13b": ({"A10G": (2, 1.2), "L40S": (1, 1.7), "A100-80GB": (1, 2.9), "H100-80GB": (1, 5.4)}, 6e-6, (80, 180)),
    "chat-70b": ({"L40S": (4, 1.5), "A100-80GB": (4, 3.1), "H100-80GB": (2, 2.9), "H200-141GB": (2, 4.3)}, 8e-6, (80, 250)),
    "reasoning-moe": ({"A100-80GB": (8, 1.7), "H100-80GB": (8, 4.2), "H200-141GB": (8, 6.8)}, 2e-5, (150, 300)),
    "code-34b": ({"L40S": (3, 2.0), "A100-80GB": (2, 2.6), "H100-80GB": (1, 2.1), "H200-141GB": (1, 3.0)}, 5e-6, (60, 120)),
    "embedding": ({"L4": (1, 70.0), "A10G": (1, 85.0), "L40S": (1, 160.0), "A100-80GB": (1, 260.0)}, 1.5e-5, (60, 140)),
    "image": ({"L4": (1, 0.06), "A10G": (1, 0.09), "L40S": (1, 0.24), "A100-80GB": (1, 0.38), "H100-80GB": (1, 0.71)}, 1.6e-3, (150, 300)),
    "speech": ({"L4": (1, 7.0), "A10G": (1, 9.0), "L40S": (1, 19.0), "A100-80GB": (1, 27.0)}, 4e-4, (60, 130)),
    "long-context": ({"A100-80GB": (6, 0.55), "H100-80GB": (4, 0.75), "H200-141GB": (3, 0.80)}, 1e-5, (150, 300)),
}
PERSONAL, HEALTH = "personal data stays where its law holds", "health data stays in North America and Europe"
HOURS_A_MONTH = 730.0


def kilometres(a, b):
    (la, lo), (lb, mo) = (map(math.radians, a), map(math.radians, b))
    half = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((mo - lo) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(half))


def significant(value, digits=3):
    return float(f"{value:.{digits}g}")


class Generator:
    def __init__(self, planes, workloads, origins, blocks, seed, survive, load=1.0):
        if not (2 <= planes <= len(PLANES) and workloads >= 1 and 1 <= origins <= len(ORIGINS) and 1 <= blocks <= 168):
            raise SystemExit(f"sizes are 2 to {len(PLANES)} planes, 1 or more workloads, 1 to {len(ORIGINS)} origins, 1 to 168 blocks")
        self.random = random.Random(seed)
        self.counts, self.survive, self.load = (planes, workloads, origins, blocks), survive, load

    def problem(self):
        self.planes = self.choose_planes(self.counts[0])
        self.origins = self.choose_origins(self.counts[2])
        self.blocks = self.make_blocks(self.counts[3])
        self.rtt = self.round_trips()
        self.sold = self.hardware()
        self.workloads = [self.workload(i) for i in range(self.counts[1])]
        self.demand = [row for workload in self.workloads for row in self.demand_of(workload)]
        pools = self.pools()
        return {
            "blocks": self.blocks,
            "planes": [{"name": p["name"], "provider": p["provider"], "region": p["region"], "egressUSDPerGiB": p["egress"]}
                       for p in self.planes],
            "pools": pools,
            "workloads": [workload["row"] for workload in self.workloads],
            "demand": self.demand,
            "rtt": [{"origin": o, "plane": p, "milliseconds": ms} for (o, p), ms in self.rtt.items()],
            "forbidden": [{"workload": w["row"]["name"], "origin": o[0], "plane": p["name"], "because": w["fence"]}
                          for w in self.workloads for o in self.origins for p in self.planes if not self.allowed(w, o, p)],
            "budgets": self.budgets(),
            "unmetUSDPerRequest": 1.0,
        }

    def choose_planes(self, count):
        """Takes continents in turn, and in each a region of the provider with the fewest so far; smaller providers have fewer regions."""
        left = list(PLANES)
        self.random.shuffle(left)
        turns = ["america", "europe", "asia", "america", "europe", "america", "europe", "asia", "south"]
        chosen, used, turn = [], {}, 0
        owned = max(1, round(count / 13))
        while len(chosen) < count:
            continent = turns[turn % len(turns)]
            turn += 1
            here = [p for p in left if CONTINENT[p[4]] == continent and (p[0] not in OWNED or used.get(p[0], 0) < owned)]
            if not here:
                continue
            pick = min(here, key=lambda p: used.get(p[0], 0) / (0.7 if p[0] in NEOCLOUDS else 0.3 if p[0] in OWNED else 1.6))
            left.remove(pick)
            used[pick[0]] = used.get(pick[0], 0) + 1
            chosen.append(pick)
        return [{
            "name": f"{provider}-{region}", "provider": provider, "region": region, "at": (latitude, longitude), "jurisdiction": where,
            "egress": round(EGRESS.get(provider, 0.05) * self.random.uniform(1, 1.15), 4),
            "premium": 1.0 if self.random.random() < 0.35 else self.random.uniform(1, 1.3),
        } for provider, region, latitude, longitude, where in sorted(chosen)]

    def choose_origins(self, count):
        return sorted(ORIGINS[:count] if count < 8 else ORIGINS[:6] + self.random.sample(ORIGINS[6:], count - 6))

    def make_blocks(self, count):
        return [{"name": f"t{i:02d}", "hours": round(HOURS_A_MONTH / count, 6)} for i in range(count)]

    def round_trips(self):
        """1.8 times the fibre limit of 1 ms per 100 km, the median of measured tables, with detours, and the last mile."""
        rows = {}
        for origin in self.origins:
            for plane in self.planes:
                distance = kilometres(origin[1:3], plane["at"])
                fibre = distance / 100 * 1.8 * self.random.uniform(0.85, 1.25)
                rows[origin[0], plane["name"]] = round(fibre + self.random.uniform(3, 12), 1)
        return rows

    def hardware(self):
        """By plane: accelerator → node sizes sold."""
        sold = {}
        for plane in self.planes:
            kinds = [kind for kind in PRICES if plane["provider"] in PRICES[kind]]
            if plane["provider"] in OWNED:
                sold[plane["name"]] = {self.random.choice(["H100-80GB", "A100-80GB"]): [self.random.choice([4, 8])]}
                continue
            some = [kind for kind in kinds if self.random.random() < 0.8] or kinds[-1:]
            sold[plane["name"]] = {
                kind: sorted(self.random.sample(SHAPES[kind], min(len(SHAPES[kind]), self.random.choice([1, 1, 2])))) for kind in some}
            for kind in ("H100-80GB", "H200-141GB"):
                if kind in sold[plane["name"]] and 8 not in sold[plane["name"]][kind]:
                    sold[plane["name"]][kind].append(8)
        return sold

    def workload(self, number):
        names = list(FAMILIES)
        family = names[number % len(names)] if number < len(names) else self.random.choice(names)
        profile, egress, (low, high) = FAMILIES[family]
        speed = self.random.uniform(0.6, 1.6)
        latency = 10 * round(self.random.uniform(low, high) / 10)
        fence = self.random.choice([None, None, None, PERSONAL, HEALTH])
        row = {
            "name": f"{family}-{number:02d}",
            "profile": {kind: {"acceleratorsPerReplica": count,
                               "requestsPerSecond": significant(rate * speed * self.random.uniform(0.85, 1.15))}
                        for kind, (count, rate) in profile.items() if self.random.random() < 0.85 or kind == "A100-80GB"},
            "targetUtilization": round(self.random.uniform(0.7, 0.9), 2),
            "maxSpotShare": self.random.choice([0.0, 0.2, 0.3, 0.5, 0.5, 0.7]),
            "latencyBudgetMilliseconds": latency,
            "failoverLatencyBudgetMilliseconds": 10 * round(latency * self.random.uniform(1.7, 2.4) / 10),
            "survive": self.random.choice(["provider"] * 6 + ["region"] * 3 + ["none"]) if self.survive == "mixed" else self.survive,
            "keptShare": self.random.choice([0.6, 0.7, 0.8, 0.9, 1.0]),
            "minReplicas": self.random.choice([0, 1, 2, 3]),
            "egressGiBPerRequest": significant(egress * self.random.uniform(0.6, 1.5)),
        }
        return {"row": row, "fence": fence}

    def allowed(self, workload, origin, plane):
        fence, lives, stands = workload["fence"], origin[3], plane["jurisdiction"]
        if fence is None:
            return True
        if fence == HEALTH:
            wanted = {"US": {"US", "CA"}, "CA": {"CA", "US"}, "EU": {"EU"}, "UK": {"UK", "EU"}}.get(lives)
        else:
            wanted = {"EU": {"EU"}, "UK": {"UK", "EU"}, "CA": {"CA", "US"}, "IN": {"IN", "SG", "JP"}}.get(lives)
        if wanted is None or stands in wanted:
            return True
        inside = [p for p in self.planes if p["jurisdiction"] in wanted and self.runs(workload, p)]
        return len({p["provider"] for p in inside}) < 2  # a fence that one provider's loss empties is not one an organisation would keep

    def runs(self, workload, plane):
        return any(self.fits(workload, kind, max(sizes)) for kind, sizes in self.sold[plane["name"]].items())

    def fits(self, workload, kind, size):
        entry = workload["row"]["profile"].get(kind)
        return entry is not None and entry["acceleratorsPerReplica"] <= size

    def demand_of(self, workload):
        """Peaks of 15 to 200 accelerators for most workloads, times the load: requests scaled to what the median accelerator of the profile
        serves."""
        row = workload["row"]
        per_accelerator = sorted(e["requestsPerSecond"] / e["acceleratorsPerReplica"] for e in row["profile"].values())
        accelerators = self.load * (10 + 1.1 * self.counts[0]) * self.random.lognormvariate(0, 0.7)
        shares = {o[0]: o[4] * self.random.lognormvariate(0, 0.5)
                  for o in self.origins if self.random.random() < 0.9 or len(self.origins) < 5}
        shares = shares or {self.origins[0][0]: 1.0}
        depth = self.random.uniform(0.35, 0.75)
        curve = {o[0]: [self.block_level(t, o[5], depth) for t in range(len(self.blocks))] for o in self.origins}
        peak = max(sum(shares[o] * curve[o][t] for o in shares) for t in range(len(self.blocks)))
        scale = accelerators * per_accelerator[len(per_accelerator) // 2] * row["targetUtilization"] / peak
        rows = []
        for origin in self.origins:
            if origin[0] not in shares:
                continue
            own = self.own_budget(workload, origin)
            if own is None:
                continue
            for t, block in enumerate(self.blocks):
                rate = significant(scale * shares[origin[0]] * curve[origin[0]][t] * self.random.uniform(0.95, 1.05), 4)
                entry = {"workload": row["name"], "origin": origin[0], "block": block["name"], "requestsPerSecond": rate}
                if own > row["latencyBudgetMilliseconds"]:
                    entry["latencyBudgetMilliseconds"] = own
                rows.append(entry)
        return rows

    def block_level(self, block, utc, depth):
        """Mean over the block's hours of a day that peaks at 15:00 local time and is quietest at 3:00."""
        hours = 24 / len(self.blocks) if len(self.blocks) <= 24 else 1
        count = max(1, round(hours))
        total = sum(1 - depth * (1 + math.cos(2 * math.pi * (block * hours + i + 0.5 + utc - 3) / 24)) / 2 for i in range(count))
        return total / count

    def own_budget(self, workload, origin):
        """Milliseconds this origin's budget must have so that a plane, and one that outlives any loss, is within reach."""
        row = workload["row"]
        reach = sorted(((self.rtt[origin[0], p["name"]], p["name"], p) for p in self.planes
                        if self.allowed(workload, origin, p) and self.runs(workload, p)), key=lambda entry: entry[:2])
        if not reach:
            return None
        need = 0.0
        if reach[0][0] > row["latencyBudgetMilliseconds"]:
            need = reach[0][0]
        if row["survive"] != "none":
            part = (lambda p: p["provider"]) if row["survive"] == "provider" else (lambda p: p["name"])
            others = [ms for ms, _, p in reach if part(p) != part(reach[0][2])]
            if others and others[0] > row["failoverLatencyBudgetMilliseconds"]:
                need = max(need, others[0])
        return 10 * math.ceil(need * 1.1 / 10)

    def expected_load(self):
        """(plane, accelerator) → accelerators, were each origin's peak spread over all that may serve it, and 0.6 of it once more over
        all that may serve it after a loss."""
        peaks = {}
        for entry in self.demand:
            key = entry["workload"], entry["origin"]
            peaks[key] = max(peaks.get(key, (0, 0)), (entry["requestsPerSecond"], entry.get("latencyBudgetMilliseconds", 0)))
        load = {}
        for workload in self.workloads:
            row = workload["row"]
            for origin in self.origins:
                if (row["name"], origin[0]) not in peaks:
                    continue
                rate, own = peaks[row["name"], origin[0]]
                for budget, weight in ((row["latencyBudgetMilliseconds"], 1.0), (row["failoverLatencyBudgetMilliseconds"], 0.6)):
                    if weight < 1 and row["survive"] == "none":
                        continue
                    places = [(p["name"], kind) for p in self.planes
                              if self.rtt[origin[0], p["name"]] <= max(budget, own) and self.allowed(workload, origin, p)
                              for kind, sizes in self.sold[p["name"]].items() if self.fits(workload, kind, max(sizes))]
                    for place in places:
                        entry = row["profile"][place[1]]
                        need = rate / row["targetUtilization"] * entry["acceleratorsPerReplica"] / entry["requestsPerSecond"]
                        load[place] = load.get(place, 0) + weight * need / len(places)
        return load

    def pools(self):
        load, rows = self.expected_load(), []
        for plane in self.planes:
            for kind, sizes in self.sold[plane["name"]].items():
                expected = load.get((plane["name"], kind), 0) * self.random.choice([0.4, 0.8, 1.1, 1.4, 1.8])
                for size in sizes:
                    rows += self.tiers(plane, kind, size, expected / len(sizes))
        return rows

    def tiers(self, plane, kind, size, expected):
        def row(tier, price, nodes, **extra):
            name = f"{kind.lower()}-{size}x-{tier}"
            return {"plane": plane["name"], "name": name, "accelerator": kind, "acceleratorsPerNode": size, "tier": tier,
                    "usdPerNodeHour": round(price, 3), "maxNodes": nodes, **extra}

        def quota(share):
            return max(1, math.ceil(expected * share / size))

        if plane["provider"] in OWNED:
            return [row("reserved", 0.0, self.random.choice([2, 3, 4, 6, 8]))]
        bulk = {1: 0.95, 4: 1.0, 8: 1.0}[size] * (1.25 if kind in ("L4", "A10G") and size > 1 else 1)
        price = PRICES[kind][plane["provider"]] * size * bulk * plane["premium"]
        neocloud = plane["provider"] in NEOCLOUDS
        committed = self.random.uniform(0.68, 0.85) if neocloud else self.random.uniform(0.52, 0.68)
        rows = [row("reserved", price * committed, quota(self.random.uniform(0.5, 1.2))),
                row("on-demand", price, quota(self.random.uniform(0.3, 0.9)))]
        if self.random.random() < (0.35 if neocloud else 0.85):
            rows.append(row("spot", price * self.random.uniform(0.28, 0.6), quota(self.random.uniform(0.2, 0.8)),
                            interruptionsPerNodeHour=round(
                                self.random.choice([0.005, 0.01, 0.02, 0.05, 0.1]) * self.random.uniform(0.7, 1.4), 4),
                            replacementHours=self.random.choice([0.1, 0.25, 0.5])))
        return rows

    def budgets(self):
        """One team with a ceiling: three workloads, at nine USD an hour for each accelerator that their peaks would take at the best."""
        if len(self.workloads) < 6:
            return []
        names = sorted(w["row"]["name"] for w in self.random.sample(self.workloads, 3))
        need = 0.0
        for workload in self.workloads:
            if workload["row"]["name"] in names:
                best = max(e["requestsPerSecond"] / e["acceleratorsPerReplica"] for e in workload["row"]["profile"].values())
                totals = {}
                for entry in self.demand:
                    if entry["workload"] == workload["row"]["name"]:
                        totals[entry["block"]] = totals.get(entry["block"], 0) + entry["requestsPerSecond"]
                need += max(totals.values(), default=0) / best / workload["row"]["targetUtilization"]
        return [{"name": "team", "workloads": names, "usdPerHour": float(math.ceil(need * 9))}]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for size in ("planes", "workloads", "origins", "blocks"):
        parser.add_argument(size, type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--survive", choices=["provider", "region", "none", "mixed"], default="provider",
                        help="what every workload must survive; mixed: six in ten a provider, three a region, one nothing")
    parser.add_argument("--load", type=float, default=1.0, help="times the demand, and the quotas sized to it")
    parser.add_argument("-o", "--output", default="-", help="a file, or - for standard output")
    arguments = parser.parse_args()
    size = arguments.planes, arguments.workloads, arguments.origins, arguments.blocks
    problem = Generator(*size, arguments.seed, arguments.survive, arguments.load).problem()
    text = json.dumps(problem, indent=1) + "\n"
    if arguments.output == "-":
        sys.stdout.write(text)
    else:
        with open(arguments.output, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
