"""Writes a C program that calls every function the header declares with NULL and with garbage lengths.

    hostile.py include/chartguard.h > hostile.c

A function is called with everything NULL; with every handle and text good but one text, which is NULL with a length or good with a length that no
text has; and with every handle good but one, which is NULL. None may succeed or stop the program. What a header declares tomorrow is tried tomorrow.
"""

import re
import sys

from prototypes import OPTIONAL, functions

# A pointer with its length; (NULL, 0) is allowed wherever a text may be left out.
GARBAGE = ["NULL, 1", "NULL, SIZE_MAX", '"x", SIZE_MAX', '"x", (size_t)1 << 63']
# What does for a parameter of that name.
GOOD = {
    "text": '"{}", 2', "now": '"2024-03-14T09:26:53Z", 20', "permission": '"restore", 7', "id": '"medicare-outpatient-therapy", 27',
    "yaml": "RUBRIC, sizeof RUBRIC - 1", "directory": "MODEL, sizeof MODEL - 1", "notes_json": '"[{\\"text\\": \\"x\\"}]", 15',
    "tenant": '"a", 1', "path": "PATH, sizeof PATH - 1", "key": "KEY, sizeof KEY - 1",
}


def null(function):
    """Arguments that are all NULL or 0."""
    return ", ".join({"text": "NULL, 0", "number": "0"}.get(parameter[0], "NULL") for parameter in function.parameters)


def good(function):
    """Arguments that would do."""
    arguments = []
    for what, kind, name in function.parameters:
        if what == "text":
            text = GOOD.get(name, GOOD["text"])
            arguments.append(f"(const uint8_t *){text}" if "uint8" in kind else text)
        elif what == "handle":
            arguments.append(kind)
        elif what == "texts":
            arguments.append("TEXTS")
        elif what == "out":
            arguments.append(f"({kind})&{'err' if kind == 'cg_error **' else 'out'}")
        elif what == "pointer":
            arguments.append({"cg_judge": "judge", "cg_audit_keep": "keep", "double *": "&number", "cg_finding *": "&finding"}.get(kind, "NULL"))
        else:
            arguments.append("0" if name == "index" else "1")
    return arguments


def refused(function, arguments, why):
    """A call that must not succeed."""
    call = f"{function.name}({', '.join(arguments)})"
    return f'  refused("{function.name}: {why}", {call}, out, &err); out = NULL;'


def main(header):
    declared_functions = functions(header)
    handles = sorted({kind for function in declared_functions for what, kind, _ in function.parameters if what == "handle"})
    lines = []
    for function in declared_functions:
        name, arguments = function.name, good(function)
        lines.append(f"  /* {name} */")
        if function.returns == "void":
            lines.append(f"  {name}({null(function)});")
            # The calls that follow are told of all the same.
            lines.extend(["  cg_log_set(tell, NULL);"] if name == "cg_log_set" else [])
            continue
        if name == "cg_error_status":
            lines.append(f'  none("{name}", {name}(NULL) == CG_STATUS_ARGUMENT);')
            continue
        if function.returns == "cg_status":
            lines.append(f'  refused("{name}: everything is NULL", {name}({null(function)}), NULL, NULL);')
            for index, (what, kind, parameter) in enumerate(function.parameters):
                bad = []
                if what == "text":
                    bad = [f"(const uint8_t *){text}" if "uint8" in kind and text.startswith('"') else text for text in GARBAGE]
                elif what == "texts" and parameter == "notes":
                    bad = ["NULL"]
                elif what == "out" and kind != "cg_error **":
                    bad = ["NULL"]
                elif what == "handle" and parameter not in OPTIONAL.get(name, ()):
                    bad = ["NULL"]
                elif what == "pointer" and kind in ("cg_judge", "cg_audit_keep", "double *", "cg_finding *"):
                    bad = ["NULL"]
                elif what == "number" and parameter == "count":
                    bad = ["SIZE_MAX", "(size_t)1 << 63"]
                elif what == "number" and parameter == "index":
                    bad = ["SIZE_MAX"]
                if kind == "cg_finding *":
                    bad.append("&short_finding")
                for value in bad:
                    lines.append(refused(function, [*arguments[:index], value, *arguments[index + 1:]], f"{parameter} is {value}".replace('"', "'")))
        elif function.parameters:
            nothing = {"cg_str": ".ptr == NULL", "size_t": " == SIZE_MAX" if name == "cg_error_byte" else " == 0", "bool": " == 0"}.get(function.returns, " == NULL")
            lines.append(f'  none("{name}", {name}({null(function)}){nothing});')
            for index, (what, _, parameter) in enumerate(function.parameters):
                if what == "number" and parameter == "index":
                    lines.append(f'  none("{name}: index is SIZE_MAX", {name}({", ".join([*arguments[:index], "SIZE_MAX"])}){nothing});')
        else:
            lines.append(f"  (void){name}();")
    # Each handle is a variable of its own.
    calls = re.sub(r"(?<=[(, ])(" + "|".join(handles) + r")(?=[,)])", r"\1_", "\n".join(lines))
    declared = "\n".join(f"static {kind} *{kind}_;" for kind in handles if re.search(rf"\b{kind}_\b", calls + TEMPLATE))
    print(TEMPLATE.replace("@HANDLES@", declared).replace("@CALLS@", calls).replace("@COUNT@", str(len(declared_functions))))


