/* Every function of the C interface: what it promises, and what it does with NULL and wrong arguments.
 *
 * usage: api MODEL_DIRECTORY */
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chartguard.h"

static int checks = 0;

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

#define CHECK(condition)                                                         \
  do {                                                                           \
    checks++;                                                                    \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

static const char NOTE[] = "Pt seen by Dr. Adeyemi on 03/14/2024.\nSSN: 219-09-9999\nTotal treatment time: 45 min.\n";

static int contains(cg_str text, const char *part) {
  size_t len = strlen(part);
  for (size_t i = 0; text.ptr && i + len <= text.len; i++) {
    if (memcmp(text.ptr + i, part, len) == 0) return 1;
  }
  return 0;
}

static cg_scrubber *scrubber(const char *config) {
  cg_scrubber *out = NULL;
  cg_error *err = NULL;
  cg_status status = cg_scrubber_new(config, config ? strlen(config) : 0, &out, &err);
  if (status != CG_STATUS_OK) {
    cg_str message = cg_error_message(err);
    fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
  }
  CHECK(status == CG_STATUS_OK && out && !err);
  return out;
}

/* The whole of an installed schema; the library's own copy is the same but for blanks. */
static int schema_is(const char *path, cg_str own) {
  FILE *file = fopen(path, "r");
  CHECK(file != NULL);
  size_t at = 0;
  int c, quoted = 0, same = file != NULL;
  while (file && (c = fgetc(file)) != EOF) {
    if (!quoted && (c == ' ' || c == '\n')) continue;
    same = same && at < own.len && own.ptr[at] == (char)c;
    if (c == '"' && (at == 0 || own.ptr[at - 1] != '\\')) quoted = !quoted;
    at++;
  }
  if (file) fclose(file);
  return same && at == own.len;
}

static void schemas(void) {
  CHECK(schema_is("core/policies/policy.schema.json", cg_policy_schema_json()));
  CHECK(schema_is("core/rubrics/rubric.schema.json", cg_rubric_schema_json()));
  CHECK(schema_is("core/rubrics/report.schema.json", cg_report_schema_json()));
  CHECK(contains(cg_rubric_builtin_ids_json(), "\"medicare-outpatient-therapy\""));
  /* Every policy of that name is one. */
  cg_str names = cg_policy_builtin_ids_json();
  CHECK(names.len > 2 && names.ptr[0] == '[' && contains(names, "\"safe-harbor\"") && contains(names, "\"limited-data-set\""));
  for (size_t at = 1; at < names.len; at++) {
    size_t len = 1;
    while (names.ptr[at + len] != '"') len++;
    char config[256];
    snprintf(config, sizeof config, "{\"model\": \"none\", \"seed\": 1, \"key\": \"" KEY "\", \"policy\": %.*s}", (int)len + 1, names.ptr + at);
    cg_scrubber_free(scrubber(config));
    at += len + 1;
  }
}

static void versions(void) {
  CHECK(strlen(cg_version()) >= 5);
  CHECK(cg_abi_version() == 2);
}

/* As programs of an older and of a newer header call it: nothing past the size is written, and nothing of a size that no header had. */
static void finding_sizes(const cg_scrubbed *out) {
  struct {
    cg_finding known;
    unsigned char beyond[32];
  } room;
  cg_finding whole = {.size = sizeof whole};
  CHECK(cg_scrubbed_finding_at(out, 0, &whole) == CG_STATUS_OK && whole.size == sizeof whole && whole.action.len > 0);
  const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(cg_finding) - 1, sizeof(cg_finding), sizeof(cg_finding) + 8, sizeof room, SIZE_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    memset(&room, 0xa5, sizeof room);
    room.known.size = sizes[i];
    int refused = sizes[i] < sizeof(cg_finding);
    CHECK(cg_scrubbed_finding_at(out, 0, &room.known) == (refused ? CG_STATUS_ARGUMENT : CG_STATUS_OK));
    CHECK(room.known.size == sizes[i]);
    size_t written = refused ? sizeof(size_t) : sizeof(cg_finding);
    for (size_t at = written; at < sizeof room; at++) CHECK(((unsigned char *)&room)[at] == 0xa5);
    if (!refused) CHECK(memcmp(&room.known.start, &whole.start, sizeof whole - offsetof(cg_finding, start)) == 0);
  }
}

static void scrubbing(void) {
  cg_scrubber *scr = scrubber(NULL);
  cg_scrubbed *out = NULL;
  cg_error *err = NULL;
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, &err) == CG_STATUS_OK);
  CHECK(!contains(cg_scrubbed_text(out), "219-09-9999"));
  CHECK(contains(cg_scrubbed_text(out), "[SSN]"));
  CHECK(contains(cg_scrubbed_findings_json(out), "\"category\":\"ssn\""));
  /* Why, without a word of the note. */
  cg_str why = cg_scrubbed_explained_json(out);
  CHECK(contains(why, "\"rule\":\"cue:ssn\"") && contains(why, "\"rule\":\"title\"") && !contains(why, "Adeyemi"));
  CHECK(cg_scrubbed_explained_json(out).ptr == why.ptr && !cg_scrubbed_explained_json(NULL).ptr);
  size_t count = cg_scrubbed_finding_count(out);
  CHECK(count >= 3);
  int ssn = 0;
  for (size_t i = 0; i < count; i++) {
    cg_finding finding = {.size = sizeof finding};
    CHECK(cg_scrubbed_finding_at(out, i, &finding) == CG_STATUS_OK);
    CHECK(finding.start < finding.end && finding.end <= sizeof NOTE - 1);
    CHECK(finding.start_code_point == finding.start && finding.end_code_point == finding.end);
    CHECK(finding.output_end <= cg_scrubbed_text(out).len);
    CHECK(finding.score > 0 && finding.score <= 1 && finding.detector.len > 0 && finding.action.len > 0);
    ssn += finding.category == CG_CATEGORY_SSN && memcmp(NOTE + finding.start, "219-09-9999", 11) == 0;
  }
  CHECK(ssn == 1);
  cg_finding none = {.size = sizeof none};
  CHECK(cg_scrubbed_finding_at(out, count, &none) == CG_STATUS_ARGUMENT);
  CHECK(cg_scrubbed_finding_at(out, SIZE_MAX, &none) == CG_STATUS_ARGUMENT);
  CHECK(cg_scrubbed_finding_at(out, 0, NULL) == CG_STATUS_ARGUMENT);
  finding_sizes(out);
  /* What was produced does not need the scrubber any more. */
  cg_scrubber_free(scr);
  CHECK(contains(cg_scrubbed_text(out), "[SSN]"));
  cg_scrubbed_free(out);
}

static void texts(void) {
  cg_scrubber *scr = scrubber("{\"model\": \"none\"}");
  cg_scrubbed *out = NULL;
  cg_error *err = NULL;
  /* Empty, with and without a pointer. */
  CHECK(cg_scrubber_scrub(scr, NULL, 0, &out, &err) == CG_STATUS_OK && cg_scrubbed_text(out).len == 0);
  CHECK(cg_scrubbed_finding_count(out) == 0 && cg_scrubbed_text(out).ptr);
  cg_scrubbed_free(out);
  /* NUL is kept. */
  CHECK(cg_scrubber_scrub(scr, "a\0b", 3, &out, &err) == CG_STATUS_OK);
  CHECK(cg_scrubbed_text(out).len == 3 && memcmp(cg_scrubbed_text(out).ptr, "a\0b", 3) == 0);
  cg_scrubbed_free(out);
  /* Code points and bytes differ after a letter with an accent. */
  const char accent[] = "\xc3\xa9t\xc3\xa9 SSN 219-09-9999";
  CHECK(cg_scrubber_scrub(scr, accent, sizeof accent - 1, &out, &err) == CG_STATUS_OK);
  cg_finding finding = {.size = sizeof finding};
  CHECK(cg_scrubbed_finding_at(out, 0, &finding) == CG_STATUS_OK);
  CHECK(finding.start == 10 && finding.start_code_point == 8);
  cg_scrubbed_free(out);
  /* Not UTF-8: the byte is named, nothing comes out, and the text is not repeated. */
  out = (cg_scrubbed *)&finding;
  CHECK(cg_scrubber_scrub(scr, "Smith \xff", 7, &out, &err) == CG_STATUS_INPUT);
  CHECK(!out && err && cg_error_status(err) == CG_STATUS_INPUT && cg_error_byte(err) == 6);
  CHECK(contains(cg_error_message(err), "byte 6") && !contains(cg_error_message(err), "Smith"));
  cg_error_free(err);
  /* NULL with a length, and lengths no text has. */
  CHECK(cg_scrubber_scrub(scr, NULL, 7, &out, NULL) == CG_STATUS_ARGUMENT && !out);
  CHECK(cg_scrubber_scrub(scr, "x", SIZE_MAX, &out, NULL) == CG_STATUS_ARGUMENT && !out);
  cg_scrubber_free(scr);
}

