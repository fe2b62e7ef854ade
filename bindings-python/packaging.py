#!/usr/bin/env python3
"""Makes what is published of the wheel, and looks at it: packaging.py wheel|sdist|check-sdist OUT

wheel        builds the release wheel into OUT, with the lock file as it is, and prints what it weighs and which systems it fits.
sdist        builds the source distribution into OUT. Its lock file names the crates that are in it alone, so that `--locked` holds.
check-sdist  unpacks the one in OUT elsewhere, builds a wheel of it without network or repository, and uses that in an empty environment.

maturin, and for `wheel` auditwheel and abi3audit, are those of the environment that runs this.
"""
import gzip
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
MANIFEST = ROOT / "bindings-python" / "Cargo.toml"
BIN = pathlib.Path(sys.executable).parent
# What an import may cost, over the interpreter alone.
IMPORT_SECONDS, IMPORT_MB = 0.150, 60
COST = """
import time
start = time.process_time()
import chartguard
seconds = time.process_time() - start
print(seconds, int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024)
"""


def run(*command, **options):
    return subprocess.run([str(one) for one in command], check=True, **options)


def printed(*command, **options):
    return run(*command, stdout=subprocess.PIPE, text=True, **options).stdout


def only(folder, pattern):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{folder} holds {len(found)} files {pattern}, and not one")
    return found[0]


def wheel(out):
    run(BIN / "maturin", "build", "-q", "--release", "--locked", "-m", MANIFEST, "-o", out)
    made = only(out, "*.whl")
    with zipfile.ZipFile(made) as held:
        library = max(held.infolist(), key=lambda one: one.file_size)
    print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB, of which the library {library.compress_size / 1e6:.1f} MB ({library.file_size / 1e6:.1f} MB unpacked)")
    models = [one for kind in ("*.onnx", "*.bin") for one in (ROOT / "core/models").glob(f"*/{kind}")]
    print(f"the built-in models add {sum(one.stat().st_size for one in models) / 1e6:.1f} MB to the library")
    print(" ".join(printed(BIN / "auditwheel", "show", made).split()))
    print(printed(BIN / "abi3audit", "--strict", "--summary", made, stderr=subprocess.STDOUT).strip())
    with tempfile.TemporaryDirectory() as scratch:
        imported(installed(made, pathlib.Path(scratch)))


def installed(made, scratch):
    """The interpreter of an environment that has this wheel and nothing else."""
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-index", made)
    return python


def imported(python):
    """What an import costs in processor time and memory; the least of five, for other work on the machine only adds."""
    runs = [[float(one) for one in printed(python, "-c", COST).split()] for _ in range(5)]
    seconds, memory = min(run[0] for run in runs), min(run[1] for run in runs)
    print(f"import: {seconds * 1000:.0f} ms of processor time, {memory:.0f} MB with the interpreter")
    if seconds > IMPORT_SECONDS or memory > IMPORT_MB:
        sys.exit(f"an import may take {IMPORT_SECONDS * 1000:.0f} ms and {IMPORT_MB} MB")


def sdist(out):
    run(BIN / "maturin", "sdist", "-m", MANIFEST, "-o", out, stderr=subprocess.DEVNULL)
    made = only(out, "*.tar.gz")
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpacked(made, pathlib.Path(scratch))
        # Drops what only other members of the workspace need; no version changes.
        run("cargo", "metadata", "--offline", "--format-version", "1", cwd=folder, stdout=subprocess.DEVNULL)
        run("cargo", "metadata", "--offline", "--locked", "--format-version", "1", cwd=folder, stdout=subprocess.DEVNULL)
        pack(folder, made)
    print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB")


def unpacked(made, scratch):
    with tarfile.open(made) as held:
        held.extractall(scratch, filter="data")
    return only(scratch, "chartguard-*")


def pack(folder, made):
    """Packs a folder so that the same files give the same bytes."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as held:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = held.gettarinfo(path, f"{folder.name}/{path.relative_to(folder)}")
            entry.uid = entry.gid = entry.mtime = 0
            entry.uname = entry.gname = ""
            entry.mode = 0o755 if entry.mode & 0o100 else 0o644
            with path.open("rb") as content:
                held.addfile(entry, content)
    draft = made.with_suffix(".draft")
    draft.write_bytes(gzip.compress(whole.getvalue(), 9, mtime=0))
    os.replace(draft, made)


def check_sdist(out):
    made = only(out, "*.tar.gz")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        folder = unpacked(made, scratch)
        # The registry's crates that the repository has built need not be built anew: the crates of the archive are others.
        target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
        environment = {**os.environ, "CARGO_TARGET_DIR": str(target)}
        run(BIN / "maturin", "build", "-q", "--locked", "--offline", "-o", scratch / "wheels", cwd=folder, env=environment)
        python = installed(only(scratch / "wheels", "*.whl"), scratch)
        shutil.rmtree(folder)
        text = printed(python, "-c", "import chartguard; print(chartguard.Scrubber().scrub('Seen by Dr. Achterberg, SSN 219-09-9999').text)", cwd=scratch)
        if text.strip() != "Seen by Dr. [NAME], SSN [SSN]":
            sys.exit(f"the wheel of the sdist gave {text!r}")
        version = printed(python.parent / "chartguard", "--version", cwd=scratch).strip()
    print(f"{made.name} builds without the repository, locked and offline: {version}")


if __name__ == "__main__":
    commands = {"wheel": wheel, "sdist": sdist, "check-sdist": check_sdist}
    if len(sys.argv) != 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    place = pathlib.Path(sys.argv[2])
    place.mkdir(parents=True, exist_ok=True)
    if sys.argv[1] != "check-sdist":
        for old in [*place.glob("*.whl" if sys.argv[1] == "wheel" else "*.tar.gz")]:
            old.unlink()
    commands[sys.argv[1]](place)
