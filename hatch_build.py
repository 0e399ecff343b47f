"""Put the document intake project into the wheel; a development install finds it in the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedProject(BuildHookInterface):
    """`workers/` and `dmn/` live at the top level, where a reader looks for them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build_data["force_include"]["workers/intake"] = "dmnroute/shipped/workers/intake"
        build_data["force_include"]["dmn/intake.dmn"] = "dmnroute/shipped/dmn/intake.dmn"
        build_data["force_include"]["bpmn/agent-run.bpmn"] = "dmnroute/shipped/bpmn/agent-run.bpmn"