static int is(cg_str text, const char *whole) { return text.ptr && text.len == strlen(whole) && memcmp(text.ptr, whole, text.len) == 0; }

/* Where mistakes are: each place that the message begins with, and its numbers. */
static void locations(void) {
  static const struct {
    const char *config, *location;
    size_t line, column;
  } wrong[] = {
      {"{\"seed\": \"x\"}", "`seed`", 0, 0},
      {"{\"policy\": {\"categories\": {\"name\": {\"operator\": \"maskk\"}}}}", "`policy`: `categories.name.operator`", 0, 0},
      {"{\n  \"seed\": 1,,\n}", "line 2, column 13", 2, 13},
      {"{\"polcy\": 1}", "", 0, 0},
  };
  cg_scrubber *out = NULL;
  cg_error *err = NULL;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(cg_scrubber_new(wrong[i].config, strlen(wrong[i].config), &out, &err) == CG_STATUS_CONFIG && !out);
    cg_str location = cg_error_location(err), message = cg_error_message(err);
    CHECK(location.len >= strlen(wrong[i].location) && memcmp(location.ptr, wrong[i].location, strlen(wrong[i].location)) == 0);
    CHECK((location.len == 0) == (wrong[i].location[0] == 0) && location.len < message.len);
    CHECK(memcmp(location.ptr, message.ptr, location.len) == 0);
    CHECK(location.len == 0 || memcmp(message.ptr + location.len, ": ", 2) == 0);
    if (wrong[i].line) CHECK(cg_error_line(err) == wrong[i].line && cg_error_column(err) == wrong[i].column);
    CHECK(cg_error_byte(err) == SIZE_MAX);
    cg_error_free(err);
  }
  /* The line of a rubric, and the byte of a text. */
  cg_rubric *rubric = NULL;
  static const char yaml[] = "rubric: r\nversion: 1.0.0\ntitel: R\n";
  CHECK(cg_rubric_from_yaml(yaml, sizeof yaml - 1, &rubric, &err) == CG_STATUS_RUBRIC && !rubric);
  CHECK(cg_error_line(err) == 3 && cg_error_column(err) == 1 && is(cg_error_location(err), "line 3, column 1"));
  CHECK(contains(cg_error_message(err), "`title`"));
  cg_error_free(err);
  CHECK(cg_rubric_from_yaml("a\xff", 2, &rubric, &err) == CG_STATUS_INPUT && is(cg_error_location(err), "byte 1"));
  CHECK(cg_error_byte(err) == 1 && cg_error_line(err) == 0 && cg_error_column(err) == 0);
  cg_error_free(err);
  CHECK(!cg_error_location(NULL).ptr && cg_error_line(NULL) == 0 && cg_error_column(NULL) == 0);
}

