/* What becomes of mistakes that a compiler does not find: handles freed twice or used after that, functions of the caller's that call back, a
 * panic within the library; and of 16 threads that share every handle.
 *
 * For a library with debug assertions, which counts its handles and has cg_debug_panic. */
#define _POSIX_C_SOURCE 200809L
#include <chartguard.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

cg_status cg_debug_panic(cg_error **err);

static int checks = 0;
#define CHECK(condition)                                                         \
  do {                                                                           \
    checks++;                                                                    \
    if (!(condition)) {                                                          \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
      exit(1);                                                                   \
    }                                                                            \
  } while (0)

static const char NOTE[] = "PT treatment note. SSN 219-09-9999. Gait training 15 min. Total treatment time: 15 minutes.";
static const char NO_MODEL[] = "{\"model\": \"none\"}";
static const char JUDGED[] =
    "{rubric: r, version: 1.0.0, title: R, criteria: [{id: a, title: A, points: 1, severity: low, citation: {source: s}, message: m, "
    "requires: {judge: {question: q}}}]}";
static const char NOW[] = "2024-03-14T09:26:53Z";

static int contains(cg_str text, const char *part) {
  size_t len = strlen(part);
  for (size_t i = 0; text.ptr && i + len <= text.len; i++) {
    if (memcmp(text.ptr + i, part, len) == 0) return 1;
  }
  return 0;
}

static cg_scrubber *scrubber(void) {
  cg_scrubber *out = NULL;
  CHECK(cg_scrubber_new(NO_MODEL, sizeof NO_MODEL - 1, &out, NULL) == CG_STATUS_OK);
  return out;
}

/* Runs `mistake` in a process of its own and returns what it printed on standard error; `*ended` is how it ended. */
static const char *said(void (*mistake)(void), int *ended) {
  static char text[4096];
  int ends[2];
  CHECK(pipe(ends) == 0);
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    mistake();
    _exit(0);
  }
  close(ends[1]);
  size_t len = 0;
  for (ssize_t got; (got = read(ends[0], text + len, sizeof text - 1 - len)) > 0;) len += (size_t)got;
  text[len] = 0;
  close(ends[0]);
  CHECK(waitpid(child, ended, 0) == child);
  return text;
}

static void free_twice(void) {
  cg_scrubber *one = scrubber();
  cg_scrubber_free(one);
  cg_scrubber_free(one);
}

static void free_what_is_lent(void) {
  cg_batch *batch = NULL;
  cg_str note = {"x", 1};
  cg_scrubber_scrub_batch(scrubber(), &note, NULL, 1, 1, &batch, NULL);
  cg_scrubbed_free((cg_scrubbed *)cg_batch_scrubbed(batch, 0));
}

static void free_as_another(void) { cg_scorer_free((cg_scorer *)(void *)scrubber()); }

static void use_after_free(void) {
  cg_scrubber *one = scrubber();
  cg_scrubber_free(one);
  cg_scrubbed *out = NULL;
  cg_scrubber_scrub(one, "x", 1, &out, NULL);
}

static char told_of_panic[512];

static void keep_message(void *context, cg_status status, const char *function, size_t function_len, const char *message, size_t message_len) {
  (void)context;
  snprintf(told_of_panic, sizeof told_of_panic, "%d %.*s %.*s", (int)status, (int)function_len, function, (int)message_len, message);
}

static void panic(void) {
  cg_log_set(keep_message, NULL);
  cg_error *err = NULL;
  if (cg_debug_panic(&err) != CG_STATUS_PANIC || cg_error_status(err) != CG_STATUS_PANIC) _exit(2);
  cg_str message = cg_error_message(err);
  if (message.len == 0 || contains(message, "Quackenbush")) _exit(3);
  cg_error_free(err);
  if (cg_debug_panic(NULL) != CG_STATUS_PANIC) _exit(4);
  /* The log has file and line of the source, and nothing of what the panic said. */
  if (strncmp(told_of_panic, "9 cg_debug_panic ", 17) != 0 || !strstr(told_of_panic, "debug.rs:") || strstr(told_of_panic, "Quackenbush")) _exit(5);
}

