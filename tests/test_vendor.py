"""The files that others wrote are the ones the manifest names, and each came with its licence."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tools import vendor


@pytest.fixture
def manifest() -> dict[str, Any]:
    return dict(json.loads(vendor.MANIFEST.read_text(encoding="utf-8")))


@pytest.mark.asvs("3.6.1")
def test_every_vendored_file_is_the_one_in_the_manifest(manifest):
    assert vendor.faults(manifest) == []


def test_a_changed_file_is_noticed(manifest):
    tampered = copy.deepcopy(manifest)
    tampered["packages"][0]["files"][1]["sha256"] = "0" * 64
    path = tampered["packages"][0]["files"][1]["path"]
    assert vendor.faults(tampered) == [f"{path} is not the file the manifest names."]


def test_a_file_nobody_recorded_is_noticed(manifest):
    unrecorded = copy.deepcopy(manifest)
    path = unrecorded["packages"][1]["files"].pop()["path"]
    assert vendor.faults(unrecorded) == [f"{path} is not in the manifest."]


def test_a_missing_file_is_noticed(manifest):
    path = "src/kinkeeper/ui/static/vendor/tabler/gone.css"
    manifest["packages"][0]["files"].append({"path": path, "from": "gone.css", "sha256": ""})
    assert vendor.faults(manifest) == [f"{path} is missing."]


def test_every_package_comes_with_its_licence(manifest):
    for package in manifest["packages"]:
        assert any("LICENSE" in file["path"] for file in package["files"]), package["name"]
        assert package["integrity"].startswith("sha512-"), package["name"]


@pytest.mark.asvs("3.6.1", "14.2.3")
def test_no_style_sheet_fetches_anything_from_elsewhere():
    for path in vendor.VENDOR.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "@import" not in text, path
        assert "sourceMappingURL" not in text, path
        assert "url(http" not in text.replace('"', ""), path
