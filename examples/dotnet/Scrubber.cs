// Scrubs notes from .NET: what a program writes over Chartguard.cs.
#nullable enable
using System;
using System.Text;
using Chartguard.Native;

namespace Chartguard;

/// <summary>Why a call gave no result. Holds no text of a note.</summary>
public sealed class ChartguardException : Exception
{
    internal ChartguardException(CgStatus status, string message, string location) : base(message) =>
        (Status, Location) = ((int)status, location);

    /// <summary>A cg_status of chartguard.h.</summary>
    public int Status { get; }

    /// <summary>Where it was: a file, a line and column, a key, a byte; empty where no place applies.</summary>
    public string Location { get; }
}

/// <summary>Removes protected health information under one policy. Any number of threads may use one.</summary>
public sealed class Scrubber : IDisposable
{
    private readonly CgScrubber handle;

    /// <summary>From a JSON configuration; an empty text is Safe Harbor with everything built in.</summary>
    public Scrubber(string configJson = "")
    {
        if (Cg.cg_abi_version() != Cg.AbiVersion)
        {
            throw new InvalidOperationException("the library has another binary interface");
        }
        byte[] config = Encoding.UTF8.GetBytes(configJson);
        Check(Cg.cg_scrubber_new(config, (nuint)config.Length, out handle, out CgError error), error);
    }

    /// <summary>The scrubbed text and the findings as JSON.</summary>
    public (string Text, string FindingsJson) Scrub(string note)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(note);
        Check(Cg.cg_scrubber_scrub(handle, bytes, (nuint)bytes.Length, out CgScrubbed scrubbed, out CgError error), error);
        using (scrubbed)
        {
            return (Cg.cg_scrubbed_text(scrubbed).ToString(), Cg.cg_scrubbed_findings_json(scrubbed).ToString());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static void Check(CgStatus status, CgError error)
    {
        using (error)
        {
            if (status != CgStatus.Ok)
            {
                throw new ChartguardException(status, Cg.cg_error_message(error).ToString(), Cg.cg_error_location(error).ToString());
            }
        }
    }
}
