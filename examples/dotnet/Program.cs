// dotnet run NOTE, with libchartguard.so where the loader finds it (LD_LIBRARY_PATH=PREFIX/lib).
using System;
using System.IO;
using Chartguard;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: dotnet run NOTE");
    return 2;
}
try
{
    using var scrubber = new Scrubber("""{"policy": "safe-harbor"}""");
    var (text, findings) = scrubber.Scrub(File.ReadAllText(args[0]));
    Console.WriteLine(text);
    Console.WriteLine(findings);
    return 0;
}
catch (ChartguardException e)
{
    Console.Error.WriteLine($"status {e.Status}: {e.Message}");
    return 2;
}