static void configuration(void) {
  cg_scrubber *out = NULL;
  cg_error *err = NULL;
  const char *wrong[][2] = {
      {"{\"polcy\": \"safe-harbor\"}", "`policy`"},
      {"{\"policy\": \"safe-harbour\"}", "safe-harbor"},
      {"{\"categories\": {\"name\": {\"operator\": \"maskk\"}}}", "`mask`"},
      {"{\"categories\": {\"nmae\": {}}}", "`name`"},
      {"[]", "object"},
      {"{", "object"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(cg_scrubber_new(wrong[i][0], strlen(wrong[i][0]), &out, &err) == CG_STATUS_CONFIG);
    CHECK(!out && contains(cg_error_message(err), wrong[i][1]) && cg_error_byte(err) == SIZE_MAX);
    cg_error_free(err);
  }
  const char *missing = "{\"model\": \"/no/such/model\"}";
  CHECK(cg_scrubber_new(missing, strlen(missing), &out, &err) != CG_STATUS_OK && !out);
  cg_error_free(err);

  cg_scrubber *limited = scrubber("{\"model\": \"none\", \"policy\": \"limited-data-set\", \"categories\": {\"ssn\": {\"operator\": \"remove\"}}}");
  cg_scrubbed *scrubbed = NULL;
  CHECK(cg_scrubber_scrub(limited, NOTE, sizeof NOTE - 1, &scrubbed, &err) == CG_STATUS_OK);
  CHECK(contains(cg_scrubbed_text(scrubbed), "03/14/2024") && contains(cg_scrubbed_text(scrubbed), "SSN: \n"));
  cg_scrubbed_free(scrubbed);
  cg_scrubber_free(limited);

  static const char own_note[] = "chart SE-0042871, Quackenbush rang, Rose too";
  cg_scrubber *own = scrubber("{\"model\": \"none\", \"strict\": true, \"policy\": \"examples/policies/st-elsewhere.yaml\"}");
  CHECK(cg_scrubber_scrub(own, own_note, sizeof own_note - 1, &scrubbed, &err) == CG_STATUS_OK);
  CHECK(contains(cg_scrubbed_text(scrubbed), "chart [MRN], *********** rang, **** too"));
  CHECK(contains(cg_scrubbed_findings_json(scrubbed), "st-elsewhere-mrn"));
  cg_scrubbed_free(scrubbed);
  cg_scrubber_free(own);
}

/* A limit on length holds for notes, messages, batches and analyzers alike, at the byte. */
static void limits(void) {
  static const char note[] = "SSN 219-09-9999.";
  const size_t len = sizeof note - 1;
  cg_scrubber *scr = scrubber("{\"model\": \"none\", \"max_bytes\": 16}");
  cg_scrubbed *out = NULL;
  cg_message *message = NULL;
  cg_bytes *bytes = NULL;
  cg_batch *batch = NULL;
  cg_error *err = NULL;
  CHECK(len == 16 && cg_scrubber_scrub(scr, note, len, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  CHECK(cg_scrubber_scrub(scr, NOTE, 17, &out, &err) == CG_STATUS_INPUT && !out && contains(cg_error_message(err), "max_bytes"));
  CHECK(contains(cg_error_message(err), "17 bytes") && !contains(cg_error_message(err), "Pt seen"));
  cg_error_free(err);
  CHECK(cg_scrubber_scrub_with(scr, NOTE, 17, NULL, 0, &out, NULL) == CG_STATUS_INPUT && !out);
  CHECK(cg_scrubber_scrub_for(scr, NOTE, 17, NULL, 0, &out, NULL) == CG_STATUS_INPUT && !out);
  CHECK(cg_scrubber_find(scr, NOTE, 17, NULL, 0, &bytes, NULL) == CG_STATUS_INPUT && !bytes);
  static const char *const formats[] = {"auto", "text", "hl7", "fhir", "ccda", "rtf", "html"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    CHECK(cg_scrubber_scrub_message(scr, NOTE, 17, formats[i], NULL, 0, &message, &err) == CG_STATUS_INPUT && !message);
    CHECK(contains(cg_error_message(err), "max_bytes"));
    cg_error_free(err);
  }
  CHECK(cg_scrubber_scrub_message(scr, note, len, NULL, NULL, 0, &message, NULL) == CG_STATUS_OK);
  cg_message_free(message);
  const cg_str notes[] = {{note, len}, {NOTE, 17}};
  CHECK(cg_scrubber_scrub_batch(scr, notes, NULL, 2, 1, &batch, NULL) == CG_STATUS_OK);
  CHECK(cg_batch_scrubbed(batch, 0) && !cg_batch_scrubbed(batch, 1) && cg_error_status(cg_batch_error(batch, 1)) == CG_STATUS_INPUT);
  /* What is lent is read like one's own. */
  cg_finding finding = {.size = sizeof finding};
  CHECK(cg_scrubbed_finding_at(cg_batch_scrubbed(batch, 0), 0, &finding) == CG_STATUS_OK && finding.category == CG_CATEGORY_SSN);
  cg_batch_free(batch);

  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_analyzer *analyzer = NULL;
  cg_outcome *outcome = NULL;
  CHECK(cg_rubric_builtin("medicare-outpatient-therapy", 27, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &scorer, NULL) == CG_STATUS_OK && cg_analyzer_new(scr, scorer, &analyzer, NULL) == CG_STATUS_OK);
  CHECK(cg_analyzer_analyze(analyzer, NOTE, 17, NULL, 0, NULL, 0, &outcome, NULL) == CG_STATUS_INPUT && !outcome);
  CHECK(cg_analyzer_analyze(analyzer, note, len, NULL, 0, NULL, 0, &outcome, NULL) == CG_STATUS_OK);
  cg_outcome_free(outcome);
  cg_analyzer_free(analyzer);
  cg_scorer_free(scorer);
  cg_rubric_free(rubric);
  cg_scrubber_free(scr);
  static const char *const wrong[] = {"{\"max_bytes\": -1}", "{\"max_bytes\": \"9\"}", "{\"max_bytes\": 1.5}"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK(cg_scrubber_new(wrong[i], strlen(wrong[i]), &scr, &err) == CG_STATUS_CONFIG && !scr && contains(cg_error_location(err), "`max_bytes`"));
    cg_error_free(err);
  }
}

static void scoring(void) {
  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_report *report = NULL;
  cg_error *err = NULL;
  const char *id = "medicare-outpatient-therapy";
  CHECK(cg_rubric_builtin("medicare", 8, &rubric, &err) != CG_STATUS_OK && !rubric && err);
  cg_error_free(err);
  CHECK(cg_rubric_from_yaml("id: [", 5, &rubric, &err) == CG_STATUS_RUBRIC && !rubric);
  CHECK(contains(cg_error_message(err), "line"));
  cg_error_free(err);
  CHECK(cg_rubric_builtin(id, strlen(id), &rubric, &err) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &scorer, &err) == CG_STATUS_OK);
  cg_rubric_free(rubric);

  const char *options = "{\"doc_type\": \"treatment_note\", \"discipline\": \"pt\"}";
  CHECK(cg_scorer_score(scorer, NOTE, sizeof NOTE - 1, options, strlen(options), &report, &err) == CG_STATUS_OK);
  CHECK(contains(cg_report_json(report), "\"doc_type\":\"treatment_note\""));
  CHECK(contains(cg_report_json(report), "\"verdict\":\"met\""));
  double score = -1;
  CHECK(cg_report_score(report, &score) == CG_STATUS_OK && score >= 0 && score <= 1);
  cg_report_free(report);

  CHECK(cg_scorer_score(scorer, NULL, 0, NULL, 0, &report, &err) == CG_STATUS_OK);
  CHECK(cg_report_score(report, &score) == CG_STATUS_OK && (isnan(score) || (score >= 0 && score <= 1)));
  cg_report_free(report);

  const char *bad = "{\"doc_type\": \"tretment_note\"}";
  CHECK(cg_scorer_score(scorer, NOTE, sizeof NOTE - 1, bad, strlen(bad), &report, &err) == CG_STATUS_CONFIG && !report);
  CHECK(contains(cg_error_message(err), "treatment_note"));
  cg_error_free(err);
  cg_scorer_free(scorer);
}

static void models(const char *directory) {
  cg_model *model = NULL;
  cg_scrubber *scr = NULL;
  cg_scrubbed *out = NULL;
  cg_error *err = NULL;
  CHECK(cg_model_load("/no/such/model", 14, &model, &err) != CG_STATUS_OK && !model && err);
  cg_error_free(err);
  CHECK(cg_model_load(directory, strlen(directory), &model, &err) == CG_STATUS_OK && model);
  CHECK(cg_scrubber_new_with_model(NULL, 0, NULL, &scr, NULL) == CG_STATUS_ARGUMENT && !scr);
  const char *named = "{\"model\": \"none\"}";
  CHECK(cg_scrubber_new_with_model(named, strlen(named), model, &scr, &err) == CG_STATUS_CONFIG && !scr);
  cg_error_free(err);
  CHECK(cg_scrubber_new_with_model(NULL, 0, model, &scr, &err) == CG_STATUS_OK);
  cg_model_free(model);
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, &err) == CG_STATUS_OK);
  CHECK(!contains(cg_scrubbed_text(out), "219-09-9999"));
  cg_scrubbed_free(out);
  cg_scrubber_free(scr);
}

static cg_model *tiny(const char *directory) {
  cg_model *model = NULL;
  CHECK(cg_model_load(directory, strlen(directory), &model, NULL) == CG_STATUS_OK && model);
  return model;
}

/* Whether bytes hold a text; frees them. */
static int bytes_hold(cg_bytes *bytes, const char *part) {
  cg_str text = {(const char *)cg_bytes_data(bytes), cg_bytes_len(bytes)};
  int held = contains(text, part);
  cg_bytes_free(bytes);
  return held;
}

