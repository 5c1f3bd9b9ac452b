"""Build nnlib without its chapters, from the same files and with the same requirements."""

import shutil
import tempfile
import tomllib
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
project, files = whole["project"], whole["tool"]["setuptools"]["package-data"]

# A wheel carries its license, and setuptools takes none from outside of this folder.
shutil.copy(ROOT / "LICENSE", HERE)

setup(
    version=project["version"],
    python_requires=project["requires-python"],
    license=project["license"],
    author=project["authors"][0]["name"],
    keywords=project["keywords"],
    classifiers=project["classifiers"],
    install_requires=project["dependencies"] + project["optional-dependencies"]["teaching"],
    entry_points={
        group: [f"{name} = {target}" for name, target in points.items()]
        for group, points in project["entry-points"].items()
    },
    package_dir={"": "../.."},
    # Not beside the sources, where what an earlier build left would come along.
    options={"build": {"build_base": tempfile.mkdtemp()}, "egg_info": {"egg_base": "."}},
    packages=find_packages(str(ROOT), include=["nnlib*"], exclude=["nnlib.chapters*"]),
    package_data={name: globs for name, globs in files.items() if name != "nnlib.chapters"},
)
