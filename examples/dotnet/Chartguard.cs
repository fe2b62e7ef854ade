// The declarations of chartguard.h for .NET 7 or newer, written by tests/interop/dotnet.py; edits here are overwritten.
//
// Texts go in as bytes of UTF-8, and come out as CgStr, borrowed from the handle that was asked: copy them while it is alive. What
// Scrubber.cs does with them is all a program has to know.
#nullable enable
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Chartguard.Native;

internal enum CgStatus
{
    Ok = 0,
    Argument = 1,
    Input = 2,
    Config = 3,
    Rubric = 4,
    Model = 5,
    Inference = 6,
    Io = 7,
    Internal = 8,
    Panic = 9,
    Key = 10,
    Tampered = 11,
    Access = 12,
    Cancelled = 13,
}

internal enum CgCategory
{
    Name = 1,
    Date = 2,
    Age = 3,
    Location = 4,
    Organization = 5,
    Phone = 6,
    Fax = 7,
    Email = 8,
    Ssn = 9,
    Mrn = 10,
    HealthPlan = 11,
    Account = 12,
    License = 13,
    Vehicle = 14,
    Device = 15,
    Url = 16,
    Ip = 17,
    Biometric = 18,
    OtherId = 19,
    Profession = 20,
}

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
    public readonly nuint Size;
    public readonly nuint Start;
    public readonly nuint End;
    public readonly nuint StartCodePoint;
    public readonly nuint EndCodePoint;
    public readonly nuint OutputStart;
    public readonly nuint OutputEnd;
    public readonly uint Category;
    public readonly float Score;
    public readonly CgStr Detector;
    public readonly CgStr Action;

    public unsafe CgFinding() => Size = (nuint)sizeof(CgFinding);
}

internal sealed class CgAccess : SafeHandle
{
    public CgAccess() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgAccess(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_access_free(handle);
        return true;
    }
}

internal sealed class CgAnalyzer : SafeHandle
{
    public CgAnalyzer() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgAnalyzer(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_analyzer_free(handle);
        return true;
    }
}

internal sealed class CgAudit : SafeHandle
{
    public CgAudit() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgAudit(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_audit_free(handle);
        return true;
    }
}

internal sealed class CgBatch : SafeHandle
{
    public CgBatch() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgBatch(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_batch_free(handle);
        return true;
    }
}

internal sealed class CgBytes : SafeHandle
{
    public CgBytes() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgBytes(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_bytes_free(handle);
        return true;
    }
}

internal sealed class CgCancel : SafeHandle
{
    public CgCancel() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgCancel(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_cancel_free(handle);
        return true;
    }
}

internal sealed class CgClassifier : SafeHandle
{
    public CgClassifier() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgClassifier(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_classifier_free(handle);
        return true;
    }
}

internal sealed class CgEmbedder : SafeHandle
{
    public CgEmbedder() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgEmbedder(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_embedder_free(handle);
        return true;
    }
}

internal sealed class CgError : SafeHandle
{
    public CgError() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgError(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_error_free(handle);
        return true;
    }
}

internal sealed class CgMessage : SafeHandle
{
    public CgMessage() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgMessage(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_message_free(handle);
        return true;
    }
}

internal sealed class CgModel : SafeHandle
{
    public CgModel() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgModel(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_model_free(handle);
        return true;
    }
}

internal sealed class CgOutcome : SafeHandle
{
    public CgOutcome() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgOutcome(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_outcome_free(handle);
        return true;
    }
}

internal sealed class CgPairScorer : SafeHandle
{
    public CgPairScorer() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgPairScorer(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_pair_scorer_free(handle);
        return true;
    }
}

internal sealed class CgRegistry : SafeHandle
{
    public CgRegistry() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgRegistry(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_registry_free(handle);
        return true;
    }
}

internal sealed class CgReport : SafeHandle
{
    public CgReport() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgReport(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_report_free(handle);
        return true;
    }
}

