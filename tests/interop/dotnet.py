"""The P/Invoke declarations of .NET, from the header.

    dotnet.py include/chartguard.h examples/dotnet/Chartguard.cs            fails where the file is not what the header gives
    dotnet.py include/chartguard.h examples/dotnet/Chartguard.cs --write    writes it
"""

import difflib
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "c"))
from prototypes import OPTIONAL, functions  # noqa: E402

HEAD = """\
// The declarations of chartguard.h for .NET 7 or newer, written by tests/interop/dotnet.py; edits here are overwritten.
//
// Texts go in as bytes of UTF-8, and come out as CgStr, borrowed from the handle that was asked: copy them while it is alive. What
// Scrubber.cs does with them is all a program has to know.
#nullable enable
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Chartguard.Native;
"""

STR = """
/// <summary>A borrowed text.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct CgStr
{
    public readonly nint Ptr;
    public readonly nuint Len;

    public override unsafe string ToString() => Encoding.UTF8.GetString(new ReadOnlySpan<byte>((void*)Ptr, checked((int)Len)));
}

/// <summary>What was found, where, and what was done to it: made with <c>new CgFinding()</c>, which sets its size.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct CgFinding
{
@FINDING@

    public unsafe CgFinding() => Size = (nuint)sizeof(CgFinding);
}
"""


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


def camel(name):
    name = pascal(name)
    return name[0].lower() + name[1:]


def enum(source, name):
    body = re.search(r"typedef enum \{([^}]*)\} " + name + ";", source).group(1)
    members = re.findall(rf"{name.upper()}_(\w+) = (\d+)", body)
    lines = [f"    {pascal(member.lower())} = {number}," for member, number in members]
    return f"\ninternal enum {pascal(name)}\n{{\n" + "\n".join(lines) + "\n}\n"


def finding(source):
    body = re.search(r"typedef struct \{([^}]*)\} cg_finding;", source).group(1)
    kinds = {"size_t": "nuint", "uint32_t": "uint", "float": "float", "cg_str": "CgStr"}
    return "\n".join(f"    public readonly {kinds[kind]} {pascal(name)};" for kind, name in re.findall(r"^\s*(\w+) (\w+);", body, re.MULTILINE))


def handle(kind, free):
    name = pascal(kind)
    return f"""
internal sealed class {name} : SafeHandle
{{
    public {name}() : base(0, ownsHandle: true) {{ }}

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public {name}(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {{
        Cg.{free}(handle);
        return true;
    }}
}}
"""


def parameter(function, what, kind, name):
    name = camel(name)
    # A word of the language.
    name = "@" + name if name in ("out", "in", "ref") else name
    if what == "text":
        return f"byte[]? {name}, nuint {name.lstrip('@')}Len"
    if what == "texts":
        return f"CgStr[]? {name}"
    if what == "out":
        return f"out {pascal(kind.removesuffix(' **'))} {name}"
    if what == "handle":
        free = function.name.endswith("_free")
        return f"{'nint' if free or name in OPTIONAL.get(function.name, ()) else pascal(kind)} {name}"
    if what == "pointer":
        kinds = {"double *": "out double", "cg_finding *": "ref CgFinding", "const char *": "string?"}
        return f"{kinds.get(kind, 'nint')} {name}"
    return f"{ {'size_t': 'nuint', 'uint32_t': 'uint', 'uint64_t': 'ulong'}[kind]} {name}"


def declaration(function):
    returns = {"cg_status": "CgStatus", "cg_str": "CgStr", "size_t": "nuint", "uint32_t": "uint", "bool": "bool", "void": "void"}.get(function.returns, "nint")
    parameters = ", ".join(parameter(function, *given) for given in function.parameters)
    # A bool of C is one byte.
    marshal = "    [return: MarshalAs(UnmanagedType.U1)]\n" if returns == "bool" else ""
    return f"    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]\n{marshal}    internal static partial {returns} {function.name}({parameters});\n"


def main(header, file, write):
    text = Path(header).read_text(encoding="utf-8")
    source = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    declared = functions(header)
    frees = {function.parameters[0][1]: function.name for function in declared if function.name.endswith("_free")}
    abi = re.search(r"#define CG_ABI_VERSION (\d+)", text).group(1)
    out = HEAD + enum(source, "cg_status") + enum(source, "cg_category") + STR.replace("@FINDING@", finding(source))
    out += "".join(handle(kind, free) for kind, free in sorted(frees.items()))
    out += '\ninternal static partial class Cg\n{\n    private const string Library = "chartguard";\n\n'
    out += f"    /// <summary>The number that cg_abi_version() has to give.</summary>\n    internal const uint AbiVersion = {abi};\n\n"
    out += "\n".join(declaration(function) for function in declared) + "}\n"
    if write:
        Path(file).write_text(out, encoding="utf-8")
        return
    have = Path(file).read_text(encoding="utf-8")
    if have != out:
        sys.stderr.writelines(difflib.unified_diff(have.splitlines(True), out.splitlines(True), file, "from the header", n=1))
        sys.exit(f"{file} differs from {header}: run tests/interop/dotnet.py with --write")
    # What the program uses is declared, with as many arguments.
    for program in sorted(Path(file).parent.glob("*.cs")):
        for name in re.findall(r"Cg\.(cg_\w+)", program.read_text(encoding="utf-8")):
            if name not in {function.name for function in declared}:
                sys.exit(f"{program} calls {name}, which {header} does not declare")
    print(f".NET: {len(declared)} declarations are those of the header (not compiled here)")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2], sys.argv[3:] == ["--write"])
