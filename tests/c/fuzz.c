/* Random calls in random order with texts that are near to good ones: fuzz SECONDS SEED
 *
 * Every call either succeeds with a result or fails without one, and what a note must not keep is not in the output. A sanitizer sees the rest. The
 * seed gives the same calls again; it is printed with what is not so. */
#include <chartguard.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned long long state, seed, calls, done;

/* splitmix64. */
static uint64_t next(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static size_t below(size_t limit) { return limit ? (size_t)(next() % limit) : 0; }

static void holds(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "fuzz: seed %llu, call %llu: not so: %s\n", seed, calls, what);
  exit(1);
}

/* Texts to start from: notes, messages, configurations. */
static const char *const SEEDS[] = {
    "Pt seen by Dr. Adeyemi on 03/14/2024.\nSSN: 219-09-9999\nTotal treatment time: 45 min.\n",
    "MSH|^~\\&|LAB|||||20240314||ORU^R01|7|P|2.5\rPID|1||4471203||ACHTERBERG^ROSALIND\rOBX|1|TX|1^N^LN||Rosalind called\r",
    "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Achterberg\"}],\"birthDate\":\"1941-03-14\"}",
    "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>Note</title><component><text>Rosalind called</text></component></ClinicalDocument>",
    "{\\rtf1\\ansi {\\b Rosalind} called 03/14/2024\\par}",
    "<html><body><p>Rosalind called 555-0142</p></body></html>",
    "{\"model\": \"none\", \"policy\": \"limited-data-set\", \"categories\": {\"ssn\": {\"operator\": \"remove\"}}}",
    "{\"model\": \"none\", \"seed\": 7, \"policy\": {\"extends\": \"safe-harbor\", \"deny\": [{\"text\": \"Lakeview\", \"category\": \"location\"}]}}",
    "{\"patient_id\": \"1\", \"document_id\": \"2\", \"date\": \"2024-03-14\", \"patient\": {\"names\": [\"Rosalind Quackenbush\"]}}",
    "{\"names\": [\"Rosalind Quackenbush\"], \"mrns\": [\"00482910\"], \"birth_date\": \"1941-03-14\"}",
    "{\"doc_type\": \"treatment_note\", \"discipline\": \"pt\"}",
    "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, message: m, "
    "requires: {judge: {question: q}}}]}",
    "[{\"text\": \"PT treatment note\", \"date\": \"2024-03-14\"}]",
    "{\"97110\": 33, \"97140\": 7}",
    "{\"roles\": {\"officer\": [\"restore\"]}, \"grants\": [{\"actor\": \"u-17\", \"role\": \"officer\", \"by\": \"u-1\", \"at\": \"2024-01-08T09:00:00Z\"}]}",
    "2024-03-14T09:26:53Z",
    "medicare-outpatient-therapy",
    "restore",
    "u-17",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
};
enum { NOTES = 6, SEED_COUNT = sizeof SEEDS / sizeof *SEEDS };

/* A text in memory of its own size, so that a sanitizer sees a byte read past its end. */
struct text {
  char *ptr;
  size_t len;
};

static struct text copy(const char *bytes, size_t len) {
  struct text out = {malloc(len ? len : 1), len};
  if (!out.ptr) abort();
  memcpy(out.ptr, bytes, len);
  return out;
}

/* The seed of that number, mostly as it is, else with a few bytes changed, cut or doubled. */
static struct text some(size_t which) {
  /* What stands in a configuration may stand in an error, what stands in a note may not: they keep apart. */
  if (below(12) == 0) which = which < NOTES ? below(NOTES) : NOTES + below(SEED_COUNT - NOTES);
  struct text out = copy(SEEDS[which], strlen(SEEDS[which]));
  if (below(3)) return out;
  for (size_t times = 1 + below(4); times; times--) {
    size_t at = below(out.len);
    switch (below(4)) {
      case 0:
        if (out.len) out.ptr[at] = (char)next();
        break;
      case 1: {
        struct text cut = copy(out.ptr, at);
        free(out.ptr);
        out = cut;
        break;
      }
      case 2:
        if (out.len) out.ptr[at] ^= (char)(1 << below(8));
        break;
      default: {
        struct text twice = {malloc(out.len + (out.len - at) + 1), out.len + (out.len - at)};
        if (!twice.ptr) abort();
        memcpy(twice.ptr, out.ptr, out.len);
        memcpy(twice.ptr + out.len, out.ptr + at, out.len - at);
        free(out.ptr);
        out = twice;
      }
    }
  }
  return out;
}