static void mistakes(void) {
  static const struct {
    void (*make)(void);
    const char *says;
  } wrong[] = {
      {free_twice, "cg_scrubber is freed that is not live"},
      {free_what_is_lent, "cg_scrubbed is freed that is not live"},
      {free_as_another, "cg_scorer is freed, but the handle is of another type"},
      {use_after_free, "cg_scrubber is used that is not live"},
  };
  int ended = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    const char *text = said(wrong[i].make, &ended);
    CHECK(strstr(text, wrong[i].says));
    CHECK(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT);
  }
  /* A panic is a status; nothing is printed of it, since its message may quote the note. */
  const char *text = said(panic, &ended);
  CHECK(text[0] == 0);
  CHECK(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
}

/* Functions of the caller's that call back into the library. */
struct back {
  cg_scrubber *scrubber;
  cg_scorer *scorer;
  cg_audit *audit;
  int depth, kept;
  cg_status status;
};

static int32_t judge(void *context, const char *question, size_t question_len, const char *text, size_t text_len, double *confidence) {
  struct back *back = context;
  (void)question, (void)question_len;
  cg_scrubbed *scrubbed = NULL;
  if (cg_scrubber_scrub(back->scrubber, text, text_len, &scrubbed, NULL) != CG_STATUS_OK) return -2;
  int clean = contains(cg_scrubbed_text(scrubbed), "[SSN]");
  cg_scrubbed_free(scrubbed);
  /* The scorer that asks may itself be asked, here three deep. */
  if (back->depth < 3) {
    back->depth++;
    cg_report *report = NULL;
    if (cg_scorer_score(back->scorer, text, text_len, NULL, 0, &report, NULL) != CG_STATUS_OK) return -2;
    cg_report_free(report);
  }
  *confidence = 0.9;
  return clean;
}

static int32_t keep(void *context, const char *record, size_t record_len) {
  struct back *back = context;
  if (record_len == 0 || record[record_len - 1] != '}') return 1;
  back->kept++;
  /* Another call is fine; a record of the same log is not, and says so instead of waiting for itself. */
  cg_scrubbed *scrubbed = NULL;
  if (cg_scrubber_scrub(back->scrubber, "x", 1, &scrubbed, NULL) != CG_STATUS_OK) return 1;
  cg_scrubbed_free(scrubbed);
  back->status = cg_scrubber_scrub_audited(back->scrubber, "x", 1, NULL, 0, back->audit, NOW, sizeof NOW - 1, NULL, 0, &scrubbed, NULL);
  return scrubbed ? 1 : 0;
}

static int32_t refuse(void *context, const char *record, size_t record_len) {
  (void)context, (void)record, (void)record_len;
  return 7;
}

