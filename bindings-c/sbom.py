"""What the C library is made of, from what cargo resolved: a CycloneDX 1.5 SBOM and the licences of third parties.

    python3 bindings-c/sbom.py FOLDER

writes FOLDER/chartguard.cdx.json and FOLDER/THIRD-PARTY-LICENSES.txt. Only what is linked into the library is listed: no build scripts, procedural
macros, or tests. Neither file holds a time or a random number, so that the same Cargo.lock gives the same bytes.
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = "chartguard-c"
LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def linked():
    """The packages that are linked into the library, each with what it depends on."""
    host = next(line.split()[1] for line in subprocess.run(
        ["rustc", "-vV"], check=True, capture_output=True, text=True).stdout.splitlines() if line.startswith("host:"))
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--filter-platform", host))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

    def is_macro(package):
        return any("proc-macro" in target["kind"] for target in packages[package]["targets"])

    graph, todo = {}, [next(p for p in packages if packages[p]["name"] == LIBRARY)]
    while todo:
        package = todo.pop()
        if package in graph:
            continue
        graph[package] = sorted(
            dependency["pkg"]
            for dependency in nodes[package]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]) and not is_macro(dependency["pkg"])
        )
        todo += graph[package]
    return host, packages, graph


def purl(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def licence_files(package):
    """The texts of the licences that a package ships, by the names of their files."""
    folder = Path(package["manifest_path"]).parent
    return {file.name: file.read_text(encoding="utf-8", errors="replace").strip()
            for file in sorted(folder.iterdir()) if file.is_file() and LICENCE_FILE.match(file.name)}


def sqlite(packages, graph):
    """SQLite, which one of the packages holds as C source."""
    for identity in graph:
        if packages[identity]["name"] == "libsqlite3-sys":
            header = Path(packages[identity]["manifest_path"]).parent / "sqlite3" / "sqlite3.h"
            version = re.search(r'#define SQLITE_VERSION\s+"([^"]+)"', header.read_text()).group(1)
            return purl(packages[identity]), {
                "type": "library", "bom-ref": f"pkg:generic/sqlite@{version}", "name": "sqlite", "version": version,
                "purl": f"pkg:generic/sqlite@{version}",
                # SPDX has no id for a dedication to the public domain without a text of its own; "blessing" is SQLite's.
                "licenses": [{"license": {"id": "blessing"}}],
            }
    return None


def component(package, checksums):
    out = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"]}
    if package["description"]:
        out["description"] = " ".join(package["description"].split())
    # Older manifests write a slash where SPDX has OR.
    if package["license"]:
        out["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        out["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    out["purl"] = purl(package)
    if package["repository"]:
        out["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return out


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    host, packages, graph = linked()
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(p["name"], p["version"]): p["checksum"] for p in lock["package"] if "checksum" in p}
    order = sorted(graph, key=lambda identity: (packages[identity]["name"], packages[identity]["version"]))
    top = next(identity for identity in order if packages[identity]["name"] == LIBRARY)

    components = [component(packages[identity], checksums) for identity in order if identity != top]
    dependencies = [{"ref": purl(packages[identity]), "dependsOn": sorted(purl(packages[d]) for d in graph[identity])}
                    for identity in order]
    held = sqlite(packages, graph)
    if held:
        holder, part = held
        components.append(part)
        next(d for d in dependencies if d["ref"] == holder)["dependsOn"].append(part["bom-ref"])
        dependencies.append({"ref": part["bom-ref"], "dependsOn": []})
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {**component(packages[top], checksums), "properties": [{"name": "cargo:target", "value": host}]},
        },
        "components": components,
        "dependencies": dependencies,
    }
    digest = hashlib.sha256(json.dumps(bom, sort_keys=True).encode()).hexdigest()
    bom["serialNumber"] = f"urn:uuid:{uuid.UUID(digest[:32], version=4)}"
    (folder / "chartguard.cdx.json").write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    third = [packages[identity] for identity in order if packages[identity]["source"]]
    lines = ["Third parties whose code is linked into libchartguard, and their licences.", ""]
    texts = {}
    for package in third:
        if not package["license"]:
            sys.exit(f"sbom.py: {package['name']} {package['version']} states no licence")
        files = licence_files(package)
        lines.append(f"{package['name']} {package['version']}  {package['license']}" + ("" if files else "  (ships no licence text)"))
        for name, text in files.items():
            texts.setdefault(text, []).append(f"{package['name']} {package['version']} ({name})")
    if held:
        lines.append(f"sqlite {held[1]['version']}  public domain (https://sqlite.org/copyright.html)")
    for text, users in texts.items():
        lines += ["", "=" * 100, "", *users, "", text]
    (folder / "THIRD-PARTY-LICENSES.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(components)} components, {len(texts)} licence texts in {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
