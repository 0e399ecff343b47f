"""`python -m benchmarks [--quick] [section ...]`: measure, and print tables with both sides."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from importlib.metadata import version

from benchmarks import batches, decisions, expressions, loading, recorded
from benchmarks.targets import Target, show_targets

SECTIONS: dict[str, Callable[[int], list[Target]]] = {
    "decisions": decisions.measure,
    "others": decisions.measure_others,
    "graph": decisions.measure_graph,
    "loading": lambda _: loading.measure(),
    "batches": lambda _: batches.measure(),
    "expressions": lambda _: expressions.measure(),
    "recorded": lambda contexts: recorded.measure(contexts * 10),
}


def main() -> None:
    """Measure all sections, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against other decision engines.")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer contexts, rougher figures")
    options = parser.parse_args()
    unknown = set(options.sections) - SECTIONS.keys()
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}")
    engines = ", ".join(f"{name} {version(name)}" for name in ("zen-engine", "SpiffWorkflow"))
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, {engines}")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    targets = []
    for name in options.sections or SECTIONS:
        targets += SECTIONS[name](1_000 if options.quick else 10_000)
    show_targets(targets)
    print(f"\nload of the machine after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
