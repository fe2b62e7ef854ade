// Scrubs a note and scores its documentation, through koffi: it prints the scrubbed text, the findings and the report.
//
//   npm install && node index.js PREFIX/lib/libchartguard.so NOTE
import { readFileSync, writeSync } from "node:fs";
import koffi from "koffi";

const [, , path, file] = process.argv;
if (!file) {
  console.error("usage: node index.js LIBRARY NOTE");
  process.exit(2);
}
const library = koffi.load(path);
koffi.struct("cg_str", { ptr: "void *", len: "size_t" });
for (const name of ["error", "scrubber", "scorer", "rubric", "analyzer", "outcome", "scrubbed", "report"]) koffi.opaque(`cg_${name}`);

const cg = {};
const declare = (declaration) => {
  const declared = library.func(declaration);
  cg[/cg_\w+(?=\()/.exec(declaration)[0]] = declared;
};
declare("uint32_t cg_abi_version()");
declare("cg_str cg_error_message(const cg_error *error)");
declare("void cg_error_free(cg_error *error)");
declare("int cg_scrubber_new(const uint8_t *config_json, size_t len, _Out_ cg_scrubber **out, _Out_ cg_error **err)");
declare("void cg_scrubber_free(cg_scrubber *scrubber)");
declare("int cg_rubric_builtin(const uint8_t *id, size_t len, _Out_ cg_rubric **out, _Out_ cg_error **err)");
declare("void cg_rubric_free(cg_rubric *rubric)");
declare("int cg_scorer_new(const cg_rubric *rubric, _Out_ cg_scorer **out, _Out_ cg_error **err)");
declare("void cg_scorer_free(cg_scorer *scorer)");
declare("int cg_analyzer_new(const cg_scrubber *scrubber, const cg_scorer *scorer, _Out_ cg_analyzer **out, _Out_ cg_error **err)");
declare(
  "int cg_analyzer_analyze(const cg_analyzer *analyzer, const uint8_t *note, size_t len, const uint8_t *context_json, size_t context_len, " +
    "const uint8_t *options_json, size_t options_len, _Out_ cg_outcome **out, _Out_ cg_error **err)",
);
declare("void cg_analyzer_free(cg_analyzer *analyzer)");
declare("const cg_scrubbed *cg_outcome_scrubbed(const cg_outcome *outcome)");
declare("const cg_report *cg_outcome_report(const cg_outcome *outcome)");
declare("void cg_outcome_free(cg_outcome *outcome)");
declare("cg_str cg_scrubbed_text(const cg_scrubbed *scrubbed)");
declare("cg_str cg_scrubbed_findings_json(const cg_scrubbed *scrubbed)");
declare("cg_str cg_report_json(const cg_report *report)");

// The interface that the declarations above were written for.
if (cg.cg_abi_version() !== 2) throw new Error("the library has another binary interface");

/** Copies a borrowed text. */
const text = ({ ptr, len }) => (Number(len) === 0 ? "" : Buffer.from(koffi.decode(ptr, koffi.array("uint8_t", Number(len), "Typed"))).toString("utf8"));

/** Calls a function whose last parameters are `out` and `err`, and returns what it made. */
function made(name, ...args) {
  const out = [null];
  const err = [null];
  const status = cg[name](...args, out, err);
  if (status !== 0) {
    const message = text(cg.cg_error_message(err[0]));
    cg.cg_error_free(err[0]);
    throw Object.assign(new Error(`status ${status}: ${message}`), { status });
  }
  return out[0];
}

/** Builds an analyzer. Any number of calls may use it; the caller frees it. */
function analyzer(config, rubricId) {
  const configBytes = Buffer.from(config);
  const id = Buffer.from(rubricId);
  const scrubber = made("cg_scrubber_new", configBytes, configBytes.length);
  try {
    const rubric = made("cg_rubric_builtin", id, id.length);
    try {
      const scorer = made("cg_scorer_new", rubric);
      try {
        return made("cg_analyzer_new", scrubber, scorer);
      } finally {
        cg.cg_scorer_free(scorer);
      }
    } finally {
      cg.cg_rubric_free(rubric);
    }
  } finally {
    cg.cg_scrubber_free(scrubber);
  }
}

try {
  const note = readFileSync(file);
  const both = analyzer('{"policy": "safe-harbor"}', "medicare-outpatient-therapy");
  try {
    const outcome = made("cg_analyzer_analyze", both, note, note.length, null, 0, null, 0);
    const scrubbed = cg.cg_outcome_scrubbed(outcome);
    const printed = [cg.cg_scrubbed_text(scrubbed), cg.cg_scrubbed_findings_json(scrubbed), cg.cg_report_json(cg.cg_outcome_report(outcome))];
    writeSync(1, printed.map((part) => `${text(part)}\n`).join(""));
    cg.cg_outcome_free(outcome);
  } finally {
    cg.cg_analyzer_free(both);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
