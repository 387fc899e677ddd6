# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the engine of engine.c on a bundle, and looks at what it left.

Arguments: the engine, `report`."""
import subprocess
import sys

from common import Place, make_bundle, need_root

need_root()
with Place() as place:
    bundle = make_bundle(place.directory / "bundle", sys.argv[2], "sleep")
    run = subprocess.run([sys.argv[1], place.state_root, bundle, place.prefix], check=False,
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if run.returncode:
        place.fault(f"the engine ended with status {run.returncode}")
place.finish()