internal sealed class CgRestored : SafeHandle
{
    public CgRestored() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgRestored(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_restored_free(handle);
        return true;
    }
}

internal sealed class CgRubric : SafeHandle
{
    public CgRubric() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgRubric(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_rubric_free(handle);
        return true;
    }
}

internal sealed class CgScorer : SafeHandle
{
    public CgScorer() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgScorer(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_scorer_free(handle);
        return true;
    }
}

internal sealed class CgScrubbed : SafeHandle
{
    public CgScrubbed() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgScrubbed(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_scrubbed_free(handle);
        return true;
    }
}

internal sealed class CgScrubber : SafeHandle
{
    public CgScrubber() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgScrubber(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_scrubber_free(handle);
        return true;
    }
}

internal sealed class CgSearch : SafeHandle
{
    public CgSearch() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgSearch(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_search_free(handle);
        return true;
    }
}

internal sealed class CgStream : SafeHandle
{
    public CgStream() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgStream(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_stream_free(handle);
        return true;
    }
}

internal sealed class CgTagger : SafeHandle
{
    public CgTagger() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgTagger(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_tagger_free(handle);
        return true;
    }
}

internal sealed class CgVault : SafeHandle
{
    public CgVault() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgVault(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_vault_free(handle);
        return true;
    }
}

internal sealed class CgVector : SafeHandle
{
    public CgVector() : base(0, ownsHandle: true) { }

    /// <summary>One that lies within another handle, which must outlive it.</summary>
    public CgVector(nint lent) : base(0, ownsHandle: false) => SetHandle(lent);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Cg.cg_vector_free(handle);
        return true;
    }
}

internal static partial class Cg
{
    private const string Library = "chartguard";

