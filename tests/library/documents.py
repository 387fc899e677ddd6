# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs library_documents, its argument, in an empty directory."""
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as directory:
    sys.exit(subprocess.run([sys.argv[1], directory], check=False, timeout=300).returncode)