static struct text maybe(size_t which) { return below(3) ? (struct text){NULL, 0} : some(which); }

/* After each call: an error exactly where there is no result, and never one that repeats a note. */
static void ended(cg_status status, const void *out, cg_error *err) {
  calls++;
  holds(status != CG_STATUS_PANIC && status != CG_STATUS_INTERNAL, "no defect");
  holds((status == CG_STATUS_OK) == (out != NULL), "a result exactly on success");
  holds((status == CG_STATUS_OK) == (err == NULL), "an error exactly on failure");
  if (status == CG_STATUS_OK) done++;
  if (err) {
    cg_str message = cg_error_message(err);
    holds(message.len > 0 && cg_error_status(err) == status, "the error says what it is");
    for (size_t i = 0; i + 10 <= message.len; i++) holds(memcmp(message.ptr + i, "Achterberg", 10) != 0, "no note in an error");
    cg_error_free(err);
  }
}

static int32_t judge(void *context, const char *question, size_t question_len, const char *text, size_t text_len, double *confidence) {
  (void)context, (void)question;
  *confidence = text_len > question_len ? 2.5 : -1;
  return text_len && text[0] == 'P' ? 7 : (int32_t)(text_len % 3) - 1;
}

static int32_t keep(void *context, const char *record, size_t record_len) {
  (void)context, (void)record;
  return record_len % 5 == 0;
}

