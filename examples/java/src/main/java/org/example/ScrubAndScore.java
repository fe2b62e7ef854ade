package org.example;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Scrubs a note and scores its documentation, through JNA: it prints the scrubbed text, the findings and the report.
 *
 * <pre>java -Djna.library.path=PREFIX/lib -cp ... org.example.ScrubAndScore NOTE</pre>
 */
public final class ScrubAndScore {
  /** A borrowed text. Sizes are long: this is for systems of 64 bits. */
  @Structure.FieldOrder({"ptr", "len"})
  public static class CgStr extends Structure implements Structure.ByValue {
    public Pointer ptr;
    public long len;

    String text() {
      return len == 0 ? "" : new String(ptr.getByteArray(0, Math.toIntExact(len)), StandardCharsets.UTF_8);
    }
  }

  /** What is used here of chartguard.h. */
  public interface Chartguard extends Library {
    Chartguard LIBRARY = Native.load("chartguard", Chartguard.class);
    int ABI_VERSION = 2;

    int cg_abi_version();

    CgStr cg_error_message(Pointer error);

    void cg_error_free(Pointer error);

    int cg_scrubber_new(byte[] config, long len, PointerByReference out, PointerByReference err);

    void cg_scrubber_free(Pointer scrubber);

    int cg_rubric_builtin(byte[] id, long len, PointerByReference out, PointerByReference err);

    void cg_rubric_free(Pointer rubric);

    int cg_scorer_new(Pointer rubric, PointerByReference out, PointerByReference err);

    void cg_scorer_free(Pointer scorer);

    int cg_analyzer_new(Pointer scrubber, Pointer scorer, PointerByReference out, PointerByReference err);

    int cg_analyzer_analyze(
        Pointer analyzer, byte[] note, long len, byte[] context, long contextLen, byte[] options, long optionsLen, PointerByReference out,
        PointerByReference err);

    void cg_analyzer_free(Pointer analyzer);

    Pointer cg_outcome_scrubbed(Pointer outcome);

    Pointer cg_outcome_report(Pointer outcome);

    void cg_outcome_free(Pointer outcome);

    CgStr cg_scrubbed_text(Pointer scrubbed);

    CgStr cg_scrubbed_findings_json(Pointer scrubbed);

    CgStr cg_report_json(Pointer report);
  }

  /** Why a call gave no result. Holds no text of a note. */
  public static final class ChartguardException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** A cg_status. */
    public final int status;

    ChartguardException(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private static final Chartguard CG = Chartguard.LIBRARY;

  /** A call that makes an object. */
  private interface Call {
    int with(PointerByReference out, PointerByReference err);
  }

  private static Pointer made(Call call) {
    PointerByReference out = new PointerByReference();
    PointerByReference err = new PointerByReference();
    int status = call.with(out, err);
    if (status == 0) {
      return out.getValue();
    }
    String message = CG.cg_error_message(err.getValue()).text();
    CG.cg_error_free(err.getValue());
    throw new ChartguardException(status, message);
  }

  /** Scrubs and scores notes. Any number of threads may use one; who made it closes it. */
  public static final class Analyzer implements AutoCloseable {
    private Pointer handle;

    public Analyzer(String configJson, String rubricId) {
      byte[] config = configJson.getBytes(StandardCharsets.UTF_8);
      byte[] id = rubricId.getBytes(StandardCharsets.UTF_8);
      Pointer scrubber = made((out, err) -> CG.cg_scrubber_new(config, config.length, out, err));
      try {
        Pointer rubric = made((out, err) -> CG.cg_rubric_builtin(id, id.length, out, err));
        try {
          Pointer scorer = made((out, err) -> CG.cg_scorer_new(rubric, out, err));
          try {
            handle = made((out, err) -> CG.cg_analyzer_new(scrubber, scorer, out, err));
          } finally {
            CG.cg_scorer_free(scorer);
          }
        } finally {
          CG.cg_rubric_free(rubric);
        }
      } finally {
        CG.cg_scrubber_free(scrubber);
      }
    }

    /** The scrubbed text, the findings and the report of a note in UTF-8. */
    public String[] analyze(byte[] note) {
      Pointer outcome = made((out, err) -> CG.cg_analyzer_analyze(handle, note, note.length, null, 0, null, 0, out, err));
      try {
        Pointer scrubbed = CG.cg_outcome_scrubbed(outcome);
        return new String[] {
          CG.cg_scrubbed_text(scrubbed).text(),
          CG.cg_scrubbed_findings_json(scrubbed).text(),
          CG.cg_report_json(CG.cg_outcome_report(outcome)).text()
        };
      } finally {
        CG.cg_outcome_free(outcome);
      }
    }

    @Override
    public void close() {
      CG.cg_analyzer_free(handle);
      handle = null;
    }
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      System.err.println("usage: ScrubAndScore NOTE");
      System.exit(2);
    }
    if (CG.cg_abi_version() != Chartguard.ABI_VERSION) {
      System.err.println("the library has another binary interface");
      System.exit(2);
    }
    byte[] note = Files.readAllBytes(Path.of(args[0]));
    try (Analyzer analyzer = new Analyzer("{\"policy\": \"safe-harbor\"}", "medicare-outpatient-therapy")) {
      for (String part : analyzer.analyze(note)) {
        System.out.write((part + "\n").getBytes(StandardCharsets.UTF_8));
      }
      System.out.flush();
    } catch (ChartguardException e) {
      System.err.println("status " + e.status + ": " + e.getMessage());
      System.exit(2);
    }
  }

  private ScrubAndScore() {}
}
