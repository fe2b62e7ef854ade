package org.example;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.parser.StrictErrorHandler;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.parser.CanonicalModelClassFactory;
import ca.uhn.hl7v2.util.Hl7InputStreamMessageStringIterator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * Reads each file of BEFORE/hl7 and BEFORE/fhir and the file of the same name under AFTER with HAPI, and ends with 1 where what was scrubbed is
 * refused, or is at fault where the original was not.
 */
public final class Validate {
  private int messages;
  private int clean;
  private final List<String> faults = new ArrayList<>();

  public static void main(String[] folders) throws Exception {
    Validate validate = new Validate();
    validate.hl7(Path.of(folders[0], "hl7"), Path.of(folders[1], "hl7"));
    validate.fhir(Path.of(folders[0], "fhir"), Path.of(folders[1], "fhir"));
    validate.faults.forEach(System.err::println);
    System.exit(validate.faults.isEmpty() ? 0 : 1);
  }

  /** Each as 2.5.1, a later version of which the earlier ones are part; with the rules for the values of its types. */
  private void hl7(Path before, Path after) throws IOException {
    try (HapiContext context = new DefaultHapiContext(new CanonicalModelClassFactory("2.5.1"))) {
      for (Path file : filesOf(before)) {
        List<String> originals = split(file);
        List<String> scrubbed = split(after.resolve(file.getFileName()));
        if (originals.size() != scrubbed.size() || originals.isEmpty()) {
          faults.add(file.getFileName() + ": " + originals.size() + " messages, scrubbed " + scrubbed.size());
        }
        for (int at = 0; at < Math.min(originals.size(), scrubbed.size()); at++) {
          String was = refusal(context, originals.get(at));
          String is = refusal(context, scrubbed.get(at));
          messages++;
          clean += is == null ? 1 : 0;
          if (is != null && was == null) {
            faults.add(file.getFileName() + ", message " + (at + 1) + ": " + is);
          }
        }
      }
    }
    report("HAPI HL7v2");
  }

  private static List<String> split(Path file) throws IOException {
    List<String> found = new ArrayList<>();
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replace('\n', '\r');
    // What frames a message on a wire.
    text = text.replaceAll("[\u000b\u001c]", "");
    new Hl7InputStreamMessageStringIterator(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1))).forEachRemaining(found::add);
    return found;
  }

  private static String refusal(HapiContext context, String message) {
    try {
      var parsed = context.getPipeParser().parse(message);
      parsed.encode();
      return null;
    } catch (HL7Exception | RuntimeException error) {
      return error.getMessage();
    }
  }

  /** The kinds of what the validator calls an error may not be more often there than before; a parser that forgives nothing takes both. */
  private void fhir(Path before, Path after) throws IOException {
    FhirContext context = FhirContext.forR4();
    var chain = new ValidationSupportChain(
        new DefaultProfileValidationSupport(context), new CommonCodeSystemsTerminologyService(context), new InMemoryTerminologyServerValidationSupport(context));
    FhirValidator validator = context.newValidator().registerValidatorModule(new FhirInstanceValidator(chain));
    for (Path file : filesOf(before)) {
      List<String> originals = resources(file);
      List<String> scrubbed = resources(after.resolve(file.getFileName()));
      if (originals.size() != scrubbed.size() || originals.isEmpty()) {
        faults.add(file.getFileName() + ": " + originals.size() + " resources, scrubbed " + scrubbed.size());
      }
      for (int at = 0; at < Math.min(originals.size(), scrubbed.size()); at++) {
        String place = file.getFileName() + ", resource " + (at + 1);
        messages++;
        try {
          context.newJsonParser().setParserErrorHandler(new StrictErrorHandler()).parseResource(scrubbed.get(at));
        } catch (RuntimeException error) {
          try {
            context.newJsonParser().setParserErrorHandler(new StrictErrorHandler()).parseResource(originals.get(at));
            faults.add(place + ": " + error.getMessage());
          } catch (RuntimeException asBefore) {
            continue;
          }
        }
        var was = errors(validator, originals.get(at));
        var is = errors(validator, scrubbed.get(at));
        clean += is.isEmpty() ? 1 : 0;
        is.forEach((kind, found) -> {
          if (found.size() > was.getOrDefault(kind, List.of()).size()) {
            faults.add(place + ": " + kind + ": " + found);
          }
        });
      }
    }
    report("HAPI FHIR");
  }

  /** A JSON document, or the lines of a bulk file. */
  private static List<String> resources(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.UTF_8).replace("\ufeff", "");
    return file.toString().endsWith(".ndjson") ? text.lines().filter(line -> !line.isBlank()).toList() : List.of(text);
  }

  private static TreeMap<String, List<String>> errors(FhirValidator validator, String resource) {
    TreeMap<String, List<String>> kinds = new TreeMap<>();
    for (var one : validator.validateWithResult(resource).getMessages()) {
      if (one.getSeverity() == ResultSeverityEnum.ERROR || one.getSeverity() == ResultSeverityEnum.FATAL) {
        kinds.computeIfAbsent(one.getMessageId(), kind -> new ArrayList<>()).add(one.getLocationString() + " " + one.getMessage());
      }
    }
    return kinds;
  }

  private static List<Path> filesOf(Path folder) throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      return found.sorted().toList();
    }
  }

  private void report(String what) {
    System.out.println(what + ": " + messages + " messages taken, " + clean + " without any fault");
    messages = clean = 0;
  }
}