/* Each model by what it is for, and refused for what it is not. */
static void uses_of_models(void) {
  static const char text[] = "Patient Tanel Brimos walked 40 feet without help.";
  const size_t len = sizeof text - 1;
  cg_model *model = tiny("tests/models/tiny-tagger"), *other = tiny("tests/models/tiny-classifier");
  cg_bytes *bytes = NULL;
  cg_error *err = NULL;

  cg_tagger *tagger = NULL;
  CHECK(cg_tagger_new(NULL, &tagger, NULL) == CG_STATUS_ARGUMENT && !tagger);
  CHECK(cg_tagger_new(model, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_tagger_new(other, &tagger, &err) == CG_STATUS_MODEL && !tagger && contains(cg_error_message(err), "tiny-classifier"));
  cg_error_free(err);
  CHECK(cg_tagger_new(model, &tagger, NULL) == CG_STATUS_OK && tagger);
  cg_model_free(model);
  CHECK(cg_tagger_tag(tagger, text, len, &bytes, NULL) == CG_STATUS_OK);
  CHECK(bytes_hold(bytes, "\"code_points\":{\"start\":"));
  CHECK(cg_tagger_tag(tagger, NULL, 0, &bytes, NULL) == CG_STATUS_OK && bytes_hold(bytes, "[]"));
  CHECK(cg_tagger_tag(tagger, "\xff", 1, &bytes, NULL) == CG_STATUS_INPUT && !bytes);
  CHECK(cg_tagger_tag(tagger, NULL, 1, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_tagger_tag(NULL, text, len, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  cg_tagger_free(tagger);
  cg_tagger_free(NULL);

  cg_classifier *classifier = NULL;
  CHECK(cg_classifier_new(other, &classifier, NULL) == CG_STATUS_OK && classifier);
  CHECK(cg_classifier_classify(classifier, text, len, &bytes, NULL) == CG_STATUS_OK);
  CHECK(contains((cg_str){(const char *)cg_bytes_data(bytes), cg_bytes_len(bytes)}, "\"evaluation\""));
  CHECK(bytes_hold(bytes, "\"treatment_note\""));
  /* Of a model that gives one label, one; so at most one has a name of three. */
  CHECK(cg_classifier_labels(classifier, text, len, &bytes, NULL) == CG_STATUS_OK && !bytes_hold(bytes, "},{"));
  CHECK(cg_classifier_labels(NULL, text, len, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_classifier_classify(classifier, "\xff", 1, &bytes, NULL) == CG_STATUS_INPUT && !bytes);
  cg_model_free(other);

  cg_embedder *embedder = NULL;
  cg_vector *vector = NULL;
  model = tiny("tests/models/tiny-embedder");
  CHECK(cg_embedder_new(model, &embedder, NULL) == CG_STATUS_OK && embedder);
  cg_model_free(model);
  CHECK(cg_embedder_embed(embedder, text, len, &vector, NULL) == CG_STATUS_OK && vector);
  /* What the model's own smoke test says. */
  CHECK(cg_vector_len(vector) > 4 && fabsf(cg_vector_data(vector)[0] - 0.36332f) < 1e-3f && fabsf(cg_vector_data(vector)[3] + 0.41726f) < 1e-3f);
  double length = 0;
  for (size_t i = 0; i < cg_vector_len(vector); i++) length += (double)cg_vector_data(vector)[i] * cg_vector_data(vector)[i];
  CHECK(fabs(length - 1) < 1e-4);
  cg_vector_free(vector);
  cg_vector_free(NULL);
  CHECK(!cg_vector_data(NULL) && cg_vector_len(NULL) == 0);
  CHECK(cg_embedder_embed(embedder, "\xff", 1, &vector, NULL) == CG_STATUS_INPUT && !vector);
  CHECK(cg_embedder_embed(NULL, text, len, &vector, NULL) == CG_STATUS_ARGUMENT && !vector);

  cg_pair_scorer *pairs = NULL;
  double score = 7;
  model = tiny("tests/models/tiny-pair");
  CHECK(cg_pair_scorer_new(model, &pairs, NULL) == CG_STATUS_OK && pairs);
  cg_model_free(model);
  CHECK(cg_pair_scorer_score(pairs, text, len, text, len, &score, NULL) == CG_STATUS_OK && score > 0 && score < 1);
  CHECK(cg_pair_scorer_score(pairs, text, len, "\xff", 1, &score, NULL) == CG_STATUS_INPUT && isnan(score));
  CHECK(cg_pair_scorer_score(pairs, text, len, text, len, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_pair_scorer_score(NULL, text, len, text, len, &score, NULL) == CG_STATUS_ARGUMENT && isnan(score));
  cg_pair_scorer_free(pairs);

  /* The checks of a rubric that ask them. */
  static const char yaml[] =
      "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, message: m, "
      "requires: {similarity: {to: ['Patient Tanel Brimos walked 40 feet without help.'], at_least: 0.999}}}, "
      "{id: b, title: B, points: 1, severity: low, citation: {source: s}, message: m, "
      "requires: {classifier: {model: kind, label: discharge, at_least: 0.0001}}}]}";
  cg_rubric *rubric = NULL;
  cg_scorer *bare = NULL, *half = NULL, *full = NULL;
  cg_report *report = NULL;
  CHECK(cg_rubric_from_yaml(yaml, sizeof yaml - 1, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &bare, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_score(bare, text, len, NULL, 0, &report, NULL) == CG_STATUS_OK && !contains(cg_report_json(report), "\"met\""));
  cg_report_free(report);
  CHECK(cg_scorer_with_embedder(bare, embedder, &half, NULL) == CG_STATUS_OK && half);
  CHECK(cg_scorer_score(half, text, len, NULL, 0, &report, NULL) == CG_STATUS_OK);
  CHECK(contains(cg_report_json(report), "\"met\"") && contains(cg_report_json(report), "\"not_assessable\""));
  cg_report_free(report);
  CHECK(cg_scorer_with_classifier(half, "kind", 4, classifier, &full, NULL) == CG_STATUS_OK && full);
  cg_scorer_free(half);
  cg_scorer_free(bare);
  CHECK(cg_scorer_score(full, text, len, NULL, 0, &report, NULL) == CG_STATUS_OK);
  CHECK(contains(cg_report_json(report), "\"met\"") && !contains(cg_report_json(report), "\"not_assessable\""));
  cg_report_free(report);
  CHECK(cg_scorer_with_document_classifier(full, classifier, &half, NULL) == CG_STATUS_OK && half);
  cg_scorer_free(half);
  CHECK(cg_scorer_with_embedder(NULL, embedder, &half, NULL) == CG_STATUS_ARGUMENT && !half);
  CHECK(cg_scorer_with_embedder(full, NULL, &half, NULL) == CG_STATUS_ARGUMENT && !half);
  CHECK(cg_scorer_with_classifier(full, NULL, 0, NULL, &half, NULL) == CG_STATUS_ARGUMENT && !half);
  CHECK(cg_scorer_with_document_classifier(NULL, classifier, &half, NULL) == CG_STATUS_ARGUMENT && !half);
  cg_rubric_free(rubric);
  static const char asks[] = "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, "
                             "citation: {source: s}, message: m, requires: {classifier: {label: progress}}}]}";
  CHECK(cg_rubric_from_yaml(asks, sizeof asks - 1, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &bare, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_with_classifier(bare, NULL, 0, classifier, &half, &err) == CG_STATUS_RUBRIC && !half);
  CHECK(contains(cg_error_message(err), "progress"));
  cg_error_free(err);
  cg_rubric_free(rubric);
  cg_scorer_free(bare);
  cg_scorer_free(full);
  cg_classifier_free(classifier);
  cg_classifier_free(NULL);
  cg_embedder_free(embedder);
  cg_embedder_free(NULL);
  cg_pair_scorer_free(NULL);
}

static cg_status search_open(const char *tenant, const char *options, const cg_embedder *embedder, cg_search **out, cg_error **err) {
  static const char folder[] = "/tmp/chartguard-c-search";
  return cg_search_open(folder, sizeof folder - 1, tenant, strlen(tenant), options, options ? strlen(options) : 0, embedder, out, err);
}

static int query_says(const cg_search *search, const char *query, const char *part) {
  cg_bytes *bytes = NULL;
  CHECK(cg_search_query(search, query, strlen(query), 5, &bytes, NULL) == CG_STATUS_OK && bytes);
  return bytes_hold(bytes, part);
}

static void searching(void) {
  static const char note[] = "SUBJECTIVE: Knee pain on stairs.\n\nPLAN: Continue gait training.\n";
  cg_search *search = NULL, *again = NULL;
  cg_bytes *bytes = NULL;
  cg_error *err = NULL;
  CHECK(system("rm -rf /tmp/chartguard-c-search") == 0);
  CHECK(search_open("../x", NULL, NULL, &search, NULL) == CG_STATUS_CONFIG && !search);
  CHECK(search_open("", NULL, NULL, &search, NULL) == CG_STATUS_CONFIG && !search);
  CHECK(search_open("north", "{\"word\": 1}", NULL, &search, &err) == CG_STATUS_CONFIG && !search);
  CHECK(contains(cg_error_message(err), "`words`"));
  cg_error_free(err);
  CHECK(cg_search_open(NULL, 0, "north", 5, NULL, 0, NULL, &search, NULL) == CG_STATUS_ARGUMENT && !search);
  CHECK(search_open("north", "{\"keep_text\": true}", NULL, &search, NULL) == CG_STATUS_OK && search);
  CHECK(cg_search_add(search, "note 1", 6, note, sizeof note - 1, NULL) == CG_STATUS_OK);
  CHECK(cg_search_add(search, "note 1", 6, "Quackenbush", 11, &err) == CG_STATUS_INPUT);
  CHECK(!contains(cg_error_message(err), "note 1") && !contains(cg_error_message(err), "Quack"));
  cg_error_free(err);
  CHECK(cg_search_add(search, NULL, 0, "x", 1, NULL) == CG_STATUS_INPUT);
  CHECK(cg_search_add(search, "x", 1, "\xff", 1, NULL) == CG_STATUS_INPUT);
  CHECK(cg_search_replace(search, "note 2", 6, "Shoulder is stiff.", 18, NULL) == CG_STATUS_OK);
  CHECK(query_says(search, "training of gait", "\"text\":\"PLAN: Continue gait training.\""));
  CHECK(query_says(search, "training of gait", "\"section\":\"plan\"") && query_says(search, "stairs", "\"start\":0"));
  CHECK(query_says(search, "zebra", "[]") && query_says(search, "", "[]"));
  /* Nothing is on the disk before it is saved; another tenant sees nothing of it. */
  CHECK(search_open("north", NULL, NULL, &again, NULL) == CG_STATUS_OK && query_says(again, "gait", "[]"));
  cg_search_free(again);
  CHECK(cg_search_save(search, NULL) == CG_STATUS_OK);
  CHECK(search_open("north", NULL, NULL, &again, NULL) == CG_STATUS_OK && query_says(again, "gait", "note 1"));
  CHECK(cg_search_delete(again, "note 1", 6, NULL) == CG_STATUS_OK && query_says(again, "gait", "[]") && query_says(search, "gait", "note 1"));
  CHECK(cg_search_delete(again, "note 1", 6, &err) == CG_STATUS_INPUT && !contains(cg_error_message(err), "note 1"));
  cg_error_free(err);
  CHECK(cg_search_ids_json(again, &bytes, NULL) == CG_STATUS_OK && bytes_hold(bytes, "[\"note 2\"]"));
  cg_search_free(again);
  CHECK(search_open("south", NULL, NULL, &again, NULL) == CG_STATUS_OK && query_says(again, "gait", "[]"));
  cg_search_free(again);
  CHECK(search_open("north", "{\"words\": 40}", NULL, &again, NULL) == CG_STATUS_CONFIG && !again);

  cg_embedder *embedder = NULL;
  cg_model *model = tiny("tests/models/tiny-embedder");
  CHECK(cg_embedder_new(model, &embedder, NULL) == CG_STATUS_OK);
  cg_model_free(model);
  CHECK(search_open("north", NULL, embedder, &again, NULL) == CG_STATUS_MODEL && !again);
  CHECK(search_open("west", NULL, embedder, &again, NULL) == CG_STATUS_OK && again);
  CHECK(cg_search_add(again, "n", 1, note, sizeof note - 1, NULL) == CG_STATUS_OK);
  CHECK(query_says(again, "Knee pain", "\"vectors\":{\"rank\":") && query_says(search, "Knee pain", "\"vectors\":null"));
  CHECK(cg_search_save(again, NULL) == CG_STATUS_OK);
  cg_search_free(again);
  CHECK(search_open("west", NULL, NULL, &again, &err) == CG_STATUS_MODEL && !again && contains(cg_error_message(err), "tiny-embedder"));
  cg_error_free(err);
  cg_embedder_free(embedder);

  CHECK(cg_search_query(NULL, "x", 1, 1, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_search_query(search, NULL, 3, 1, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_search_query(search, "gait", 4, SIZE_MAX, &bytes, NULL) == CG_STATUS_OK && bytes_hold(bytes, "note 1"));
  CHECK(cg_search_query(search, "gait", 4, 0, &bytes, NULL) == CG_STATUS_OK && bytes_hold(bytes, "[]"));
  CHECK(cg_search_ids_json(NULL, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_search_save(NULL, NULL) == CG_STATUS_ARGUMENT && cg_search_delete(NULL, "x", 1, NULL) == CG_STATUS_ARGUMENT);
  cg_search_free(search);
  cg_search_free(NULL);
  /* A file that was changed. */
  CHECK(system("printf x >> /tmp/chartguard-c-search/tenant-north/index") == 0);
  CHECK(search_open("north", NULL, NULL, &again, NULL) == CG_STATUS_TAMPERED && !again);
  CHECK(system("rm -rf /tmp/chartguard-c-search") == 0);
}

/* The status of a registry as text, copied. */
static int status_says(const cg_registry *registry, const char *part) {
  cg_bytes *bytes = NULL;
  CHECK(cg_registry_status_json(registry, &bytes, NULL) == CG_STATUS_OK);
  cg_str json = {(const char *)cg_bytes_data(bytes), cg_bytes_len(bytes)};
  int says = contains(json, part);
  cg_bytes_free(bytes);
  return says;
}

static void *loads(void *registry) {
  for (int turn = 0; turn < 4; turn++) {
    cg_model *model = NULL;
    CHECK(cg_registry_get(registry, turn % 2 ? "tagger@1" : "tagger@2", 8, &model, NULL) == CG_STATUS_OK && model);
    cg_model_free(model);
  }
  return NULL;
}

static void registries(const char *directory) {
  static const char folder[] = "/tmp/chartguard-c-registry";
  CHECK(system("rm -rf /tmp/chartguard-c-registry && mkdir /tmp/chartguard-c-registry") == 0);
  cg_registry *registry = NULL;
  cg_model *model = NULL;
  cg_bytes *bytes = NULL;
  cg_error *err = NULL;
  size_t len = strlen(directory);
  CHECK(cg_registry_open("/no/such/registry", 17, NULL, 0, &registry, NULL) == CG_STATUS_CONFIG && !registry);
  static const char wrong[] = "{\"memroy\": 1}";
  CHECK(cg_registry_open(folder, sizeof folder - 1, wrong, sizeof wrong - 1, &registry, &err) == CG_STATUS_CONFIG && !registry);
  CHECK(contains(cg_error_message(err), "`memory`"));
  cg_error_free(err);
  static const char options[] = "{\"memory\": 1000000000, \"wait_seconds\": 0.5}";
  CHECK(cg_registry_open(folder, sizeof folder - 1, options, sizeof options - 1, &registry, NULL) == CG_STATUS_OK && registry);
  CHECK(cg_registry_add(registry, "tagger", 6, "1", 1, directory, len, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_get(registry, "tagger", 6, &model, &err) == CG_STATUS_CONFIG && !model);
  CHECK(contains(cg_error_message(err), "no version of `tagger` is active"));
  cg_error_free(err);
  CHECK(cg_registry_activate(registry, "tagger", 6, "1", 1, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_rollback(registry, "tagger", 6, NULL) == CG_STATUS_CONFIG);
  CHECK(cg_registry_add(registry, "tagger", 6, "1", 1, directory, len, NULL) == CG_STATUS_CONFIG);
  CHECK(cg_registry_add(registry, "../out", 6, "1", 1, directory, len, NULL) == CG_STATUS_CONFIG);
  CHECK(cg_registry_add(registry, "tagger", 6, "2", 1, directory, len, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_activate(registry, "tagger", 6, "2", 1, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_rollback(registry, "tagger", 6, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_remove(registry, "tagger", 6, "1", 1, NULL) == CG_STATUS_CONFIG);
  CHECK(cg_registry_add(registry, "tagger", 6, "3", 1, directory, len, NULL) == CG_STATUS_OK);
  CHECK(cg_registry_remove(registry, "tagger", 6, "3", 1, NULL) == CG_STATUS_OK);
  CHECK(!status_says(registry, "\"version\":\"3\"") && status_says(registry, "\"used\":0"));
  /* A model outlives the registry, and a scrubber the model. */
  CHECK(cg_registry_get(registry, "tagger", 6, &model, NULL) == CG_STATUS_OK && model);
  cg_scrubber *scr = NULL;
  CHECK(cg_scrubber_new_with_model(NULL, 0, model, &scr, NULL) == CG_STATUS_OK);
  cg_model_free(model);
  cg_scrubbed *out = NULL;
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  CHECK(status_says(registry, "\"in_use\":true") && status_says(registry, "\"calls\":1,\"mean_ms\":"));
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, loads, registry) == 0);
  for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
  cg_registry_free(registry);
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  cg_scrubber_free(scr);
  CHECK(cg_registry_open(folder, sizeof folder - 1, NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_registry_add(NULL, "a", 1, "1", 1, directory, len, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_registry_activate(NULL, "a", 1, "1", 1, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_registry_rollback(NULL, "a", 1, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_registry_remove(NULL, "a", 1, "1", 1, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_registry_get(NULL, "a", 1, &model, NULL) == CG_STATUS_ARGUMENT && !model);
  CHECK(cg_registry_status_json(NULL, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  cg_registry_free(NULL);
}

static void restoring(void) {
  cg_error *err = NULL;
  cg_scrubbed *out = NULL;
  cg_restored *back = NULL;
  cg_scrubber *scr = scrubber("{\"model\": \"none\", \"key\": \"" KEY "\", \"seed\": 7, \"policy\": {\"categories\": "
                              "{\"ssn\": {\"operator\": \"fpe\"}, \"name\": {\"operator\": \"encrypt\"}}}}");
  const char note[] = "Patient: Rosalind Achterberg, SSN 219-09-9999";
  const char context[] = "{\"patient_id\": \"4471203\"}";
  CHECK(cg_scrubber_scrub_with(scr, note, sizeof note - 1, context, sizeof context - 1, &out, &err) == CG_STATUS_OK);
  cg_str text = cg_scrubbed_text(out);
  CHECK(!contains(text, "Achterberg") && !contains(text, "219-09-9999"));
  CHECK(cg_restore(text.ptr, text.len, KEY, 64, &back, &err) == CG_STATUS_OK);
  CHECK(cg_restored_text(back).len == sizeof note - 1 && contains(cg_restored_text(back), note));
  cg_restored_free(back);
  CHECK(cg_restore(text.ptr, text.len, OTHER, 64, &back, &err) == CG_STATUS_KEY && !back && err);
  cg_error_free(err);
  CHECK(cg_restore(text.ptr, text.len - 1, KEY, 64, &back, &err) == CG_STATUS_TAMPERED && !back && err);
  cg_error_free(err);
  cg_scrubbed_free(out);
  CHECK(cg_scrubber_scrub_with(scr, note, sizeof note - 1, "{\"patient\": 1}", 14, &out, &err) == CG_STATUS_CONFIG && !out);
  cg_error_free(err);
  CHECK(cg_scrubber_scrub_with(scr, note, sizeof note - 1, NULL, 0, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  cg_scrubber_free(scr);
  CHECK(cg_scrubber_new("{\"key\": \"hunter2\"}", 18, &scr, &err) == CG_STATUS_KEY && !contains(cg_error_message(err), "hunter2"));
  cg_error_free(err);
  CHECK(cg_restore(NULL, 0, NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(!cg_restored_text(NULL).ptr);
  cg_restored_free(NULL);
}

static void null_everywhere(void) {
  cg_error *err = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_scorer *scorer = NULL;
  cg_report *report = NULL;
  double score;
  cg_finding finding = {.size = sizeof finding};
  CHECK(cg_scrubber_new(NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_scrubber_new(NULL, 0, NULL, &err) == CG_STATUS_ARGUMENT && err);
  cg_error_free(err);
  CHECK(cg_scrubber_scrub(NULL, "x", 1, &scrubbed, NULL) == CG_STATUS_ARGUMENT && !scrubbed);
  CHECK(cg_scrubber_scrub(NULL, NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_rubric_builtin(NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_rubric_builtin(NULL, 3, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_rubric_from_yaml(NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_scorer_new(NULL, &scorer, NULL) == CG_STATUS_ARGUMENT && !scorer);
  CHECK(cg_scorer_new(NULL, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_scorer_score(NULL, NULL, 0, NULL, 0, &report, NULL) == CG_STATUS_ARGUMENT && !report);
  CHECK(cg_model_load(NULL, 0, NULL, NULL) == CG_STATUS_ARGUMENT);
  CHECK(!cg_scrubbed_text(NULL).ptr && cg_scrubbed_text(NULL).len == 0);
  CHECK(!cg_scrubbed_findings_json(NULL).ptr);
  CHECK(cg_scrubbed_finding_count(NULL) == 0);
  CHECK(cg_scrubbed_finding_at(NULL, 0, &finding) == CG_STATUS_ARGUMENT);
  CHECK(!cg_report_json(NULL).ptr);
  CHECK(cg_report_score(NULL, &score) == CG_STATUS_ARGUMENT);
  CHECK(cg_error_status(NULL) == CG_STATUS_ARGUMENT && !cg_error_message(NULL).ptr && cg_error_byte(NULL) == SIZE_MAX);
  cg_scrubber_free(NULL);
  cg_scrubbed_free(NULL);
  cg_rubric_free(NULL);
  cg_scorer_free(NULL);
  cg_report_free(NULL);
  cg_model_free(NULL);
  cg_error_free(NULL);
}

static void *scrub_often(void *shared) {
  for (int i = 0; i < 5; i++) {
    cg_scrubbed *out = NULL;
    if (cg_scrubber_scrub(shared, NOTE, sizeof NOTE - 1, &out, NULL) != CG_STATUS_OK) return "failed";
    int right = contains(cg_scrubbed_text(out), "[SSN]") && !contains(cg_scrubbed_text(out), "219-09-9999");
    cg_scrubbed_free(out);
    if (!right) return "wrong";
  }
  return NULL;
}

static void threads(void) {
  cg_scrubber *shared = scrubber("{\"model\": \"none\"}");
  pthread_t running[8];
  for (size_t i = 0; i < 8; i++) CHECK(pthread_create(&running[i], NULL, scrub_often, shared) == 0);
  for (size_t i = 0; i < 8; i++) {
    void *fault = NULL;
    CHECK(pthread_join(running[i], &fault) == 0 && !fault);
  }
  cg_scrubber_free(shared);
}

/* A message of each format comes back from itself and the key, under a policy whose operators all have a way back. */
static void messages_without_a_vault(const char *key, size_t key_len) {
  static const char *const messages[] = {
      "MSH|^~\\&|A||||20240314||ADT^A01|7|P|2.5\rPID|1||4471203||OSEI^KWAME||19610314|F\rZPI|x\r",
      "{\"resourceType\":\"Patient\",\"id\":\"p-1\",\"name\":[{\"family\":\"Osei\"}],\"shoeSize\":7.50}",
      "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole><patient><name><given>Kwame</given>"
      "<family>Osei</family></name></patient></patientRole></recordTarget></ClinicalDocument>\n",
      "{\\rtf1 Seen by Dr. O{\\b sei}, MRN 4471203.\\par}",
      "<html><body><p>Seen by Dr. Osei, MRN <b>4471203</b>.</p></body></html>",
      "Seen by Dr. Osei, MRN 4471203.",
  };
  static const char *const categories[] = {"name",    "date",    "age",     "location", "organization", "phone",     "fax",
                                           "email",   "ssn",     "mrn",     "health_plan", "account",   "license",   "vehicle",
                                           "device",  "url",     "ip",      "biometric", "other_id",    "profession"};
  char config[2048];
  size_t used = (size_t)snprintf(config, sizeof config, "{\"model\": \"none\", \"key\": \"%.*s\", \"policy\": {\"categories\": {",
                                 (int)key_len, key);
  for (size_t i = 0; i < sizeof categories / sizeof *categories; i++) {
    used += (size_t)snprintf(config + used, sizeof config - used, "%s\"%s\": {\"operator\": \"encrypt\"}", i ? ", " : "",
                             categories[i]);
  }
  used += (size_t)snprintf(config + used, sizeof config - used, "}}}");
  cg_error *error = NULL;
  cg_scrubber *scrubber = NULL;
  CHECK(used < sizeof config && cg_scrubber_new(config, used, &scrubber, &error) == CG_STATUS_OK);
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
    size_t len = strlen(messages[i]);
    cg_message *out = NULL;
    cg_bytes *back = NULL;
    CHECK(cg_scrubber_scrub_message(scrubber, messages[i], len, "auto", NULL, 0, &out, &error) == CG_STATUS_OK);
    cg_str scrubbed = cg_message_bytes(out);
    CHECK(!contains(scrubbed, "4471203") && !contains(scrubbed, "Osei") && !contains(scrubbed, "OSEI"));
    CHECK(cg_restore_message(scrubbed.ptr, scrubbed.len, key, key_len, &back, &error) == CG_STATUS_OK);
    CHECK(cg_bytes_len(back) == len && memcmp(cg_bytes_data(back), messages[i], len) == 0);
    cg_bytes_free(back);
    back = NULL;
    CHECK(cg_restore_message(scrubbed.ptr, scrubbed.len - 1, key, key_len, &back, &error) == CG_STATUS_TAMPERED && !back);
    cg_error_free(error);
    error = NULL;
    cg_message_free(out);
  }
  cg_scrubber_free(scrubber);
}

/* Messages of every kind go through one function; mistakes are a status. */
static void message_vault_and_scores(const cg_scrubber *scrubber) {
  static const char rtf[] = "{\\rtf1 PT treatment note. Gait training 15 min, exercise 23 min with Dr. Osei, "
                            "MRN 4471203.\\par Total treatment time: 38 minutes.}";
  static const char key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  cg_error *error = NULL;
  cg_vault *vault = NULL;
  cg_message *out = NULL;
  cg_bytes *back = NULL;
  CHECK(cg_vault_from_bytes(NULL, 0, key, sizeof key - 1, &vault, &error) == CG_STATUS_OK);
  CHECK(cg_scrubber_scrub_message_into(scrubber, rtf, sizeof rtf - 1, "rtf", NULL, 0, vault, &out, &error) == CG_STATUS_OK);
  cg_str scrubbed = cg_message_bytes(out);
  CHECK(scrubbed.len > 0 && !contains(scrubbed, "4471203"));
  CHECK(cg_vault_restore_message(vault, scrubbed.ptr, scrubbed.len, NULL, 0, &back, &error) == CG_STATUS_OK);
  CHECK(cg_bytes_len(back) == sizeof rtf - 1 && memcmp(cg_bytes_data(back), rtf, sizeof rtf - 1) == 0);
  cg_bytes_free(back);
  back = NULL;
  CHECK(cg_vault_restore_message(vault, scrubbed.ptr, scrubbed.len - 1, NULL, 0, &back, &error) == CG_STATUS_TAMPERED && !back);
  cg_error_free(error);
  error = NULL;
  CHECK(cg_vault_restore_message(NULL, rtf, 1, NULL, 0, &back, NULL) == CG_STATUS_ARGUMENT && !back);
  messages_without_a_vault(key, sizeof key - 1);
  cg_message_free(out);
  out = NULL;
  CHECK(cg_scrubber_scrub_message_into(scrubber, rtf, 1, NULL, NULL, 0, NULL, &out, NULL) == CG_STATUS_ARGUMENT && !out);
  cg_vault_free(vault);

  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_report *report = NULL;
  CHECK(cg_rubric_builtin("medicare-outpatient-therapy", 27, &rubric, &error) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &scorer, &error) == CG_STATUS_OK);
  cg_rubric_free(rubric);
  CHECK(cg_scorer_score_message(scorer, rtf, sizeof rtf - 1, NULL, NULL, 0, &report, &error) == CG_STATUS_OK);
  CHECK(contains(cg_report_json(report), "\"path\":\"rtf\"") && contains(cg_report_json(report), "tx.total-minutes"));
  double score = -1;
  CHECK(cg_report_score(report, &score) == CG_STATUS_OK && score >= 0 && score <= 1);
  cg_report_free(report);
  report = NULL;
  CHECK(cg_scorer_score_message(NULL, rtf, 1, NULL, NULL, 0, &report, NULL) == CG_STATUS_ARGUMENT && !report);
  cg_scorer_free(scorer);
}

/* Pushes `text` in pieces of `step` bytes; what left is in `out`. */
static size_t streamed(const cg_scrubber *scrubber, const char *text, size_t len, size_t step, char *out) {
  cg_stream *stream = NULL;
  cg_scrubbed *part = NULL;
  size_t left = 0;
  CHECK(cg_stream_new(scrubber, NULL, 0, 256, &stream, NULL) == CG_STATUS_OK);
  for (size_t at = 0; at <= len; at += step) {
    if (at + step <= len)
      CHECK(cg_stream_push(stream, text + at, step, &part, NULL) == CG_STATUS_OK);
    else
      CHECK(cg_stream_push(stream, text + at, len - at, &part, NULL) == CG_STATUS_OK);
    cg_str piece = cg_scrubbed_text(part);
    for (size_t index = 0; index < cg_scrubbed_finding_count(part); index++) {
      cg_finding finding = {.size = sizeof finding};
      CHECK(cg_scrubbed_finding_at(part, index, &finding) == CG_STATUS_OK);
      CHECK(finding.end <= len && finding.end_code_point <= finding.end && finding.output_start >= left);
      /* Every name of the text has an accent before it in its line. */
      CHECK(finding.end_code_point < finding.end);
    }
    memcpy(out + left, piece.ptr, piece.len);
    left += piece.len;
    cg_scrubbed_free(part);
  }
  CHECK(cg_stream_finish(stream, &part, NULL) == CG_STATUS_OK);
  cg_str piece = cg_scrubbed_text(part);
  memcpy(out + left, piece.ptr, piece.len);
  left += piece.len;
  cg_scrubbed_free(part);
  cg_stream_free(stream);
  return left;
}

static void streams(const cg_scrubber *scrubber) {
  static const char turn[] = "\xc3\xa9 Seen by Dr. Achterberg, it is better.\n";
  static char text[60 * sizeof turn], once[sizeof text], pieces[sizeof text];
  size_t len = 0;
  for (int count = 0; count < 60; count++, len += sizeof turn - 1) memcpy(text + len, turn, sizeof turn - 1);
  size_t left = streamed(scrubber, text, len, len, once);
  CHECK(contains((cg_str){once, left}, "Dr. [NAME], it") && !contains((cg_str){once, left}, "Achterberg"));
  for (size_t step = 1; step < 40; step += 6)
    CHECK(streamed(scrubber, text, len, step, pieces) == left && memcmp(once, pieces, left) == 0);

  cg_stream *stream = NULL;
  cg_scrubbed *part = NULL;
  cg_error *error = NULL;
  CHECK(cg_stream_new(NULL, NULL, 0, 0, &stream, NULL) == CG_STATUS_ARGUMENT && !stream);
  CHECK(cg_stream_new(scrubber, NULL, 0, 5, &stream, NULL) == CG_STATUS_CONFIG && !stream);
  CHECK(cg_stream_push(NULL, turn, 1, &part, NULL) == CG_STATUS_ARGUMENT && !part);
  CHECK(cg_stream_new(scrubber, NULL, 0, 0, &stream, NULL) == CG_STATUS_OK);
  CHECK(cg_stream_push(stream, "\xff", 1, &part, &error) == CG_STATUS_INPUT && !part && cg_error_byte(error) == 0);
  cg_error_free(error);
  CHECK(cg_stream_push(stream, "a", 1, &part, NULL) == CG_STATUS_INPUT && !part);
  CHECK(cg_stream_finish(stream, &part, NULL) == CG_STATUS_INPUT && !part);
  cg_stream_free(stream);
}

static void messages(const cg_scrubber *scrubber) {
  static const char hl7[] =
      "MSH|^~\\&|LAB|||||20240314||ORU^R01|7|P|2.5\rPID|1||4471203||ACHTERBERG^ROSALIND\rNTE|1||Rosalind called\r";
  cg_message *out = NULL;
  cg_error *error = NULL;
  CHECK(cg_scrubber_scrub_message(scrubber, hl7, sizeof hl7 - 1, NULL, NULL, 0, &out, &error) == CG_STATUS_OK);
  cg_str bytes = cg_message_bytes(out);
  CHECK(bytes.len > 0 && memchr(bytes.ptr, 'Z', bytes.len) == NULL);
  CHECK(cg_message_format(out).len == 3 && memcmp(cg_message_format(out).ptr, "hl7", 3) == 0);
  CHECK(cg_message_findings_json(out).len > 2);
  cg_message_free(out);
  CHECK(cg_scrubber_scrub_message(scrubber, hl7, sizeof hl7 - 1, "hl8", NULL, 0, &out, &error) == CG_STATUS_CONFIG);
  CHECK(out == NULL);
  cg_error_free(error);
  CHECK(cg_scrubber_scrub_message(scrubber, "MSH", 3, "hl7", NULL, 0, &out, &error) == CG_STATUS_INPUT);
  cg_error_free(error);
  CHECK(cg_scrubber_scrub_message(NULL, hl7, 3, NULL, NULL, 0, &out, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_scrubber_scrub_message(scrubber, NULL, 3, NULL, NULL, 0, &out, NULL) == CG_STATUS_ARGUMENT);
  message_vault_and_scores(scrubber);
  CHECK(cg_message_bytes(NULL).ptr == NULL && cg_message_format(NULL).ptr == NULL && cg_message_findings_json(NULL).ptr == NULL);
  cg_message_free(NULL);
}

static void patient_and_audit(void) {
  static const char patient[] = "{\"names\": [\"Rosalind Achterberg\"], \"mrns\": [\"00482910\"]}";
  static const char note[] = "achterburg, roz, chart 48-2910";
  static const char now[] = "2024-03-14T09:26:53Z";
  static const char rules[] =
      "{\"roles\": {\"officer\": [\"restore\"]}, \"grants\": [{\"actor\": \"u-17\", \"role\": \"officer\", "
      "\"by\": \"u-1\", \"at\": \"2024-01-08T09:00:00Z\"}]}";
  static const char path[] = "/tmp/chartguard-api-test.jsonl";
  remove(path);
  cg_scrubber *shared = scrubber("{\"model\": \"none\"}");
  cg_scrubbed *out = NULL;
  cg_error *error = NULL;
  CHECK(cg_scrubber_scrub_for(shared, note, sizeof note - 1, patient, sizeof patient - 1, &out, NULL) == CG_STATUS_OK);
  CHECK(contains(cg_scrubbed_text(out), "[NAME], chart [MRN]"));
  cg_scrubbed_free(out);
  messages(shared);
  streams(shared);
  CHECK(cg_scrubber_scrub_for(shared, note, sizeof note - 1, "{\"nmes\": []}", 12, &out, &error) == CG_STATUS_CONFIG);
  CHECK(!out && contains(cg_error_message(error), "names"));
  cg_error_free(error);

  cg_audit *audit = NULL;
  CHECK(cg_audit_open(path, sizeof path - 1, (const uint8_t *)"short", 5, &audit, NULL) == CG_STATUS_CONFIG);
  CHECK(cg_audit_open(path, sizeof path - 1, NULL, 0, &audit, NULL) == CG_STATUS_OK);
  CHECK(cg_scrubber_scrub_audited(shared, note, sizeof note - 1, patient, sizeof patient - 1, audit, now, sizeof now - 1,
                                  "u-17", 4, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  CHECK(cg_scrubber_scrub_audited(shared, note, sizeof note - 1, NULL, 0, audit, "today", 5, NULL, 0, &out, NULL) ==
        CG_STATUS_CONFIG);
  CHECK(!out);
  cg_access *access = NULL;
  CHECK(cg_access_from_yaml(rules, sizeof rules - 1, &access, NULL) == CG_STATUS_OK);
  CHECK(cg_access_require(access, "u-17", 4, "restore", 7, now, sizeof now - 1, audit, NULL) == CG_STATUS_OK);
  CHECK(cg_access_require(access, "u-23", 4, "restore", 7, now, sizeof now - 1, audit, &error) == CG_STATUS_ACCESS);
  CHECK(contains(cg_error_message(error), "restore"));
  cg_error_free(error);
  cg_access_free(access);
  cg_access_free(NULL);
  cg_audit_free(audit);
  cg_audit_free(NULL);
  cg_scrubber_free(shared);

  /* Two records: what was scrubbed, and what was refused. */
  FILE *log = fopen(path, "r");
  CHECK(log != NULL);
  int lines = 0;
  for (int c; log && (c = fgetc(log)) != EOF;) lines += c == '\n';
  if (log) fclose(log);
  CHECK(lines == 2);
  remove(path);
}

static void vaults(void) {
  static const char key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  static const char other[] = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  static const char note[] = "SSN 219-09-9999\0, seen 03/14/2024";
  static const char context[] = "{\"document_id\": \"1\"}";
  static const char path[] = "/tmp/chartguard-api-test.vault", log[] = "/tmp/chartguard-api-test-vault.jsonl";
  static const char now[] = "2024-03-14T09:26:53Z";
  size_t len = sizeof note - 1;
  remove(path);
  remove(log);
  cg_scrubber *shared = scrubber("{\"model\": \"none\"}");
  cg_vault *vault = NULL, *copy = NULL;
  cg_scrubbed *out = NULL;
  cg_restored *back = NULL;
  cg_bytes *bytes = NULL;
  cg_audit *audit = NULL;
  cg_error *error = NULL;
  CHECK(cg_vault_read(path, sizeof path - 1, key, sizeof key - 1, &vault, NULL) == CG_STATUS_IO && !vault);
  CHECK(cg_vault_open(path, sizeof path - 1, "short", 5, &vault, NULL) == CG_STATUS_KEY && !vault);
  CHECK(cg_vault_open(path, sizeof path - 1, key, sizeof key - 1, &vault, NULL) == CG_STATUS_OK);
  CHECK(cg_vault_open(path, sizeof path - 1, key, sizeof key - 1, &copy, NULL) == CG_STATUS_CONFIG && !copy);
  CHECK(cg_audit_open(log, sizeof log - 1, NULL, 0, &audit, NULL) == CG_STATUS_OK);
  CHECK(cg_scrubber_scrub_into(shared, note, len, context, sizeof context - 1, vault, audit, "today", 5, NULL, 0, &out, NULL) ==
        CG_STATUS_CONFIG);
  CHECK(cg_scrubber_scrub_into(shared, note, len, context, sizeof context - 1, vault, audit, now, sizeof now - 1, "u-17", 4, &out,
                               NULL) == CG_STATUS_OK);
  cg_str text = cg_scrubbed_text(out);
  CHECK(contains(text, "SSN [SSN]"));
  CHECK(cg_vault_restore(vault, text.ptr, text.len, "1", 1, &back, NULL) == CG_STATUS_OK);
  cg_str again = cg_restored_text(back);
  CHECK(again.len == len && memcmp(again.ptr, note, len) == 0);
  cg_restored_free(back);
  CHECK(cg_vault_restore(vault, text.ptr, text.len, "2", 1, &back, &error) == CG_STATUS_TAMPERED && !back);
  CHECK(contains(cg_error_message(error), "another document"));
  cg_error_free(error);
  CHECK(cg_vault_restore(vault, text.ptr, text.len - 1, "1", 1, &back, NULL) == CG_STATUS_TAMPERED && !back);
  CHECK(cg_vault_records_json(vault, &bytes, NULL) == CG_STATUS_OK);
  cg_str json = {(const char *)cg_bytes_data(bytes), cg_bytes_len(bytes)};
  CHECK(contains(json, "\"pieces\":2") && !contains(json, "219-09"));
  cg_bytes_free(bytes);
  CHECK(cg_vault_to_bytes(vault, &bytes, NULL) == CG_STATUS_OK);
  CHECK(cg_vault_from_bytes(cg_bytes_data(bytes), cg_bytes_len(bytes), other, sizeof other - 1, &copy, NULL) == CG_STATUS_KEY);
  CHECK(cg_vault_from_bytes(cg_bytes_data(bytes), cg_bytes_len(bytes), key, sizeof key - 1, &copy, NULL) == CG_STATUS_OK);
  cg_vault_free(vault);
  CHECK(cg_vault_restore(copy, text.ptr, text.len, NULL, 0, &back, NULL) == CG_STATUS_OK);
  cg_restored_free(back);
  cg_scrubbed_free(out);
  cg_vault_free(copy);
  cg_vault_free(NULL);
  cg_bytes_free(bytes);
  cg_bytes_free(NULL);
  CHECK(!cg_bytes_data(NULL) && cg_bytes_len(NULL) == 0);
  CHECK(cg_vault_from_bytes(NULL, 3, key, sizeof key - 1, &copy, NULL) == CG_STATUS_ARGUMENT);
  CHECK(cg_vault_restore(NULL, "x", 1, NULL, 0, &back, NULL) == CG_STATUS_ARGUMENT && !back);
  CHECK(cg_vault_to_bytes(NULL, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_vault_records_json(NULL, &bytes, NULL) == CG_STATUS_ARGUMENT && !bytes);
  CHECK(cg_scrubber_scrub_into(shared, note, len, NULL, 0, NULL, NULL, NULL, 0, NULL, 0, &out, NULL) == CG_STATUS_ARGUMENT);
  cg_audit_free(audit);
  cg_scrubber_free(shared);
  remove(path);
  remove(log);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s MODEL_DIRECTORY\n", argv[0]);
    return 2;
  }
  versions();
  schemas();
  null_everywhere();
  texts();
  scrubbing();
  configuration();
  locations();
  limits();
  restoring();
  scoring();
  models(argv[1]);
  registries(argv[1]);
  uses_of_models();
  searching();
  threads();
  patient_and_audit();
  vaults();
  printf("C api: %d checks passed\n", checks);
  return 0;
}
