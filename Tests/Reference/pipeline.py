"""Writes Tests/Scripts/pipeline/reference.lam: what pipeline schedules take, as the longest path
through the graph of their work.

A node is what a rank does at once: one piece, or a pair. Its edges come from the piece before it on
the rank and from the pieces whose results it needs. `stdlib/pipeline.lam` goes through time instead.
Needs only Python's standard library.
"""

import graphlib
import pathlib

target = pathlib.Path(__file__).parent.parent / "Scripts" / "pipeline" / "reference.lam"


def orders(ranks, chunks, micro, extra, kind):
    """For each rank the nodes, each a list of (kind, stage, micro-batch)."""
    result = []
    forward = [
        (chunk, group + i)
        for group in range(0, micro, ranks)
        for chunk in range(chunks)
        for i in range(ranks)
        if group + i < micro
    ]
    for rank in range(ranks):
        ahead = ranks - 1 - rank
        warm = ahead if kind == "1F1B" else 2 * ahead + (chunks - 1) * ranks + extra
        f = [("F", chunk * ranks + rank, m) for chunk, m in forward]
        b = [("B", (chunks - 1 - chunk) * ranks + rank, m) for chunk, m in forward]
        warm = min(warm, len(f))
        nodes = [[piece] for piece in f[:warm]]
        for first, second in zip(f[warm:], b):
            nodes += [[first, second]] if extra else [[first], [second]]
        nodes += [[piece] for piece in b[len(f) - warm :]]
        result.append(nodes)
    return result


def measure(ranks, chunks, micro, extra, kind, f, bi, bw, transfer, a2a, hidden, split):
    """The makespan, and by rank the time at work and the most forwards kept with the running one."""
    stages = ranks * chunks
    f, bi, bw = f / chunks, bi / chunks, bw / chunks
    whole = bi if split else bi + bw
    compute = f * (1 - a2a) + bi * (1 - a2a) + (0 if split else bw)
    least = max(compute, (f + bi) * a2a, f, whole)
    pair = hidden * least + (1 - hidden) * (f + whole)
    nodes, graph, place = {}, {}, {}
    for rank, line in enumerate(orders(ranks, chunks, micro, extra, kind)):
        before = None
        for position, pieces in enumerate(line):
            name = (rank, position)
            seconds = pair if len(pieces) == 2 else f if pieces[0][0] == "F" else whole
            after = bw if split and any(p[0] == "B" for p in pieces) else 0.0
            nodes[name] = (pieces, seconds, after)
            graph[name] = set() if before is None else {before}
            for piece in pieces:
                place[piece] = name
            before = name
    for name, (pieces, _, _) in nodes.items():
        for side, stage, m in pieces:
            if side == "F" and stage > 0:
                graph[name].add(place["F", stage - 1, m])
            if side == "B":
                graph[name].add(place["F", stage, m])
                if stage < stages - 1:
                    graph[name].add(place["B", stage + 1, m])
    end, start = {}, {}
    for name in graphlib.TopologicalSorter(graph).static_order():
        # On its own rank a node waits for all of the one before it, weight gradient included.
        moments = [0.0]
        for other in graph[name]:
            own = other[0] == name[0]
            moments.append(end[other] + (nodes[other][2] if own and other[1] == name[1] - 1 else 0.0))
            if not own:
                moments[-1] += transfer
        start[name] = max(moments)
        end[name] = start[name] + nodes[name][1]
    total = max(end[n] + nodes[n][2] for n in nodes)
    busy = [
        sum(s + a for name, (_, s, a) in nodes.items() if name[0] == rank) for rank in range(ranks)
    ]
    live = []
    for rank in range(ranks):
        changes = []
        for name, (pieces, _, after) in nodes.items():
            if name[0] == rank:
                for piece in pieces:
                    changes.append(
                        (round(start[name], 9), 1)
                        if piece[0] == "F"
                        else (round(end[name] + after, 9), -1)
                    )
        count = most = 0
        for _, change in sorted(changes):
            count += change
            most = max(most, count)
        live.append(most)
    return total, busy, live


def listed(numbers):
    return "[" + ", ".join(f"{n:.12g}" for n in numbers) + "]"


cases = [
    # ranks, chunks, micro, f, bi, bw, transfer, a2a, hidden, split
    (2, 2, 4, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, False),
    (4, 2, 8, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, False),
    (4, 2, 8, 1.0, 1.25, 0.75, 0.125, 0.25, 1.0, False),
    (4, 3, 16, 1.0, 1.1, 0.9, 0.0, 0.4, 0.8, False),
    (8, 2, 16, 1.0, 1.0, 1.0, 0.05, 0.6, 1.0, False),
    (8, 4, 32, 1.0, 1.2, 0.8, 0.02, 0.3, 0.5, False),
    (4, 2, 8, 1.0, 1.0, 1.0, 0.0, 0.25, 1.0, True),
    (6, 2, 12, 1.0, 1.1, 0.7, 0.05, 0.3, 0.75, True),
    (3, 1, 7, 1.0, 1.0, 1.0, 0.1, 0.2, 1.0, False),
]
lines = [
    "# Schedules against the longest path through their work. Written by Tests/Reference/pipeline.py.",
    "fn agrees(s, options, makespan, busy, live) {",
    "  r = pipeline.simulate(s, options...)",
    "  ok = abs(r.makespan - makespan) < 1e-9 and max(abs(r.busy - busy)) < 1e-9 and all(r.live == live)",
    "  sound = pipeline.audit(r, options.transfer)",
    "  ok and (sound.missing, sound.early, sound.doubled) == (0, 0, 0)",
    "}",
]
for ranks, chunks, micro, f, bi, bw, transfer, a2a, hidden, split in cases:
    makers = [("1F1B", 0, "one_f_one_b")] if chunks == 1 else []
    makers += [("interleaved", 0, "interleaved"), ("interleaved", 1, "overlapped")]
    for kind, extra, maker in makers:
        total, busy, live = measure(
            ranks, chunks, micro, extra, kind, f, bi, bw, transfer, a2a, hidden, split
        )
        made = f"pipeline.{maker}({ranks}, {micro}"
        made += ")" if maker == "one_f_one_b" else f", chunks = {chunks})"
        options = f"forward = {f}, input_gradient = {bi}, weight_gradient = {bw}, "
        options += f"transfer = {transfer}, all_to_all = {a2a}, hidden = {hidden}"
        if split:
            options += ", waiting = 0"
        lines.append(f"options = ({options})")
        lines.append(f"s = {made}")
        lines.append(f"agrees(s, options, {total:.12g}, {listed(busy)}, {listed(live)})  # => true")
target.write_text("\n".join(lines) + "\n")