static void callbacks(void) {
  struct back back = {.scrubber = scrubber()};
  cg_rubric *rubric = NULL;
  cg_report *report = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_error *err = NULL;
  CHECK(cg_rubric_from_yaml(JUDGED, sizeof JUDGED - 1, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new_with_judge(rubric, judge, &back, &back.scorer, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_score(back.scorer, NOTE, sizeof NOTE - 1, NULL, 0, &report, NULL) == CG_STATUS_OK);
  CHECK(back.depth == 3 && contains(cg_report_json(report), "\"met\""));
  cg_report_free(report);
  cg_scorer_free(back.scorer);
  cg_rubric_free(rubric);

  CHECK(cg_audit_handed(keep, &back, NULL, 0, NULL, 0, &back.audit, NULL) == CG_STATUS_OK);
  CHECK(cg_scrubber_scrub_audited(back.scrubber, NOTE, sizeof NOTE - 1, NULL, 0, back.audit, NOW, sizeof NOW - 1, NULL, 0, &scrubbed, NULL) ==
        CG_STATUS_OK);
  CHECK(back.kept == 1 && back.status == CG_STATUS_CONFIG);
  cg_scrubbed_free(scrubbed);
  cg_audit_free(back.audit);
  /* No record, no output. */
  CHECK(cg_audit_handed(refuse, NULL, NULL, 0, NULL, 0, &back.audit, NULL) == CG_STATUS_OK);
  CHECK(cg_scrubber_scrub_audited(back.scrubber, NOTE, sizeof NOTE - 1, NULL, 0, back.audit, NOW, sizeof NOW - 1, NULL, 0, &scrubbed, &err) ==
        CG_STATUS_IO);
  CHECK(!scrubbed && contains(cg_error_message(err), "not kept"));
  cg_error_free(err);
  cg_audit_free(back.audit);
  cg_scrubber_free(back.scrubber);
}

/* A log of every call that fails, set and replaced while 16 threads fail. */
#define PHI "Quackenbush"
static const char WRONG[] = "MSH|^~\\&|A||||20240314||ADT^A01|7|P|2.5\rPID|1||" PHI "||" PHI "\r\xff";

struct told {
  atomic_int times, wrong;
};

static void tell(void *context, cg_status status, const char *function, size_t function_len, const char *message, size_t message_len) {
  struct told *told = context;
  told->times++;
  cg_str text = {message, message_len}, name = {function, function_len};
  if (status == CG_STATUS_OK || message_len == 0 || contains(text, PHI) || strncmp(function, "cg_", 3) != 0 || contains(name, ":")) told->wrong++;
  /* It may call the library, also what fails, of which it is not told again, and also cg_log_set. */
  cg_rubric *rubric = NULL;
  if (cg_rubric_builtin(PHI, sizeof PHI - 1, &rubric, NULL) != CG_STATUS_RUBRIC) told->wrong++;
  if (told->times % 7 == 0) cg_log_set(tell, told);
}

/* Fails in as many ways as there are kinds of input; returns how often. */
static int fail_everywhere(const cg_scrubber *scrubber, const cg_scorer *scorer) {
  static const char *const config[] = {"{\"policy\": \"" PHI "\"}", "{\"model\": \"" PHI "\"}", "{\"key\": \"" PHI "\"}",
                                       "{\"seed\": \"" PHI "\"}", "{\"verify\": \"" PHI "\"} " PHI, PHI};
  static const char episode[] = "[{\"text\": 1, \"date\": \"" PHI "\"}]", options[] = "{\"date\": \"" PHI "\"}";
  int failed = 0;
  cg_scrubber *other = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_message *message = NULL;
  cg_report *report = NULL;
  cg_bytes *bytes = NULL;
  cg_restored *restored = NULL;
  cg_rubric *rubric = NULL;
  cg_access *access = NULL;
  /* What a configuration holds is the caller's own and no note: its names may come back, to be corrected. */
  for (size_t i = 3; i < sizeof config / sizeof *config; i++) failed += cg_scrubber_new(config[i], strlen(config[i]), &other, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_new(config[2], strlen(config[2]), &other, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub(scrubber, WRONG, sizeof WRONG - 1, &scrubbed, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub_for(scrubber, NOTE, sizeof NOTE - 1, options, sizeof options - 1, &scrubbed, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_find(scrubber, WRONG, sizeof WRONG - 1, NULL, 0, &bytes, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub_message(scrubber, "MSH|" PHI, 15, "hl7", NULL, 0, &message, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub_message(scrubber, "{\"name\": \"" PHI "\"", 22, "fhir", NULL, 0, &message, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub_message(scrubber, "<" PHI "><" PHI, 25, "ccda", NULL, 0, &message, NULL) != CG_STATUS_OK;
  failed += cg_scrubber_scrub_message(scrubber, "{\\rtf1 " PHI, 18, "rtf", NULL, 0, &message, NULL) != CG_STATUS_OK;
  failed += cg_scorer_score(scorer, WRONG, sizeof WRONG - 1, NULL, 0, &report, NULL) != CG_STATUS_OK;
  failed += cg_scorer_score(scorer, NOTE, sizeof NOTE - 1, options, sizeof options - 1, &report, NULL) != CG_STATUS_OK;
  failed += cg_scorer_score_episode(scorer, episode, sizeof episode - 1, NULL, 0, &report, NULL) != CG_STATUS_OK;
  failed += cg_restore(WRONG, sizeof WRONG - 2, PHI, sizeof PHI - 1, &restored, NULL) != CG_STATUS_OK;
  failed += cg_rubric_from_yaml(WRONG, sizeof WRONG - 2, &rubric, NULL) != CG_STATUS_OK;
  failed += cg_access_from_yaml(WRONG, sizeof WRONG - 2, &access, NULL) != CG_STATUS_OK;
  failed += cg_scrubbed_finding_at(NULL, 0, NULL) != CG_STATUS_OK;
  failed += cg_report_score(NULL, NULL) != CG_STATUS_OK;
  return failed;
}

struct failing {
  const cg_scrubber *scrubber;
  const cg_scorer *scorer;
  atomic_int failed, running;
};

static void *fail_often(void *context) {
  struct failing *failing = context;
  for (int turn = 0; turn < 20; turn++) failing->failed += fail_everywhere(failing->scrubber, failing->scorer);
  failing->running--;
  return NULL;
}

static void logging(void) {
  static const char id[] = "medicare-outpatient-therapy";
  static struct told first, second;
  struct failing failing = {.running = 16};
  cg_rubric *rubric = NULL;
  cg_scorer *scorer = NULL;
  cg_scrubber *scr = scrubber();
  CHECK(cg_rubric_builtin(id, sizeof id - 1, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &scorer, NULL) == CG_STATUS_OK);
  cg_rubric_free(rubric);
  failing.scrubber = scr, failing.scorer = scorer;

  cg_log_set(tell, &first);
  int once = fail_everywhere(scr, scorer);
  CHECK(once == 19 && first.times == once && first.wrong == 0);
  cg_log_set(NULL, NULL);
  CHECK(fail_everywhere(scr, scorer) == once && first.times == once);
  /* What succeeds is not told of. */
  cg_log_set(tell, &first);
  cg_scrubbed *out = NULL;
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, NULL) == CG_STATUS_OK && first.times == once);
  cg_scrubbed_free(out);

  /* One or the other is told of each, however often they change places. */
  first.times = 0;
  pthread_t running[16];
  for (size_t i = 0; i < 16; i++) CHECK(pthread_create(&running[i], NULL, fail_often, &failing) == 0);
  for (int turn = 0; failing.running > 0; turn++) cg_log_set(tell, turn % 2 ? &first : &second);
  for (size_t i = 0; i < 16; i++) CHECK(pthread_join(running[i], NULL) == 0);
  cg_log_set(NULL, NULL);
  CHECK(failing.failed == 16 * 20 * once && first.times + second.times == failing.failed);
  CHECK(first.wrong == 0 && second.wrong == 0 && first.times > 0 && second.times > 0);
  CHECK(fail_everywhere(scr, scorer) == once && first.times + second.times == failing.failed);
  cg_scorer_free(scorer);
  cg_scrubber_free(scr);
}

/* 16 threads, one of everything. */
struct shared {
  cg_scrubber *scrubber;
  cg_scorer *scorer;
  cg_analyzer *analyzer;
  cg_vault *vault;
  cg_audit *audit;
};

static int32_t count(void *context, const char *record, size_t record_len) {
  (void)record, (void)record_len;
  ++*(int *)context; /* One at a time. */
  return 0;
}

static void *work(void *context) {
  static const char key_less[] = "{\"document_id\": \"%p-%d\"}";
  struct shared *shared = context;
  for (int i = 0; i < 4; i++) {
    char known[64];
    int known_len = snprintf(known, sizeof known, key_less, (void *)&known, i);
    cg_scrubbed *scrubbed = NULL;
    cg_restored *restored = NULL;
    cg_outcome *outcome = NULL;
    cg_report *report = NULL;
    cg_message *message = NULL;
    if (cg_scrubber_scrub_into(shared->scrubber, NOTE, sizeof NOTE - 1, known, (size_t)known_len, shared->vault, shared->audit, NOW,
                               sizeof NOW - 1, "u-17", 4, &scrubbed, NULL) != CG_STATUS_OK)
      return "vault";
    cg_str text = cg_scrubbed_text(scrubbed);
    char *id = strchr(known, ':') + 3;
    if (cg_vault_restore(shared->vault, text.ptr, text.len, id, strlen(id) - 2, &restored, NULL) != CG_STATUS_OK) return "restore";
    if (cg_restored_text(restored).len != sizeof NOTE - 1) return "restored";
    if (cg_analyzer_analyze(shared->analyzer, NOTE, sizeof NOTE - 1, NULL, 0, NULL, 0, &outcome, NULL) != CG_STATUS_OK) return "analyze";
    if (cg_report_json(cg_outcome_scrubbed_report(outcome)).len == 0) return "report";
    if (cg_scorer_score(shared->scorer, NOTE, sizeof NOTE - 1, NULL, 0, &report, NULL) != CG_STATUS_OK) return "score";
    if (cg_scrubber_scrub_message(shared->scrubber, "MSH|^~\\&|A\r", 11, "hl7", NULL, 0, &message, NULL) != CG_STATUS_OK) return "message";
    cg_message_free(message);
    cg_report_free(report);
    cg_outcome_free(outcome);
    cg_restored_free(restored);
    cg_scrubbed_free(scrubbed);
  }
  return NULL;
}

static void *stop(void *cancel) {
  cg_cancel_set(cancel, NULL);
  return NULL;
}

static void cancelled(void) {
  /* So long that no call comes to its end before the other thread has set the token. */
  enum { LONG = 1 << 24 };
  char *text = malloc(LONG);
  CHECK(text != NULL);
  for (size_t i = 0; i < LONG; i++) text[i] = NOTE[i % sizeof NOTE] ? NOTE[i % sizeof NOTE] : '\n';
  cg_scrubber *whole = scrubber(), *scr = NULL;
  cg_cancel *cancel = NULL;
  cg_scrubbed *out = NULL;
  cg_error *err = NULL;
  CHECK(cg_cancel_new(0, &cancel, NULL) == CG_STATUS_OK && !cg_cancel_is_set(cancel));
  CHECK(cg_scrubber_until(whole, cancel, &scr, NULL) == CG_STATUS_OK);
  cg_scrubber_free(whole);
  CHECK(cg_scrubber_scrub(scr, NOTE, sizeof NOTE - 1, &out, NULL) == CG_STATUS_OK);
  cg_scrubbed_free(out);
  pthread_t other;
  CHECK(pthread_create(&other, NULL, stop, cancel) == 0);
  CHECK(cg_scrubber_scrub(scr, text, LONG, &out, &err) == CG_STATUS_CANCELLED && !out);
  CHECK(cg_error_status(err) == CG_STATUS_CANCELLED && cg_cancel_is_set(cancel));
  cg_error_free(err);
  CHECK(pthread_join(other, NULL) == 0);
  /* Freed, it stays what it was. */
  cg_cancel_free(cancel);
  CHECK(cg_scrubber_scrub(scr, "x", 1, &out, NULL) == CG_STATUS_CANCELLED && !out);
  cg_scrubber_free(scr);
  free(text);
}

static void threads(void) {
  static const char key[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", id[] = "medicare-outpatient-therapy";
  struct shared shared = {.scrubber = scrubber()};
  int records = 0;
  cg_rubric *rubric = NULL;
  CHECK(cg_rubric_builtin(id, sizeof id - 1, &rubric, NULL) == CG_STATUS_OK);
  CHECK(cg_scorer_new(rubric, &shared.scorer, NULL) == CG_STATUS_OK);
  cg_rubric_free(rubric);
  CHECK(cg_analyzer_new(shared.scrubber, shared.scorer, &shared.analyzer, NULL) == CG_STATUS_OK);
  CHECK(cg_vault_from_bytes(NULL, 0, key, sizeof key - 1, &shared.vault, NULL) == CG_STATUS_OK);
  CHECK(cg_audit_handed(count, &records, NULL, 0, NULL, 0, &shared.audit, NULL) == CG_STATUS_OK);
  pthread_t running[16];
  for (size_t i = 0; i < 16; i++) CHECK(pthread_create(&running[i], NULL, work, &shared) == 0);
  for (size_t i = 0; i < 16; i++) {
    void *fault = NULL;
    CHECK(pthread_join(running[i], &fault) == 0);
    if (fault) fprintf(stderr, "a thread failed: %s\n", (const char *)fault);
    CHECK(!fault);
  }
  CHECK(records == 64);
  cg_audit_free(shared.audit);
  cg_vault_free(shared.vault);
  cg_analyzer_free(shared.analyzer);
  cg_scorer_free(shared.scorer);
  cg_scrubber_free(shared.scrubber);
}

int main(void) {
  mistakes();
  callbacks();
  cancelled();
  logging();
  threads();
  printf("C defects: %d checks passed\n", checks);
  return 0;
}
