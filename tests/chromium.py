"""Finds Chromium for the browser tests, and installs it where the package manager is ours to use. `python -m tests.chromium`"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def path() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> None:
    print("Chromium is missing: installing it with apt-get for the browser tests", flush=True)
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def main() -> None:
    if path() is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if path() is None:
        print("NO CHROMIUM: the browser tests will not run. Install it, or name it with CHROMIUM=/path/to/chromium.", file=sys.stderr)
        if os.environ.get("CI"):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