    /// <summary>The number that cg_abi_version() has to give.</summary>
    internal const uint AbiVersion = 2;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_analyzer_new(CgScrubber scrubber, CgScorer scorer, out CgAnalyzer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_analyzer_analyze(CgAnalyzer analyzer, byte[]? note, nuint noteLen, byte[]? contextJson, nuint contextJsonLen, byte[]? optionsJson, nuint optionsJsonLen, out CgOutcome @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_outcome_scrubbed(CgOutcome outcome);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_outcome_report(CgOutcome outcome);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_outcome_scrubbed_report(CgOutcome outcome);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_outcome_free(nint outcome);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_analyzer_free(nint analyzer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_audit_open(byte[]? path, nuint pathLen, byte[]? key, nuint keyLen, out CgAudit @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_audit_handed(nint keep, nint context, byte[]? last, nuint lastLen, byte[]? key, nuint keyLen, out CgAudit @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_audit_head_json(CgAudit audit, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_audit_verify(byte[]? path, nuint pathLen, byte[]? key, nuint keyLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_audit_free(nint audit);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_audited(CgScrubber scrubber, byte[]? text, nuint textLen, byte[]? patientJson, nuint patientJsonLen, CgAudit audit, byte[]? now, nuint nowLen, byte[]? actor, nuint actorLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_access_from_yaml(byte[]? yaml, nuint yamlLen, out CgAccess @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_access_require(CgAccess access, byte[]? actor, nuint actorLen, byte[]? permission, nuint permissionLen, byte[]? now, nuint nowLen, nint audit, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_access_free(nint access);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_batch(CgScrubber scrubber, CgStr[]? notes, CgStr[]? contexts, nuint count, nuint threads, out CgBatch @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_batch_count(CgBatch batch);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_batch_scrubbed(CgBatch batch, nuint index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_batch_error(CgBatch batch, nuint index);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_batch_free(nint batch);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_bytes_data(CgBytes bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_bytes_len(CgBytes bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_bytes_free(nint bytes);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_cancel_new(ulong milliseconds, out CgCancel @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_cancel_set(CgCancel cancel, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    internal static partial bool cg_cancel_is_set(CgCancel cancel);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_until(CgScrubber scrubber, CgCancel cancel, out CgScrubber @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_until(CgScorer scorer, CgCancel cancel, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_analyzer_until(CgAnalyzer analyzer, CgCancel cancel, out CgAnalyzer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_cancel_free(nint cancel);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_error_status(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_error_message(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_error_location(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_error_line(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_error_column(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_error_byte(CgError error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_error_free(nint error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_tagger_new(CgModel model, out CgTagger @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_tagger_tag(CgTagger tagger, byte[]? text, nuint textLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_tagger_free(nint tagger);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_classifier_new(CgModel model, out CgClassifier @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_classifier_classify(CgClassifier classifier, byte[]? text, nuint textLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_classifier_labels(CgClassifier classifier, byte[]? text, nuint textLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_classifier_free(nint classifier);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_embedder_new(CgModel model, out CgEmbedder @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_embedder_embed(CgEmbedder embedder, byte[]? text, nuint textLen, out CgVector @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_embedder_free(nint embedder);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_vector_data(CgVector vector);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_vector_len(CgVector vector);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_vector_free(nint vector);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_pair_scorer_new(CgModel model, out CgPairScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_pair_scorer_score(CgPairScorer scorer, byte[]? first, nuint firstLen, byte[]? second, nuint secondLen, out double score, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_pair_scorer_free(nint scorer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_with_embedder(CgScorer scorer, CgEmbedder embedder, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_with_classifier(CgScorer scorer, byte[]? name, nuint nameLen, CgClassifier classifier, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_with_document_classifier(CgScorer scorer, CgClassifier classifier, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_log_set(nint log, nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_message(CgScrubber scrubber, byte[]? message, nuint messageLen, string? format, byte[]? contextJson, nuint contextJsonLen, out CgMessage @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_message_into(CgScrubber scrubber, byte[]? message, nuint messageLen, string? format, byte[]? contextJson, nuint contextJsonLen, CgVault vault, out CgMessage @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_message_audited(CgScrubber scrubber, byte[]? message, nuint messageLen, string? format, byte[]? contextJson, nuint contextJsonLen, CgAudit audit, byte[]? now, nuint nowLen, byte[]? actor, nuint actorLen, out CgMessage @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_restore_message(CgVault vault, byte[]? message, nuint messageLen, byte[]? documentId, nuint documentIdLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_restore_message(byte[]? message, nuint messageLen, byte[]? key, nuint keyLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_score_message(CgScorer scorer, byte[]? message, nuint messageLen, string? format, byte[]? optionsJson, nuint optionsJsonLen, out CgReport @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_message_bytes(CgMessage message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_message_format(CgMessage message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_message_findings_json(CgMessage message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_message_free(nint message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_model_load(byte[]? directory, nuint directoryLen, out CgModel @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_model_free(nint model);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_new_with_model(byte[]? configJson, nuint configJsonLen, CgModel model, out CgScrubber @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_open(byte[]? directory, nuint directoryLen, byte[]? optionsJson, nuint optionsJsonLen, out CgRegistry @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_add(CgRegistry registry, byte[]? name, nuint nameLen, byte[]? version, nuint versionLen, byte[]? directory, nuint directoryLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_activate(CgRegistry registry, byte[]? name, nuint nameLen, byte[]? version, nuint versionLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_rollback(CgRegistry registry, byte[]? name, nuint nameLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_remove(CgRegistry registry, byte[]? name, nuint nameLen, byte[]? version, nuint versionLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_get(CgRegistry registry, byte[]? reference, nuint referenceLen, out CgModel @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_registry_status_json(CgRegistry registry, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_registry_free(nint registry);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_report_json(CgReport report);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_report_schema_json();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_report_score(CgReport report, out double @out);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_report_free(nint report);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_restore(byte[]? text, nuint textLen, byte[]? key, nuint keyLen, out CgRestored @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_restored_text(CgRestored restored);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_restored_free(nint restored);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_rubric_builtin(byte[]? id, nuint idLen, out CgRubric @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_rubric_from_yaml(byte[]? yaml, nuint yamlLen, out CgRubric @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_rubric_builtin_ids_json();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_policy_builtin_ids_json();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_rubric_schema_json();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_policy_schema_json();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_rubric_reference_json(CgRubric rubric);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_rubric_free(nint rubric);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_new(CgRubric rubric, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_score(CgScorer scorer, byte[]? note, nuint noteLen, byte[]? optionsJson, nuint optionsJsonLen, out CgReport @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_new_with_judge(CgRubric rubric, nint judge, nint context, out CgScorer @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scorer_score_episode(CgScorer scorer, byte[]? notesJson, nuint notesJsonLen, byte[]? optionsJson, nuint optionsJsonLen, out CgReport @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_facts(byte[]? note, nuint noteLen, out CgReport @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_units(byte[]? minutesJson, nuint minutesJsonLen, byte[]? codes, nuint codesLen, out CgReport @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_scorer_free(nint scorer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_scrubbed_text(CgScrubbed scrubbed);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint cg_scrubbed_finding_count(CgScrubbed scrubbed);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubbed_finding_at(CgScrubbed scrubbed, nuint index, ref CgFinding @out);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_scrubbed_findings_json(CgScrubbed scrubbed);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStr cg_scrubbed_explained_json(CgScrubbed scrubbed);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_scrubbed_free(nint scrubbed);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_new(byte[]? configJson, nuint configJsonLen, out CgScrubber @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub(CgScrubber scrubber, byte[]? text, nuint textLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_find(CgScrubber scrubber, byte[]? text, nuint textLen, byte[]? patientJson, nuint patientJsonLen, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_with(CgScrubber scrubber, byte[]? text, nuint textLen, byte[]? contextJson, nuint contextJsonLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_for(CgScrubber scrubber, byte[]? text, nuint textLen, byte[]? patientJson, nuint patientJsonLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_scrubber_free(nint scrubber);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_open(byte[]? directory, nuint directoryLen, byte[]? tenant, nuint tenantLen, byte[]? optionsJson, nuint optionsJsonLen, nint embedder, out CgSearch @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_add(CgSearch search, byte[]? id, nuint idLen, byte[]? text, nuint textLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_replace(CgSearch search, byte[]? id, nuint idLen, byte[]? text, nuint textLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_delete(CgSearch search, byte[]? id, nuint idLen, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_query(CgSearch search, byte[]? query, nuint queryLen, nuint k, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_ids_json(CgSearch search, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_search_save(CgSearch search, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_search_free(nint search);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_stream_new(CgScrubber scrubber, byte[]? contextJson, nuint contextJsonLen, nuint lookahead, out CgStream @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_stream_push(CgStream stream, byte[]? piece, nuint pieceLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_stream_finish(CgStream stream, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_stream_free(nint stream);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_open(byte[]? path, nuint pathLen, byte[]? key, nuint keyLen, out CgVault @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_read(byte[]? path, nuint pathLen, byte[]? key, nuint keyLen, out CgVault @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_from_bytes(byte[]? data, nuint dataLen, byte[]? key, nuint keyLen, out CgVault @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_to_bytes(CgVault vault, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_scrubber_scrub_into(CgScrubber scrubber, byte[]? text, nuint textLen, byte[]? contextJson, nuint contextJsonLen, CgVault vault, nint audit, byte[]? now, nuint nowLen, byte[]? actor, nuint actorLen, out CgScrubbed @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_restore(CgVault vault, byte[]? text, nuint textLen, byte[]? documentId, nuint documentIdLen, out CgRestored @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial CgStatus cg_vault_records_json(CgVault vault, out CgBytes @out, out CgError err);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void cg_vault_free(nint vault);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint cg_version();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint cg_abi_version();
}
