"""The namespaces of DMN files."""

from __future__ import annotations

DMN_VERSIONS = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
    "https://www.omg.org/spec/DMN/20240513/MODEL/": "1.6",
}
"""The version of the standard by the namespace of its elements. Camunda Modeler writes 1.3."""

MODELER = "http://camunda.org/schema/modeler/1.0"
"""Camunda Modeler's own attributes, such as ``executionPlatform``."""
