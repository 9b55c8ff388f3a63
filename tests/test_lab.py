"""The server that `make lab` starts: for this machine only, and only for who has its token."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """What the running server says of itself; started as `make lab` does, on a free port, without a browser."""
    if not shutil.which("make"):
        pytest.skip("there is no make")
    folder = tmp_path_factory.mktemp("jupyter")
    planned = subprocess.run(["make", "-n", "lab"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    options = re.search(r"^\S*jupyter (lab .*)$", planned, flags=re.M)[1].split()
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("RUNTIME", "CONFIG", "DATA")}
    own |= {f"JUPYTERLAB_{name}_DIR": str(folder / name) for name in ("SETTINGS", "WORKSPACES")}
    environment = {name: value for name, value in os.environ.items() if name != "JUPYTER_TOKEN"} | own
    command = [sys.executable, "-m", "jupyter", *options, "--no-browser", "--port=0"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **quiet) as server:
        try:
            end = time.monotonic() + 90
            # The file is there for a moment before anything is in it.
            while not any(said := [file.read_text("utf-8") for file in folder.glob("RUNTIME/jpserver-*.json")]):
                assert server.poll() is None and time.monotonic() < end, "the server does not start"
                time.sleep(0.1)
            yield json.loads(said[0])
        finally:
            server.terminate()


def status(lab, path, **headers):
    asked = {"headers": headers, "proxies": {"http": None}, "allow_redirects": False, "timeout": 30}
    return requests.get(lab["url"] + path, **asked).status_code


def test_nobody_reads_or_runs_anything_without_the_token(lab):
    assert len(lab["token"]) >= 32
    for path in "api/contents", "api/kernels", "api/terminals", "files/torchnlp.py":
        refused = (302, 403)  # 302: to the page that asks for the token
        assert status(lab, path) in refused, path
        assert status(lab, path, Authorization="token guess") in refused, path
    assert status(lab, "api/contents", Authorization=f"token {lab['token']}") == 200


def test_no_other_machine_reaches_it(lab):
    assert lab["hostname"] == "127.0.0.1"
    socket.create_connection(("127.0.0.1", lab["port"]), timeout=5).close()
    with pytest.raises(OSError):  # a server that listens on all addresses answers at this one too
        socket.create_connection(("127.0.0.2", lab["port"]), timeout=5)