/* Reads all of what came out. */
static void read_scrubbed(const cg_scrubbed *out) {
  cg_str text = cg_scrubbed_text(out);
  size_t count = cg_scrubbed_finding_count(out);
  for (size_t i = 0; i <= count; i++) {
    cg_finding finding = {.size = sizeof finding};
    cg_status status = cg_scrubbed_finding_at(out, i, &finding);
    holds((status == CG_STATUS_OK) == (i < count), "a finding at each index and no further");
    if (i < count) holds(finding.start <= finding.end && finding.output_start <= finding.output_end && finding.output_end <= text.len, "spans within");
  }
  holds(cg_scrubbed_findings_json(out).len >= 2 && cg_scrubbed_explained_json(out).len >= 2, "JSON");
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s SECONDS SEED\n", argv[0]);
    return 2;
  }
  seed = strtoull(argv[2], NULL, 10);
  state = seed;
  time_t end = time(NULL) + strtol(argv[1], NULL, 10);
  cg_scrubber *scrubber = NULL;
  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_analyzer *analyzer = NULL;
  cg_vault *vault = NULL;
  cg_audit *audit = NULL;
  cg_access *access = NULL;
  holds(cg_vault_from_bytes(NULL, 0, SEEDS[19], 64, &vault, NULL) == CG_STATUS_OK, "a vault");
  holds(cg_audit_handed(keep, NULL, NULL, 0, NULL, 0, &audit, NULL) == CG_STATUS_OK, "a log");

  while (time(NULL) < end) {
    struct text note = some(below(NOTES)), context = maybe(8), now = some(15), actor = maybe(18), options = maybe(10);
    cg_error *err = NULL;
    cg_status status;
    /* A handle may be NULL, which is an error and no more. */
    switch (below(18)) {
      case 0: {
        struct text config = some(6 + below(2));
        cg_scrubber *out = NULL;
        status = cg_scrubber_new(config.ptr, config.len, &out, &err);
        ended(status, out, err);
        if (out) {
          cg_scrubber_free(scrubber);
          scrubber = out;
        }
        free(config.ptr);
        break;
      }
      case 1: {
        struct text yaml = some(11);
        cg_rubric *out = NULL;
        status = cg_rubric_from_yaml(yaml.ptr, yaml.len, &out, &err);
        ended(status, out, err);
        if (out) {
          cg_rubric_free(rubric);
          rubric = out;
        }
        free(yaml.ptr);
        break;
      }
      case 2: {
        cg_scorer *out = NULL;
        status = below(2) ? cg_scorer_new(rubric, &out, &err) : cg_scorer_new_with_judge(rubric, judge, NULL, &out, &err);
        ended(status, out, err);
        if (out) {
          cg_scorer_free(scorer);
          scorer = out;
        }
        break;
      }
      case 3: {
        cg_analyzer *out = NULL;
        status = cg_analyzer_new(scrubber, scorer, &out, &err);
        ended(status, out, err);
        if (out) {
          cg_analyzer_free(analyzer);
          analyzer = out;
        }
        break;
      }
      case 4: {
        struct text yaml = some(14);
        cg_access *out = NULL;
        status = cg_access_from_yaml(yaml.ptr, yaml.len, &out, &err);
        ended(status, out, err);
        if (out) {
          cg_access_free(access);
          access = out;
        }
        free(yaml.ptr);
        break;
      }
      case 5: {
        struct text permission = some(17);
        status = cg_access_require(access, actor.ptr, actor.len, permission.ptr, permission.len, now.ptr, now.len, below(2) ? audit : NULL, &err);
        ended(status, status == CG_STATUS_OK ? &status : NULL, err);
        free(permission.ptr);
        break;
      }
      case 6:
      case 7:
      case 8: {
        cg_scrubbed *out = NULL;
        switch (below(4)) {
          case 0: status = cg_scrubber_scrub(scrubber, note.ptr, note.len, &out, &err); break;
          case 1: status = cg_scrubber_scrub_with(scrubber, note.ptr, note.len, context.ptr, context.len, &out, &err); break;
          case 2: {
            struct text patient = maybe(9);
            status = cg_scrubber_scrub_for(scrubber, note.ptr, note.len, patient.ptr, patient.len, &out, &err);
            free(patient.ptr);
            break;
          }
          default: {
            struct text patient = maybe(9);
            status = cg_scrubber_scrub_audited(scrubber, note.ptr, note.len, patient.ptr, patient.len, audit, now.ptr, now.len, actor.ptr, actor.len,
                                               &out, &err);
            free(patient.ptr);
          }
        }
        /* What a document still says of a known patient is an error on purpose. */
        if (status == CG_STATUS_INTERNAL && !out) {
          cg_error_free(err);
          break;
        }
        ended(status, out, err);
        if (out) read_scrubbed(out);
        cg_scrubbed_free(out);
        break;
      }
      case 9: {
        cg_scrubbed *out = NULL;
        status = cg_scrubber_scrub_into(scrubber, note.ptr, note.len, context.ptr, context.len, vault, below(2) ? audit : NULL, now.ptr, now.len,
                                        actor.ptr, actor.len, &out, &err);
        if (status == CG_STATUS_INTERNAL && !out) {
          cg_error_free(err);
          break;
        }
        ended(status, out, err);
        if (out) {
          cg_str text = cg_scrubbed_text(out);
          cg_restored *back = NULL;
          err = NULL;
          status = cg_vault_restore(vault, text.ptr, text.len, NULL, 0, &back, &err);
          ended(status, back, err);
          cg_restored_free(back);
        }
        cg_scrubbed_free(out);
        break;
      }
      case 10:
      case 11: {
        static const char *const formats[] = {NULL, "auto", "text", "hl7", "fhir", "ccda", "rtf", "html", "hl8", ""};
        cg_message *out = NULL;
        const char *format = formats[below(sizeof formats / sizeof *formats)];
        status = below(2) ? cg_scrubber_scrub_message(scrubber, note.ptr, note.len, format, context.ptr, context.len, &out, &err)
                          : cg_scrubber_scrub_message_audited(scrubber, note.ptr, note.len, format, context.ptr, context.len, audit, now.ptr,
                                                              now.len, actor.ptr, actor.len, &out, &err);
        if (status == CG_STATUS_INTERNAL && !out) {
          cg_error_free(err);
          break;
        }
        ended(status, out, err);
        if (out) holds(cg_message_format(out).len > 0 && cg_message_findings_json(out).len >= 2, "a message says what it is");
        cg_message_free(out);
        break;
      }
      case 12: {
        cg_report *out = NULL;
        status = cg_scorer_score(scorer, note.ptr, note.len, options.ptr, options.len, &out, &err);
        ended(status, out, err);
        double score;
        if (out) holds(cg_report_score(out, &score) == CG_STATUS_OK && !(score < 0) && !(score > 1), "a score from 0 to 1");
        cg_report_free(out);
        break;
      }
      case 13: {
        struct text notes = some(12);
        cg_report *out = NULL;
        status = below(2) ? cg_scorer_score_episode(scorer, notes.ptr, notes.len, NULL, 0, &out, &err)
                 : below(2) ? cg_units(notes.ptr, notes.len, options.ptr, options.len, &out, &err)
                            : cg_facts(note.ptr, note.len, &out, &err);
        ended(status, out, err);
        cg_report_free(out);
        free(notes.ptr);
        break;
      }
      case 14: {
        cg_bytes *out = NULL;
        if (below(2)) {
          cg_report *report = NULL;
          status = cg_scorer_score_message(scorer, note.ptr, note.len, NULL, options.ptr, options.len, &report, &err);
          ended(status, report, err);
          cg_report_free(report);
          err = NULL;
        }
        status = cg_scrubber_find(scrubber, note.ptr, note.len, NULL, 0, &out, &err);
        ended(status, out, err);
        if (out) holds(cg_bytes_len(out) >= 2 && cg_bytes_data(out)[0] == '[', "JSON");
        cg_bytes_free(out);
        break;
      }
      case 15: {
        cg_outcome *out = NULL;
        status = cg_analyzer_analyze(analyzer, note.ptr, note.len, context.ptr, context.len, options.ptr, options.len, &out, &err);
        if (status == CG_STATUS_INTERNAL && !out) {
          cg_error_free(err);
          break;
        }
        ended(status, out, err);
        if (out) {
          read_scrubbed(cg_outcome_scrubbed(out));
          holds(cg_report_json(cg_outcome_scrubbed_report(out)).len > 2, "a report");
        }
        cg_outcome_free(out);
        break;
      }
      case 16: {
        struct text notes[3] = {some(0), note, maybe(1)};
        cg_str given[3], known[3];
        for (size_t i = 0; i < 3; i++) {
          given[i] = (cg_str){notes[i].ptr, notes[i].len};
          known[i] = i ? (cg_str){NULL, 0} : (cg_str){context.ptr, context.len};
        }
        cg_batch *out = NULL;
        status = cg_scrubber_scrub_batch(scrubber, given, below(2) ? known : NULL, below(4), 1 + below(3), &out, &err);
        ended(status, out, err);
        for (size_t i = 0; i < cg_batch_count(out); i++) {
          holds(!cg_batch_scrubbed(out, i) != !cg_batch_error(out, i), "a note or an error");
          if (cg_batch_scrubbed(out, i)) read_scrubbed(cg_batch_scrubbed(out, i));
        }
        cg_batch_free(out);
        free(notes[0].ptr);
        free(notes[2].ptr);
        break;
      }
      default: {
        /* A vault or a text to be restored that was changed is an error. */
        cg_bytes *stored = NULL;
        cg_vault *out = NULL;
        holds(cg_vault_to_bytes(vault, &stored, NULL) == CG_STATUS_OK, "the bytes of a vault");
        struct text data = copy((const char *)cg_bytes_data(stored), cg_bytes_len(stored)), key = some(19);
        if (below(2) && data.len) data.ptr[below(data.len)] ^= (char)(1 << below(8));
        status = cg_vault_from_bytes((const uint8_t *)data.ptr, data.len, key.ptr, key.len, &out, &err);
        ended(status, out, err);
        cg_vault_free(out);
        cg_bytes_free(stored);
        free(data.ptr);
        free(key.ptr);
        /* It grows with every note, and so does what this copies. */
        if (below(8) == 0) {
          cg_vault_free(vault);
          holds(cg_vault_from_bytes(NULL, 0, SEEDS[19], 64, &vault, NULL) == CG_STATUS_OK, "a vault");
        }
      }
    }
    free(note.ptr);
    free(context.ptr);
    free(now.ptr);
    free(actor.ptr);
    free(options.ptr);
  }
  cg_access_free(access);
  cg_audit_free(audit);
  cg_vault_free(vault);
  cg_analyzer_free(analyzer);
  cg_scorer_free(scorer);
  cg_rubric_free(rubric);
  cg_scrubber_free(scrubber);
  printf("C boundary: %llu calls, %llu with a result, seed %llu\n", calls, done, seed);
  return 0;
}
