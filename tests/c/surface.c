/* Scrubs and scores every text on standard input and prints what came out, so that a test can compare it with Rust.
 *
 * Texts are framed by their length in bytes and a line break, on the way in and on the way out. For each note four come
 * back: the scrubbed text, the findings as JSON, the same with their reasons, the report as JSON. With the argument
 * `messages` each text is a message, for which come back: the scrubbed message, its format, the findings as JSON, the
 * reports of its notes as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chartguard.h"

static void check(cg_status status, cg_error *err) {
  if (status == CG_STATUS_OK) return;
  cg_str message = cg_error_message(err);
  fprintf(stderr, "status %d: %.*s\n", (int)status, (int)message.len, message.ptr ? message.ptr : "");
  exit(2);
}

static void print(cg_str text) {
  printf("%zu\n", text.len);
  fwrite(text.ptr, 1, text.len, stdout);
}

static void note(const cg_scrubber *scrubber, const cg_scorer *scorer, const char *text, size_t len) {
  cg_error *err = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_report *report = NULL;
  check(cg_scrubber_scrub(scrubber, text, len, &scrubbed, &err), err);
  check(cg_scorer_score(scorer, text, len, NULL, 0, &report, &err), err);
  print(cg_scrubbed_text(scrubbed));
  print(cg_scrubbed_findings_json(scrubbed));
  print(cg_scrubbed_explained_json(scrubbed));
  print(cg_report_json(report));
  cg_report_free(report);
  cg_scrubbed_free(scrubbed);
}

static void message(const cg_scrubber *scrubber, const cg_scorer *scorer, const char *bytes, size_t len) {
  cg_error *err = NULL;
  cg_message *scrubbed = NULL;
  cg_report *report = NULL;
  check(cg_scrubber_scrub_message(scrubber, bytes, len, "auto", NULL, 0, &scrubbed, &err), err);
  check(cg_scorer_score_message(scorer, bytes, len, "auto", NULL, 0, &report, &err), err);
  print(cg_message_bytes(scrubbed));
  print(cg_message_format(scrubbed));
  print(cg_message_findings_json(scrubbed));
  print(cg_report_json(report));
  cg_report_free(report);
  cg_message_free(scrubbed);
}

int main(int argc, char **argv) {
  int messages = argc > 1 && strcmp(argv[1], "messages") == 0;
  static const char rubric_id[] = "medicare-outpatient-therapy";
  cg_error *err = NULL;
  cg_scrubber *scrubber = NULL;
  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  check(cg_scrubber_new(NULL, 0, &scrubber, &err), err);
  check(cg_rubric_builtin(rubric_id, sizeof rubric_id - 1, &rubric, &err), err);
  check(cg_scorer_new(rubric, &scorer, &err), err);
  cg_rubric_free(rubric);

  size_t len = 0;
  while (scanf("%zu", &len) == 1 && getchar() == '\n') {
    char *text = malloc(len ? len : 1);
    if (!text || fread(text, 1, len, stdin) != len) return 3;
    if (messages)
      message(scrubber, scorer, text, len);
    else
      note(scrubber, scorer, text, len);
    free(text);
  }
  cg_scorer_free(scorer);
  cg_scrubber_free(scrubber);
  return 0;
}