TEMPLATE = r"""/* Written by tests/c/hostile.py. */
#include <chartguard.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char RUBRIC[] = "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, "
                             "message: m, requires: {judge: {question: q}}}]}";
static const char MODEL[] = "tests/models/tiny-tagger";
static const char CLASSIFIER[] = "tests/models/tiny-classifier", EMBEDDER[] = "tests/models/tiny-embedder", PAIR[] = "tests/models/tiny-pair";
static const char PATH[] = "/tmp/chartguard-hostile.file";
static const char KEY[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const cg_str TEXTS[] = {{"x", 1}};
static int tried = 0, nones = 0;

@HANDLES@

static int32_t judge(void *context, const char *question, size_t question_len, const char *text, size_t text_len, double *confidence) {
  (void)context, (void)question, (void)question_len, (void)text, (void)text_len, (void)confidence;
  return 1;
}

static int32_t keep(void *context, const char *record, size_t record_len) {
  (void)context, (void)record, (void)record_len;
  return 0;
}

/* What the log was told of last. */
static struct {
  int times;
  cg_status status;
  char function[64];
  size_t message_len;
} told;

static void tell(void *context, cg_status status, const char *function, size_t function_len, const char *message, size_t message_len) {
  (void)context, (void)message;
  told.times++;
  told.status = status;
  told.message_len = message_len;
  snprintf(told.function, sizeof told.function, "%.*s:", (int)function_len, function);
}

/* A refusal has a status, no output, and, where it was asked for, a reason; the log is told of it once, by the name of the function. */
static void refused(const char *what, cg_status status, void *out, cg_error **err) {
  tried++;
  if (told.times != tried - nones || told.status != status || told.message_len == 0 || strncmp(what, told.function, strlen(told.function)) != 0) {
    fprintf(stderr, "%s: the log was told %d times, last of status %d of %s\n", what, told.times, (int)told.status, told.function);
    exit(1);
  }
  if (status == CG_STATUS_OK || status == CG_STATUS_PANIC || status == CG_STATUS_INTERNAL || out) {
    fprintf(stderr, "%s: status %d, output %p\n", what, (int)status, out);
    exit(1);
  }
  if (err) {
    cg_error_free(*err);
    *err = NULL;
  }
}

static void none(const char *what, int holds) {
  tried++;
  nones++;
  if (!holds) {
    fprintf(stderr, "%s: gave something\n", what);
    exit(1);
  }
}

static void need(cg_status status) {
  if (status != CG_STATUS_OK) {
    fprintf(stderr, "a good call failed with status %d\n", (int)status);
    exit(1);
  }
}

int main(void) {
  void *out = NULL;
  cg_error *err = NULL;
  double number = 0;
  cg_finding finding = {.size = sizeof finding}, short_finding = {.size = sizeof finding - 1};
  static const char none_json[] = "{\"model\": \"none\"}", units[] = "{\"97110\": 33}", rules[] = "{\"roles\": {}, \"grants\": []}";
  need(cg_scrubber_new(none_json, sizeof none_json - 1, &cg_scrubber_, NULL));
  need(cg_rubric_from_yaml(RUBRIC, sizeof RUBRIC - 1, &cg_rubric_, NULL));
  need(cg_scorer_new(cg_rubric_, &cg_scorer_, NULL));
  need(cg_analyzer_new(cg_scrubber_, cg_scorer_, &cg_analyzer_, NULL));
  need(cg_analyzer_analyze(cg_analyzer_, "x", 1, NULL, 0, NULL, 0, &cg_outcome_, NULL));
  need(cg_scrubber_scrub(cg_scrubber_, "SSN 219-09-9999", 15, &cg_scrubbed_, NULL));
  need(cg_scrubber_scrub_batch(cg_scrubber_, TEXTS, NULL, 1, 1, &cg_batch_, NULL));
  need(cg_scrubber_scrub_message(cg_scrubber_, "x", 1, "text", NULL, 0, &cg_message_, NULL));
  need(cg_units(units, sizeof units - 1, NULL, 0, &cg_report_, NULL));
  need(cg_vault_from_bytes(NULL, 0, KEY, sizeof KEY - 1, &cg_vault_, NULL));
  need(cg_vault_to_bytes(cg_vault_, &cg_bytes_, NULL));
  need(cg_access_from_yaml(rules, sizeof rules - 1, &cg_access_, NULL));
  need(cg_audit_handed(keep, NULL, NULL, 0, NULL, 0, &cg_audit_, NULL));
  need(cg_model_load(MODEL, sizeof MODEL - 1, &cg_model_, NULL));
  need(cg_tagger_new(cg_model_, &cg_tagger_, NULL));
  cg_model *other = NULL;
  need(cg_model_load(CLASSIFIER, sizeof CLASSIFIER - 1, &other, NULL));
  need(cg_classifier_new(other, &cg_classifier_, NULL));
  cg_model_free(other);
  need(cg_model_load(EMBEDDER, sizeof EMBEDDER - 1, &other, NULL));
  need(cg_embedder_new(other, &cg_embedder_, NULL));
  cg_model_free(other);
  need(cg_model_load(PAIR, sizeof PAIR - 1, &other, NULL));
  need(cg_pair_scorer_new(other, &cg_pair_scorer_, NULL));
  cg_model_free(other);
  need(cg_embedder_embed(cg_embedder_, "x", 1, &cg_vector_, NULL));
  need(cg_search_open(PATH, sizeof PATH - 1, "a", 1, NULL, 0, cg_embedder_, &cg_search_, NULL));
  need(cg_registry_open(MODEL, sizeof MODEL - 1, NULL, 0, &cg_registry_, NULL));
  need(cg_cancel_new(0, &cg_cancel_, NULL));

  cg_log_set(tell, NULL);
@CALLS@

  (void)number, (void)finding, (void)short_finding, (void)judge;
  cg_cancel_free(cg_cancel_);
  cg_registry_free(cg_registry_);
  cg_model_free(cg_model_);
  cg_audit_free(cg_audit_);
  cg_access_free(cg_access_);
  cg_bytes_free(cg_bytes_);
  cg_vault_free(cg_vault_);
  cg_report_free(cg_report_);
  cg_message_free(cg_message_);
  cg_batch_free(cg_batch_);
  cg_scrubbed_free(cg_scrubbed_);
  cg_outcome_free(cg_outcome_);
  cg_analyzer_free(cg_analyzer_);
  cg_scorer_free(cg_scorer_);
  cg_tagger_free(cg_tagger_);
  cg_classifier_free(cg_classifier_);
  cg_embedder_free(cg_embedder_);
  cg_pair_scorer_free(cg_pair_scorer_);
  cg_vector_free(cg_vector_);
  cg_search_free(cg_search_);
  cg_rubric_free(cg_rubric_);
  cg_scrubber_free(cg_scrubber_);
  remove(PATH);
  printf("C hostile arguments: %d calls of %d functions refused\n", tried, @COUNT@);
  return 0;
}
"""

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
