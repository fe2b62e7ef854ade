/* Scrubs a note and scores its documentation.
 *
 *   cc scrub_and_score.c $(pkg-config --cflags --libs chartguard) -o scrub_and_score
 *   ./scrub_and_score pt-evaluation.txt
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chartguard.h"

/* Prints why a call failed and frees the error. The message never holds text of the note. */
static int failed(const char *what, cg_error *err) {
  cg_str message = cg_error_message(err);
  fprintf(stderr, "%s: %.*s\n", what, (int)message.len, message.ptr ? message.ptr : "");
  cg_error_free(err);
  return 2;
}

/* The whole file, or NULL. */
static char *read_file(const char *path, size_t *len) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  char *text = NULL;
  size_t size = 0, capacity = 0;
  for (;;) {
    if (size == capacity) {
      capacity = capacity ? capacity * 2 : 1 << 16;
      char *larger = realloc(text, capacity);
      if (!larger) break;
      text = larger;
    }
    size_t got = fread(text + size, 1, capacity - size, file);
    size += got;
    if (got == 0) {
      if (!ferror(file)) {
        fclose(file);
        *len = size;
        return text;
      }
      break;
    }
  }
  fclose(file);
  free(text);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s NOTE\n", argv[0]);
    return 2;
  }
  size_t len = 0;
  char *note = read_file(argv[1], &len);
  if (!note) {
    perror(argv[1]);
    return 2;
  }

  /* Built once; a real program shares them between its threads. */
  const char *config = "{\"policy\": \"safe-harbor\"}";
  const char *rubric_id = "medicare-outpatient-therapy";
  cg_error *err = NULL;
  cg_scrubber *scrubber = NULL;
  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_report *report = NULL;
  int status = 0;

  if (cg_scrubber_new(config, strlen(config), &scrubber, &err) != CG_STATUS_OK) {
    status = failed("scrubber", err);
  } else if (cg_rubric_builtin(rubric_id, strlen(rubric_id), &rubric, &err) != CG_STATUS_OK) {
    status = failed("rubric", err);
  } else if (cg_scorer_new(rubric, &scorer, &err) != CG_STATUS_OK) {
    status = failed("scorer", err);
  } else if (cg_scrubber_scrub(scrubber, note, len, &scrubbed, &err) != CG_STATUS_OK) {
    status = failed(argv[1], err);
  } else if (cg_scorer_score(scorer, note, len, NULL, 0, &report, &err) != CG_STATUS_OK) {
    status = failed(argv[1], err);
  } else {
    cg_str text = cg_scrubbed_text(scrubbed);
    fwrite(text.ptr, 1, text.len, stdout);
    printf("\n%zu removals:\n", cg_scrubbed_finding_count(scrubbed));
    for (size_t i = 0; i < cg_scrubbed_finding_count(scrubbed); i++) {
      cg_finding finding = {.size = sizeof finding};
      if (cg_scrubbed_finding_at(scrubbed, i, &finding) != CG_STATUS_OK) break;
      printf("  bytes %zu to %zu  category %u  score %.2f  by %.*s\n", finding.start, finding.end,
             (unsigned)finding.category, finding.score, (int)finding.detector.len, finding.detector.ptr);
    }
    double score = 0;
    cg_report_score(report, &score);
    printf("documentation score: %.2f\n", score);
  }

  cg_report_free(report);
  cg_scrubbed_free(scrubbed);
  cg_scorer_free(scorer);
  cg_rubric_free(rubric);
  cg_scrubber_free(scrubber);
  free(note);
  return status;
}
