/* chartguard: removes protected health information from clinical notes and scores their documentation.
 *
 * Generated from bindings-c/src by cbindgen (`make header`); edits here are overwritten.
 *
 * Text       Every text going in is a pointer and a length in bytes: UTF-8, NUL allowed inside, no terminator needed.
 *            NULL is allowed where the length is 0. Every text coming out is a cg_str borrowed from the object it was
 *            asked of: it lives as long as that object and must not be freed.
 * Ownership  What a function stores in an out-parameter belongs to the caller, who frees it with the matching _free.
 *            _free(NULL) does nothing. On entry every out-parameter becomes NULL.
 * Errors     A cg_status other than CG_STATUS_OK means that there is no result. Where the caller passed a cg_error **,
 *            it then holds the details; NULL may be passed instead. Messages never hold text of a note.
 * Threads    Built objects are immutable. Any number of threads may use the same object at the same time; only _free
 *            needs that nobody else uses it any more. No function but cg_log_set keeps state between calls. Only functions that
 *            you hand over (cg_judge, cg_audit_keep, cg_log) are called back; they may call the library themselves.
 * Output     The library prints nothing. cg_log_set names a function that is told of every call that fails.
 * Panics     None crosses the boundary: CG_STATUS_PANIC is returned instead.
 */

#ifndef CHARTGUARD_H
#define CHARTGUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The number of the binary interface that this header describes. A program that was built with it runs with a library whose
// `cg_abi_version()` is the same number; it is also the number in the SONAME, so that the loader looks after it.
#define CG_ABI_VERSION 2

// What became of a call.
typedef enum {
  // The call did what it was asked.
  CG_STATUS_OK = 0,
  // An argument broke the contract of the function (NULL where it is not allowed, an index past the end).
  CG_STATUS_ARGUMENT = 1,
  // The text cannot be processed, for example because it is not UTF-8.
  CG_STATUS_INPUT = 2,
  // A configuration or policy is wrong.
  CG_STATUS_CONFIG = 3,
  // A rubric is wrong.
  CG_STATUS_RUBRIC = 4,
  // A model could not be loaded.
  CG_STATUS_MODEL = 5,
  // A model failed while running.
  CG_STATUS_INFERENCE = 6,
  // A file could not be read or written.
  CG_STATUS_IO = 7,
  // A defect in chartguard was found by its own checks.
  CG_STATUS_INTERNAL = 8,
  // A defect in chartguard stopped the call.
  CG_STATUS_PANIC = 9,
  // A secret key is malformed, missing, or not the one that was used.
  CG_STATUS_KEY = 10,
  // A text to be restored, or a vault, was changed.
  CG_STATUS_TAMPERED = 11,
  // The actor is not allowed to do it.
  CG_STATUS_ACCESS = 12,
  // The token of the call was set, or its time was over.
  CG_STATUS_CANCELLED = 13,
} cg_status;

// The kinds of protected health information. Numbers are frozen. In the order of 45 CFR 164.514(b)(2)(i).
typedef enum {
  // A person.
  CG_CATEGORY_NAME = 1,
  // Any element of a date but the year.
  CG_CATEGORY_DATE = 2,
  // An age over 89.
  CG_CATEGORY_AGE = 3,
  // Geography below the state.
  CG_CATEGORY_LOCATION = 4,
  // A body that places or employs a person.
  CG_CATEGORY_ORGANIZATION = 5,
  // A telephone or pager number.
  CG_CATEGORY_PHONE = 6,
  // A fax number.
  CG_CATEGORY_FAX = 7,
  // An e-mail address.
  CG_CATEGORY_EMAIL = 8,
  // A social security number or its last four digits.
  CG_CATEGORY_SSN = 9,
  // A medical record number.
  CG_CATEGORY_MRN = 10,
  // A health plan number.
  CG_CATEGORY_HEALTH_PLAN = 11,
  // An account, card or routing number.
  CG_CATEGORY_ACCOUNT = 12,
  // A certificate or licence number.
  CG_CATEGORY_LICENSE = 13,
  // A vehicle identification number or number plate.
  CG_CATEGORY_VEHICLE = 14,
  // A device identifier or serial number.
  CG_CATEGORY_DEVICE = 15,
  // A web address.
  CG_CATEGORY_URL = 16,
  // An internet protocol address.
  CG_CATEGORY_IP = 17,
  // A biometric identifier.
  CG_CATEGORY_BIOMETRIC = 18,
  // Any other unique number, characteristic or code.
  CG_CATEGORY_OTHER_ID = 19,
  // The patient's profession.
  CG_CATEGORY_PROFESSION = 20,
} cg_category;

// Who may do what: actors, roles, permissions. Immutable.
typedef struct cg_access cg_access;

// Scrubs and scores notes. Immutable; any number of threads may use it at once.
typedef struct cg_analyzer cg_analyzer;

// An audit log: records without a value of any note, each chained to the one before. Any number of threads may write one.
typedef struct cg_audit cg_audit;

// What became of each note of a batch, in the order of the notes.
typedef struct cg_batch cg_batch;

// Bytes handed out.
typedef struct cg_bytes cg_bytes;

// A token with which calls are stopped, from any thread, or when a time is over. A token that was set stays set.
typedef struct cg_cancel cg_cancel;

// Labels whole texts with a text classification model. Immutable; any number of threads may use it at once.
typedef struct cg_classifier cg_classifier;

// Gives vectors of texts, near each other where the texts mean the same. Immutable; any number of threads may use it at once.
typedef struct cg_embedder cg_embedder;

// Why a call gave no result. Holds no text of a note, so it may be logged.
typedef struct cg_error cg_error;

// A scrubbed message and what was removed from it.
typedef struct cg_message cg_message;

// A model loaded once, to be used by any number of scrubbers, or as what its task says: a tagger, classifier, embedder or scorer of pairs.
// Immutable; any number of threads may use it at once.
typedef struct cg_model cg_model;

// A note that was scrubbed and scored.
typedef struct cg_outcome cg_outcome;

// Says how well two texts go together, with a model that reads both at once. Immutable; any number of threads may use it at once.
typedef struct cg_pair_scorer cg_pair_scorer;

// Named, versioned models in a directory: pinned by the SHA-256 of their files, made active after a smoke test, loaded when they
// are first asked for and unloaded when their room is needed. Any number of threads and processes may use one directory: whoever
// changes something waits for others that do, and readers never wait.
typedef struct cg_registry cg_registry;

// A scored note: verdicts with evidence.
typedef struct cg_report cg_report;

// A note given back from its scrubbed text.
typedef struct cg_restored cg_restored;

// What a note is scored against. Immutable.
typedef struct cg_rubric cg_rubric;

// Scores notes against one rubric. Immutable; any number of threads may use it at once.
typedef struct cg_scorer cg_scorer;

// A scrubbed note and what was removed from it.
typedef struct cg_scrubbed cg_scrubbed;

// Removes protected health information under one policy. Immutable; any number of threads may use it at once.
typedef struct cg_scrubber cg_scrubber;

// The index of a tenant: documents whose passages are found by their words and, with an embedder, by their meaning. Any number of
// threads may use it; queries run at the same time, a change waits for them. It holds the words of what is added, in memory and in its
// file: over original notes it holds protected health information.
typedef struct cg_search cg_search;

// A text that comes in pieces: dictation, a transcript, a log. What is safe leaves as soon as enough of what follows it was seen.
// Threads that use one at once wait for each other; which of them comes first is theirs to say.
typedef struct cg_stream cg_stream;

// Finds entities with a token classification model. Immutable; any number of threads may use it at once.
typedef struct cg_tagger cg_tagger;

// What stood in notes before they were scrubbed, encrypted and authenticated under a key: with it every operator has a way back.
// Any number of threads may use one. It and its key stay with who may see the notes.
typedef struct cg_vault cg_vault;

// The vector of a text. Much of a text can be guessed from its vector: that of a note is to be guarded as the note is.
typedef struct cg_vector cg_vector;

// Keeps an audit record for the caller: one line of JSON in UTF-8, without a line break or a NUL at its end, readable until it returns; it holds no
// value of any note. 0 says that the record is safe; any other number that it is not, and the call that led to it has no output.
//
// Records of one log come one at a time, in the order of the chain, from whichever thread made them. It may call the library, but not
// make another record of the same log: that call fails with CG_STATUS_CONFIG.
typedef int32_t (*cg_audit_keep)(void *context, const char *record, size_t record_len);

// A UTF-8 text borrowed from the object it was asked of: pointer and length in bytes, not terminated by NUL.
typedef struct {
  // First byte; never NULL, even when `len` is 0, unless the object asked was NULL.
  const char *ptr;
  // Bytes.
  size_t len;
} cg_str;

// Is told of a call that failed: its status, the name of the function ("cg_scrubber_scrub") and the message that cg_error_message gives;
// where a defect stopped the call (CG_STATUS_PANIC), the message names file and line of the library's source. The texts are UTF-8, without a
// NUL at their end, and readable until it returns; they hold no text of a note.
//
// It is called before the call returns, by the thread that made it, and by any number of threads at the same time. No lock is held
// meanwhile: it may call the library, cg_log_set too; it is not called for what fails within itself.
typedef void (*cg_log)(void *context,
                       cg_status status,
                       const char *function,
                       size_t function_len,
                       const char *message,
                       size_t message_len);

// Answers a question of a rubric about a text for the caller: 1 yes, 0 no, -1 it cannot be told; any other number is a failure and ends
// the call. `*confidence` may be set to how sure that is, 0 to 1. The texts are UTF-8, without a NUL at their end, and readable until it
// returns. It may be called from any thread that scores.
typedef int32_t (*cg_judge)(void *context,
                            const char *question,
                            size_t question_len,
                            const char *text,
                            size_t text_len,
                            double *confidence);

// What was found, where, and what was done to it. Later versions add members at the end alone.
typedef struct {
  // Set by the caller to sizeof(cg_finding), which is as much as the library writes; members that it does not know it leaves as they are.
  size_t size;
  // First byte in the input text.
  size_t start;
  // One past the last byte in the input text.
  size_t end;
  // First code point in the input text.
  size_t start_code_point;
  // One past the last code point in the input text.
  size_t end_code_point;
  // First byte of the replacement in the scrubbed text.
  size_t output_start;
  // One past the last byte of the replacement in the scrubbed text.
  size_t output_end;
  // What it is: a cg_category.
  uint32_t category;
  // How sure, from 0 to 1.
  float score;
  // The detector that was surest, such as "ssn.dashed".
  cg_str detector;
  // What was done: "tag", "mask", "surrogate" and so on.
  cg_str action;
} cg_finding;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Builds an analyzer. Both are shared, not taken: they stay the caller's and may be freed at any time afterwards.
//
// On success `*out` is to be freed with cg_analyzer_free. Any thread may call it.
//
// # Safety
// `scrubber` and `scorer` are live; `out` is writable; `err` is writable or NULL.
cg_status cg_analyzer_new(const cg_scrubber *scrubber,
                          const cg_scorer *scorer,
                          cg_analyzer **out,
                          cg_error **err);

// Scrubs and scores a note. It is scored as it was written.
//
// `context_json` is as in cg_scrubber_scrub_with, `options_json` as in cg_scorer_score; (NULL, 0) says nothing. On success `*out` is to be
// freed with cg_outcome_free; it does not depend on the analyzer. On failure of either there is no output of any kind.
//
// # Safety
// `analyzer` is live; each text is readable for its length; `out` is writable; `err` is writable or NULL.
cg_status cg_analyzer_analyze(const cg_analyzer *analyzer,
                              const char *note,
                              size_t len,
                              const char *context_json,
                              size_t context_len,
                              const char *options_json,
                              size_t options_len,
                              cg_outcome **out,
                              cg_error **err);

// The scrubbed note. Borrowed from `outcome`: it is not to be freed. NULL for NULL.
//
// # Safety
// `outcome` is NULL or live.
const cg_scrubbed *cg_outcome_scrubbed(const cg_outcome *outcome);

// The report, with evidence in the note as it was written. Borrowed from `outcome`: it is not to be freed. NULL for NULL.
//
// # Safety
// `outcome` is NULL or live.
const cg_report *cg_outcome_report(const cg_outcome *outcome);

// The report, with its evidence carried into the scrubbed text, to be shown beside that. Borrowed from `outcome`: it is not to be freed.
// NULL for NULL.
//
// # Safety
// `outcome` is NULL or live.
const cg_report *cg_outcome_scrubbed_report(const cg_outcome *outcome);

// Frees an outcome, and with it everything borrowed from it. NULL is allowed.
//
// # Safety
// `outcome` is NULL or live, and nobody uses it afterwards.
void cg_outcome_free(cg_outcome *outcome);

// Frees an analyzer. NULL is allowed. What it produced lives on.
//
// # Safety
// `analyzer` is NULL or live, and nobody uses it afterwards.
void cg_analyzer_free(cg_analyzer *analyzer);

// Opens an audit log, or starts one: a SQLite database where the file is one or its name ends in .db, .sqlite or .sqlite3,
// else JSON Lines.
//
// `key`, if any, chains the records and fingerprints the notes; it has at least 16 bytes, and is copied. Without one (NULL, 0)
// whoever can write the file can also compute the chain anew. On success `*out` is to be freed with cg_audit_free. While a
// log of JSON Lines is open no other process can write it.
//
// # Safety
// `path` is readable for `path_len` bytes, `key` for `key_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_audit_open(const char *path,
                        size_t path_len,
                        const uint8_t *key,
                        size_t key_len,
                        cg_audit **out,
                        cg_error **err);

// An audit log that the caller keeps: `keep` is given `context` and each record.
//
// `last` is the record that was kept last, from which the chain goes on; (NULL, 0) starts one. `key` is as in cg_audit_open. On success
// `*out` is to be freed with cg_audit_free.
//
// # Safety
// `last` is readable for `last_len` bytes, `key` for `key_len`; `keep` and `context` are good until the log is freed, from every thread that
// makes records, and `keep` does not unwind; `out` is writable; `err` is writable or NULL.
cg_status cg_audit_handed(cg_audit_keep keep,
                          void *context,
                          const char *last,
                          size_t last_len,
                          const uint8_t *key,
                          size_t key_len,
                          cg_audit **out,
                          cg_error **err);

// Where the chain of a log ends now: JSON, `{"records","hash"}`, to be read with cg_bytes_data and freed with cg_bytes_free. Kept elsewhere, it
// shows what was cut off.
//
// # Safety
// `audit` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_audit_head_json(const cg_audit *audit,
                             cg_bytes **out,
                             cg_error **err);

// Checks the chain of a log in a file from beginning to end. `*out` is JSON, `{"records","hash","torn"}`, where `torn` counts the bytes of a
// record that was never confirmed; to be read with cg_bytes_data and freed with cg_bytes_free. CG_STATUS_TAMPERED names the first record that was
// changed, added, moved or taken out, or says that the key is another one.
//
// # Safety
// `path` is readable for `path_len` bytes, `key` for `key_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_audit_verify(const char *path,
                          size_t path_len,
                          const uint8_t *key,
                          size_t key_len,
                          cg_bytes **out,
                          cg_error **err);

// Closes an audit log. NULL is allowed.
//
// # Safety
// `audit` is NULL or a live log, which nobody uses afterwards.
void cg_audit_free(cg_audit *audit);

// As cg_scrubber_scrub_for, and records the call in `audit`, also when it fails. There is no output before the record is on
// the disk, and none when it cannot be written.
//
// `now` is the time of the call in RFC 3339, such as "2024-03-14T09:26:53Z"; `actor` says who calls, in your own ids.
//
// # Safety
// As cg_scrubber_scrub_for; `audit` is live; `now` is readable for `now_len` bytes, `actor` for `actor_len`.
cg_status cg_scrubber_scrub_audited(const cg_scrubber *scrubber,
                                    const char *text,
                                    size_t len,
                                    const char *patient_json,
                                    size_t patient_len,
                                    const cg_audit *audit,
                                    const char *now,
                                    size_t now_len,
                                    const char *actor,
                                    size_t actor_len,
                                    cg_scrubbed **out,
                                    cg_error **err);

// Reads who may do what from YAML or JSON:
// `{"roles": {"privacy-officer": ["restore"]}, "grants": [{"actor": ID, "role": NAME, "by": ID, "at": TIME, "removed": {"by": ID,
// "at": TIME}}]}`. Permissions are restore, read_vault, change_policy, read_audit and change_access. On success `*out` is to be
// freed with cg_access_free.
//
// # Safety
// `yaml` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_access_from_yaml(const char *yaml,
                              size_t len,
                              cg_access **out,
                              cg_error **err);

// CG_STATUS_OK where `actor` has a role with `permission` at `now`, a time in RFC 3339. Else CG_STATUS_ACCESS, and the refusal
// is recorded in `audit` unless that is NULL.
//
// # Safety
// `access` is live; `audit` is live or NULL; each text is readable for its length; `err` is writable or NULL.
cg_status cg_access_require(const cg_access *access,
                            const char *actor,
                            size_t actor_len,
                            const char *permission,
                            size_t permission_len,
                            const char *now,
                            size_t now_len,
                            const cg_audit *audit,
                            cg_error **err);

// Frees access rules. NULL is allowed.
//
// # Safety
// `access` is NULL or live, and nobody uses it afterwards.
void cg_access_free(cg_access *access);

// Scrubs `count` notes on `threads` threads (0: one a core), the same as one call of cg_scrubber_scrub_with each, in their order.
//
// `contexts` is NULL, or one JSON text for each note as in cg_scrubber_scrub_with, in which (NULL, 0) says nothing. A note that fails has an error
// in its place (cg_batch_error) and no text; the others are done all the same. On success `*out` is to be freed with cg_batch_free.
//
// # Safety
// `scrubber` is live; `notes` is readable for `count` texts, `contexts` is so or NULL, and each text for its length; `out` is writable; `err`
// is writable or NULL.
cg_status cg_scrubber_scrub_batch(const cg_scrubber *scrubber,
                                  const cg_str *notes,
                                  const cg_str *contexts,
                                  size_t count,
                                  size_t threads,
                                  cg_batch **out,
                                  cg_error **err);

// How many notes there are; 0 for NULL.
//
// # Safety
// `batch` is NULL or live.
size_t cg_batch_count(const cg_batch *batch);

// The scrubbed note at `index`, from 0; NULL where it failed or there is none. Borrowed from `batch`: it is not to be freed.
//
// # Safety
// `batch` is NULL or live.
const cg_scrubbed *cg_batch_scrubbed(const cg_batch *batch,
                                     size_t index);

// Why the note at `index` failed; NULL where it did not or there is none. Borrowed from `batch`: it is not to be freed.
//
// # Safety
// `batch` is NULL or live.
const cg_error *cg_batch_error(const cg_batch *batch,
                               size_t index);

// Frees a batch, and with it everything borrowed from it. NULL is allowed.
//
// # Safety
// `batch` is NULL or live, and nobody uses it afterwards.
void cg_batch_free(cg_batch *batch);

// The first byte. Borrowed from `bytes`; NULL where that is NULL.
//
// # Safety
// `bytes` is NULL or live.
const uint8_t *cg_bytes_data(const cg_bytes *bytes);

// How many bytes there are.
//
// # Safety
// `bytes` is NULL or live.
size_t cg_bytes_len(const cg_bytes *bytes);

// Frees bytes that were handed out. NULL is allowed.
//
// # Safety
// `bytes` is NULL or live, and nobody uses it afterwards.
void cg_bytes_free(cg_bytes *bytes);

// Makes a token. It sets itself `milliseconds` from now; 0 stands for never.
//
// cg_scrubber_until, cg_scorer_until and cg_analyzer_until say which calls it stops. On success `*out` is to be freed with cg_cancel_free.
// CG_STATUS_ARGUMENT says that the time lies beyond what the clock can tell.
//
// # Safety
// `out` is writable; `err` is writable or NULL.
cg_status cg_cancel_new(uint64_t milliseconds,
                        cg_cancel **out,
                        cg_error **err);

// Sets the token: every call that works until it is set returns CG_STATUS_CANCELLED soon, and those that begin later at once. Any thread may
// call it, also a callback of the call that is to end.
//
// # Safety
// `cancel` is live; `err` is writable or NULL.
cg_status cg_cancel_set(const cg_cancel *cancel,
                        cg_error **err);

// Whether the token is set or its time is over; false for NULL.
//
// # Safety
// `cancel` is NULL or live.
bool cg_cancel_is_set(const cg_cancel *cancel);

// The same scrubber, whose every call, batches, messages and the streams that it begins among them, returns CG_STATUS_CANCELLED soon after
// `cancel` is set: with no output, and nothing in a vault. It shares everything with `scrubber`, so there may be one for each call.
//
// Scrubber and token are shared, not taken: both stay the caller's and may be freed at any time afterwards. On success `*out` is to be freed
// with cg_scrubber_free.
//
// # Safety
// `scrubber` and `cancel` are live; `out` is writable; `err` is writable or NULL.
cg_status cg_scrubber_until(const cg_scrubber *scrubber,
                            const cg_cancel *cancel,
                            cg_scrubber **out,
                            cg_error **err);

// The same scorer, whose calls return CG_STATUS_CANCELLED soon after `cancel` is set; as cg_scrubber_until. To be freed with cg_scorer_free.
//
// # Safety
// `scorer` and `cancel` are live; `out` is writable; `err` is writable or NULL.
cg_status cg_scorer_until(const cg_scorer *scorer,
                          const cg_cancel *cancel,
                          cg_scorer **out,
                          cg_error **err);

// The same analyzer, whose calls return CG_STATUS_CANCELLED soon after `cancel` is set; as cg_scrubber_until. To be freed with
// cg_analyzer_free.
//
// # Safety
// `analyzer` and `cancel` are live; `out` is writable; `err` is writable or NULL.
cg_status cg_analyzer_until(const cg_analyzer *analyzer,
                            const cg_cancel *cancel,
                            cg_analyzer **out,
                            cg_error **err);

// Frees a token, which stops nothing any more unless it was set before. NULL is allowed.
//
// # Safety
// `cancel` is NULL or a live token, which nobody uses afterwards.
void cg_cancel_free(cg_cancel *cancel);

// The status of the call that failed; CG_STATUS_ARGUMENT for NULL.
//
// # Safety
// `error` is NULL or a live error.
cg_status cg_error_status(const cg_error *error);

// What was wrong, where, and what would be right. Borrowed from `error`.
//
// # Safety
// `error` is NULL or a live error.
cg_str cg_error_message(const cg_error *error);

// Where it was, outermost first, as far as that can be said: a file, a line and column, a key, a byte, such as "policy.yaml: line 3,
// column 5" or "`categories.name`"; empty where no place applies. The message begins with it. Borrowed from `error`.
//
// # Safety
// `error` is NULL or a live error.
cg_str cg_error_location(const cg_error *error);

// The line, from 1, of the configuration, policy, rubric or other file where the mistake is, or 0 where no line applies.
//
// # Safety
// `error` is NULL or a live error.
size_t cg_error_line(const cg_error *error);

// The column of that line, from 1 and in code points, or 0 where no line applies.
//
// # Safety
// `error` is NULL or a live error.
size_t cg_error_column(const cg_error *error);

// The byte of the input text where the mistake is, or SIZE_MAX where no byte applies.
//
// # Safety
// `error` is NULL or a live error.
size_t cg_error_byte(const cg_error *error);

// Frees an error. NULL is allowed.
//
// # Safety
// `error` is NULL or a live error, which nobody uses afterwards.
void cg_error_free(cg_error *error);

// A tagger over a model. The model is shared, not taken: it stays the caller's and may be freed at any time afterwards.
//
// On success `*out` is to be freed with cg_tagger_free. CG_STATUS_MODEL where the model is for another task. Any thread may call it.
//
// # Safety
// `model` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_tagger_new(const cg_model *model,
                        cg_tagger **out,
                        cg_error **err);

// The entities of a text, in its order and not overlapping, as JSON: `[{"start", "end", "code_points": {"start", "end"}, "label",
// "score"}]`; `start` and `end` are bytes. The whole text goes through the model, in windows that overlap.
//
// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free. Any number of threads may share `tagger`.
//
// # Safety
// `tagger` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_tagger_tag(const cg_tagger *tagger,
                        const char *text,
                        size_t len,
                        cg_bytes **out,
                        cg_error **err);

// Frees a tagger. NULL is allowed. What it produced lives on.
//
// # Safety
// `tagger` is NULL or a live tagger, which nobody uses afterwards.
void cg_tagger_free(cg_tagger *tagger);

// A classifier over a model. As cg_tagger_new; to be freed with cg_classifier_free.
//
// # Safety
// As cg_tagger_new.
cg_status cg_classifier_new(const cg_model *model, cg_classifier **out, cg_error **err);

// Every label of the model with its score, the surest first, as JSON: `[{"label", "score"}]`. Of a model that gives one label the scores
// add up to 1; of one that may give several each stands for itself.
//
// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free. Any number of threads may share `classifier`.
//
// # Safety
// `classifier` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_classifier_classify(const cg_classifier *classifier,
                                 const char *text,
                                 size_t len,
                                 cg_bytes **out,
                                 cg_error **err);

// The labels that a text has, as cg_classifier_classify gives them: of a model that gives one label, the surest; of one that may give
// several, those whose score reaches their threshold.
//
// # Safety
// As cg_classifier_classify.
cg_status cg_classifier_labels(const cg_classifier *classifier,
                               const char *text,
                               size_t len,
                               cg_bytes **out,
                               cg_error **err);

// Frees a classifier. NULL is allowed. What it produced lives on.
//
// # Safety
// `classifier` is NULL or a live classifier, which nobody uses afterwards.
void cg_classifier_free(cg_classifier *classifier);

// An embedder over a model. As cg_tagger_new; to be freed with cg_embedder_free.
//
// # Safety
// As cg_tagger_new.
cg_status cg_embedder_new(const cg_model *model, cg_embedder **out, cg_error **err);

// The vector of a text, of length one unless `chartguard.json` says otherwise; all of one embedder have as many components.
//
// On success `*out` is to be read with cg_vector_data and freed with cg_vector_free. Any number of threads may share `embedder`.
//
// # Safety
// `embedder` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_embedder_embed(const cg_embedder *embedder,
                            const char *text,
                            size_t len,
                            cg_vector **out,
                            cg_error **err);

// Frees an embedder. NULL is allowed. What it produced lives on.
//
// # Safety
// `embedder` is NULL or a live embedder, which nobody uses afterwards.
void cg_embedder_free(cg_embedder *embedder);

// The first component. Borrowed from `vector`; NULL where that is NULL.
//
// # Safety
// `vector` is NULL or live.
const float *cg_vector_data(const cg_vector *vector);

// How many components there are.
//
// # Safety
// `vector` is NULL or live.
size_t cg_vector_len(const cg_vector *vector);

// Frees a vector. NULL is allowed.
//
// # Safety
// `vector` is NULL or live, and nobody uses it afterwards.
void cg_vector_free(cg_vector *vector);

// A scorer of pairs over a model. As cg_tagger_new; to be freed with cg_pair_scorer_free.
//
// # Safety
// As cg_tagger_new.
cg_status cg_pair_scorer_new(const cg_model *model, cg_pair_scorer **out, cg_error **err);

// Writes to `*score` how well two texts go together, from 0 to 1; NaN where the call fails. CG_STATUS_INPUT where both together are longer
// than the model takes: nothing is cut off. Any number of threads may share `scorer`.
//
// # Safety
// `scorer` is live; `first` is readable for `first_len` bytes and `second` for `second_len`; `score` is writable; `err` is writable or
// NULL.
cg_status cg_pair_scorer_score(const cg_pair_scorer *scorer,
                               const char *first,
                               size_t first_len,
                               const char *second,
                               size_t second_len,
                               double *score,
                               cg_error **err);

// Frees a scorer of pairs. NULL is allowed.
//
// # Safety
// `scorer` is NULL or a live scorer of pairs, which nobody uses afterwards.
void cg_pair_scorer_free(cg_pair_scorer *scorer);

// The same scorer with a sentence model, for checks of the kind `similarity`, which are not assessable without. Scorer and embedder are
// shared, not taken: both stay the caller's. On success `*out` is to be freed with cg_scorer_free.
//
// # Safety
// `scorer` and `embedder` are live; `out` is writable; `err` is writable or NULL. What a judge of `scorer` needs is good for both.
cg_status cg_scorer_with_embedder(const cg_scorer *scorer,
                                  const cg_embedder *embedder,
                                  cg_scorer **out,
                                  cg_error **err);

// The same scorer with a classification model, for checks of the kind `classifier`, which are not assessable without. `name` is that by
// which the rubric asks for it; (NULL, 0) is the model's own. CG_STATUS_RUBRIC names the criterion that asks it for a label it does not
// have. Otherwise as cg_scorer_with_embedder.
//
// # Safety
// As cg_scorer_with_embedder; `name` is readable for `len` bytes.
cg_status cg_scorer_with_classifier(const cg_scorer *scorer,
                                    const char *name,
                                    size_t len,
                                    const cg_classifier *classifier,
                                    cg_scorer **out,
                                    cg_error **err);

// The same scorer with a classification model that tells the type of a document where the caller does not say. CG_STATUS_MODEL where none
// of its labels names one. Otherwise as cg_scorer_with_embedder.
//
// # Safety
// As cg_scorer_with_embedder.
cg_status cg_scorer_with_document_classifier(const cg_scorer *scorer,
                                             const cg_classifier *classifier,
                                             cg_scorer **out,
                                             cg_error **err);

// Has `log` told of every call that fails from now on, in the whole process, with `context`; it takes the place of the one before. NULL
// stops that. Any thread may call it at any time.
//
// It does not wait: another thread may still be in the function before, or about to call it. That one and its context have to stay good
// until every call that had begun when this one returned has returned too.
//
// # Safety
// `log` and `context` are good from every thread until they are replaced, and then as said above; `log` does not unwind.
void cg_log_set(cg_log log,
                void *context);

// Removes protected health information from a message: typed fields by what they are, free text as cg_scrubber_scrub does it,
// searched for the people that the message itself names. What is not removed stays byte for byte.
//
// `message` is any bytes: UTF-8, UTF-16 with its mark, else Windows-1252. `format` is a text ended by NUL, "auto", "text", "hl7", "fhir",
// "ccda", "rtf" or "html"; NULL is "auto". `context_json` is as in cg_scrubber_scrub_with; (NULL, 0) says nothing. On success
// `*out` is to be freed with cg_message_free. CG_STATUS_INPUT says where a message is not of its format, that it is longer than `max_bytes` of the
// configuration, or that it is a file of so many people that its messages are to be handed over one by one.
//
// # Safety
// `scrubber` is live; `message` is readable for `len` bytes, `context_json` for `context_len`; `format` is NULL or ends in NUL; `out` is
// writable; `err` is writable or NULL.
cg_status cg_scrubber_scrub_message(const cg_scrubber *scrubber,
                                    const char *message,
                                    size_t len,
                                    const char *format,
                                    const char *context_json,
                                    size_t context_len,
                                    cg_message **out,
                                    cg_error **err);

// As cg_scrubber_scrub_message, and keeps in `vault` what cg_vault_restore_message needs to give the message back, whatever was done to
// its values; it is on the disk when this returns. Messages that become the same bytes are told apart by the document_id of their contexts.
//
// # Safety
// As cg_scrubber_scrub_message; `vault` is live.
cg_status cg_scrubber_scrub_message_into(const cg_scrubber *scrubber,
                                         const char *message,
                                         size_t len,
                                         const char *format,
                                         const char *context_json,
                                         size_t context_len,
                                         const cg_vault *vault,
                                         cg_message **out,
                                         cg_error **err);

// As cg_scrubber_scrub_message, and records the call in `audit`, also when it fails, by `actor` at `now` as in cg_scrubber_scrub_audited.
//
// # Safety
// As cg_scrubber_scrub_message; `audit` is live; `now` is readable for `now_len` bytes, `actor` for `actor_len`.
cg_status cg_scrubber_scrub_message_audited(const cg_scrubber *scrubber,
                                            const char *message,
                                            size_t len,
                                            const char *format,
                                            const char *context_json,
                                            size_t context_len,
                                            const cg_audit *audit,
                                            const char *now,
                                            size_t now_len,
                                            const char *actor,
                                            size_t actor_len,
                                            cg_message **out,
                                            cg_error **err);

// Gives back the message that cg_scrubber_scrub_message_into made `message` of, byte for byte. `document_id` and the errors are as in
// cg_vault_restore. On success `*out` is to be freed with cg_bytes_free.
//
// # Safety
// As cg_vault_restore.
cg_status cg_vault_restore_message(const cg_vault *vault,
                                   const char *message,
                                   size_t len,
                                   const char *document_id,
                                   size_t id_len,
                                   cg_bytes **out,
                                   cg_error **err);

// Gives back a message from its scrubbed form and the key alone, byte for byte: what `encrypt` and `fpe` replaced, in a message of any
// format, notes too. What other operators replaced stays; what the rules of fields removed counts as the category other_id.
//
// `message` is the scrubbed message, unchanged; `key` and the errors are as in cg_restore. On success `*out` is to be freed with
// cg_bytes_free. Any thread may call it.
//
// # Safety
// `message` is readable for `len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_restore_message(const char *message,
                             size_t len,
                             const char *key,
                             size_t key_len,
                             cg_bytes **out,
                             cg_error **err);

// Scores every note of a message: the lines of one observation are one note, and so is an embedded document. Free text of fewer than
// 80 bytes is none.
//
// `message` and `format` are as in cg_scrubber_scrub_message, `options_json` as in cg_scorer_score. On success `*out` is to be freed with
// cg_report_free: its JSON is an array with a report for each note, in which `path` is the field that it stands in ("OBX-5") and evidence
// is in bytes of the message; its score is the lowest of theirs.
//
// # Safety
// `scorer` is live; `message` is readable for `len` bytes and `options_json` for `options_len`; `format` is NULL or ends in NUL; `out` is
// writable; `err` is writable or NULL.
cg_status cg_scorer_score_message(const cg_scorer *scorer,
                                  const char *message,
                                  size_t len,
                                  const char *format,
                                  const char *options_json,
                                  size_t options_len,
                                  cg_report **out,
                                  cg_error **err);

// The message that may be shared, in the encoding it came in: any bytes. Borrowed from `message`.
//
// # Safety
// `message` is NULL or live.
cg_str cg_message_bytes(const cg_message *message);

// The format in which it was read: "hl7", "fhir" and so on. Borrowed from `message`.
//
// # Safety
// `message` is NULL or live.
cg_str cg_message_format(const cg_message *message);

// The findings as JSON, `[{"start","end","category","score","detector","action","path"}]`, offsets in bytes of the message that was
// handed in; `path` is the field, such as "PID-5". Borrowed from `message`.
//
// # Safety
// `message` is NULL or live.
cg_str cg_message_findings_json(const cg_message *message);

// Frees a scrubbed message, and with it every text borrowed from it. NULL is allowed.
//
// # Safety
// `message` is NULL or live, and nobody uses it afterwards.
void cg_message_free(cg_message *message);

// Loads a model directory as Hugging Face Optimum exports it (`model.onnx`, `tokenizer.json`, `config.json`).
//
// `directory` is the UTF-8 path, `len` its bytes. On success `*out` is a model to be freed with cg_model_free; scrubbers
// built with it keep what they need, so it may be freed before them. Any thread may call it.
//
// # Safety
// `directory` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_model_load(const char *directory,
                        size_t len,
                        cg_model **out,
                        cg_error **err);

// Frees a model. NULL is allowed.
//
// # Safety
// `model` is NULL or a live model, which nobody uses afterwards.
void cg_model_free(cg_model *model);

// As cg_scrubber_new, with a model that was loaded before; the configuration then names none.
//
// The model is shared, not taken: it stays the caller's and may be freed at any time afterwards.
//
// # Safety
// As cg_scrubber_new; `model` is a live model.
cg_status cg_scrubber_new_with_model(const char *config_json,
                                     size_t len,
                                     const cg_model *model,
                                     cg_scrubber **out,
                                     cg_error **err);

// Opens the directory of a registry, which must be there; an empty one is an empty registry.
//
// `options_json` is `{"memory": BYTES, "wait_seconds": NUMBER}`: how many bytes the models in memory may take together (no bound
// without it), and how long a request waits for room while all of them are in use (30 seconds without it); (NULL, 0) is neither.
// On success `*out` is to be freed with cg_registry_free. CG_STATUS_CONFIG names what is wrong.
//
// # Safety
// `directory` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_registry_open(const char *directory,
                           size_t len,
                           const char *options_json,
                           size_t options_len,
                           cg_registry **out,
                           cg_error **err);

// Copies a model directory in as a version of a model, after it was loaded and run. It is not active yet.
//
// Names and versions are up to 64 lower-case letters, digits, `.`, `_` and `-`. Nothing is added unless this returns CG_STATUS_OK.
//
// # Safety
// `registry` is live; `name` is readable for `name_len` bytes, `version` for `version_len`, `directory` for `directory_len`; `err` is
// writable or NULL.
cg_status cg_registry_add(const cg_registry *registry,
                          const char *name,
                          size_t name_len,
                          const char *version,
                          size_t version_len,
                          const char *directory,
                          size_t directory_len,
                          cg_error **err);

// Makes a version the active one, after its files were checked and it passed its own smoke test; otherwise CG_STATUS_MODEL or
// CG_STATUS_INFERENCE says why, and what was active stays so.
//
// # Safety
// `registry` is live; `name` is readable for `name_len` bytes, `version` for `version_len`; `err` is writable or NULL.
cg_status cg_registry_activate(const cg_registry *registry,
                               const char *name,
                               size_t name_len,
                               const char *version,
                               size_t version_len,
                               cg_error **err);

// Makes the version active that was so before the present one, checked as by cg_registry_activate; cg_registry_status_json says
// which that is. Another rollback goes back.
//
// # Safety
// `registry` is live; `name` is readable for `name_len` bytes; `err` is writable or NULL.
cg_status cg_registry_rollback(const cg_registry *registry,
                               const char *name,
                               size_t name_len,
                               cg_error **err);

// Removes a version that is neither active nor the one to roll back to.
//
// # Safety
// As cg_registry_activate.
cg_status cg_registry_remove(const cg_registry *registry,
                             const char *name,
                             size_t name_len,
                             const char *version,
                             size_t version_len,
                             cg_error **err);

// A model, from memory or loaded: the active version of `NAME`, or the version of `NAME@VERSION`.
//
// On success `*out` is to be freed with cg_model_free, and may outlive the registry. It is in use, and stays in memory, until it and
// every scrubber that was built with it are freed. Where all room is taken by models in use this waits as the options say, and is
// then CG_STATUS_MODEL; free what is not needed. Threads that ask for one model at once load it once.
//
// # Safety
// `registry` is live; `reference` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_registry_get(const cg_registry *registry,
                          const char *reference,
                          size_t len,
                          cg_model **out,
                          cg_error **err);

// What can be said of each version of each model, as JSON: `{"memory", "used", "most_used", "models": [{"name", "version", "active",
// "previous", "sha256", "loaded", "in_use", "bytes", "calls", "mean_ms", "p95_ms", "last_error"}]}`, to be read with cg_bytes_data and
// freed with cg_bytes_free. Calls are those of models that this registry gave.
//
// # Safety
// `registry` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_registry_status_json(const cg_registry *registry,
                                  cg_bytes **out,
                                  cg_error **err);

// Closes a registry. NULL is allowed. Models it gave live on.
//
// # Safety
// `registry` is NULL or a live registry, which nobody uses afterwards.
void cg_registry_free(cg_registry *registry);

// The report as JSON, `{"doc_type","discipline","rubric","score","raw","coverage","criteria":[...]}`, evidence in code
// points of the note: the same bytes as from the command line. Borrowed from `report`.
//
// # Safety
// `report` is NULL or live.
cg_str cg_report_json(const cg_report *report);

// The JSON Schema of reports, of a note (cg_scorer_score) and of an episode; the reports of a message are an array of those of notes, each with
// `path` as well. `make install` puts it into share/chartguard too. Lives as long as the library.
cg_str cg_report_schema_json(void);

// Writes the score, from 0 to 1, to `*out`, or NaN when no criterion could be assessed.
// CG_STATUS_ARGUMENT, and nothing is written, when a pointer is NULL.
//
// # Safety
// `report` is NULL or live; `out` is NULL or writable.
cg_status cg_report_score(const cg_report *report, double *out);

// Frees a report, and with it every text borrowed from it. NULL is allowed.
//
// # Safety
// `report` is NULL or live, and nobody uses it afterwards.
void cg_report_free(cg_report *report);

// Gives back what the operators `encrypt` and `fpe` replaced, from the scrubbed text alone. What other operators replaced stays.
//
// `text` is the scrubbed text, unchanged; `key` is the key that it was scrubbed with, as hexadecimal digits or base64. On success
// `*out` is to be freed with cg_restored_free. CG_STATUS_KEY says that the key is another one or malformed, CG_STATUS_TAMPERED that
// the text is not what was scrubbed; nothing is given back then. Any thread may call it.
//
// # Safety
// `text` is readable for `len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_restore(const char *text,
                     size_t len,
                     const char *key,
                     size_t key_len,
                     cg_restored **out,
                     cg_error **err);

// The note. Borrowed from `restored`.
//
// # Safety
// `restored` is NULL or live.
cg_str cg_restored_text(const cg_restored *restored);

// Frees a note that was given back, and with it the text borrowed from it. NULL is allowed.
//
// # Safety
// `restored` is NULL or live, and nobody uses it afterwards.
void cg_restored_free(cg_restored *restored);

// A rubric that ships with the library, such as "medicare-outpatient-therapy".
//
// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC names the nearest when there is none of that
// name. Any thread may call it.
//
// # Safety
// `id` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_rubric_builtin(const char *id,
                            size_t len,
                            cg_rubric **out,
                            cg_error **err);

// Reads a rubric from YAML (or JSON, which is YAML).
//
// On success `*out` is to be freed with cg_rubric_free. CG_STATUS_RUBRIC says line, column and what was expected.
// Any thread may call it.
//
// # Safety
// `yaml` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_rubric_from_yaml(const char *yaml,
                              size_t len,
                              cg_rubric **out,
                              cg_error **err);

// Which rubrics ship with the library: a JSON array of their ids. Lives as long as the library.
cg_str cg_rubric_builtin_ids_json(void);

// Which policies ship with the library: a JSON array of the names that the member "policy" of cg_scrubber_new takes. Lives as long as the
// library.
cg_str cg_policy_builtin_ids_json(void);

// The JSON Schema of rubric files; `make install` puts it into share/chartguard as well. Lives as long as the library.
cg_str cg_rubric_schema_json(void);

// The JSON Schema of policies: of the member "policy" of cg_scrubber_new and of policy files; `make install` puts it into
// share/chartguard as well. Lives as long as the library.
cg_str cg_policy_schema_json(void);

// Which rubric it is, as reports name it: `{"id","version","hash"}`. Borrowed from `rubric`.
//
// # Safety
// `rubric` is NULL or live.
cg_str cg_rubric_reference_json(const cg_rubric *rubric);

// Frees a rubric. NULL is allowed. Scorers built from it live on.
//
// # Safety
// `rubric` is NULL or a live rubric, which nobody uses afterwards.
void cg_rubric_free(cg_rubric *rubric);

// Builds a scorer. The rubric is shared, not taken: it stays the caller's and may be freed at any time afterwards.
//
// On success `*out` is to be freed with cg_scorer_free. Any thread may call it.
//
// # Safety
// `rubric` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_scorer_new(const cg_rubric *rubric,
                        cg_scorer **out,
                        cg_error **err);

// Scores a note.
//
// `options_json` is NULL with length 0, or `{"doc_type"?, "discipline"?, "date"?, "payer"?, "setting"?, "claim"?}` where these are known
// (`treatment`, `pt`, `2025-03-04`); what is absent is detected, and criteria about billing need the claim. On success `*out` is to be freed with cg_report_free; it does not depend on the scorer.
// Any number of threads may share `scorer`.
//
// # Safety
// `scorer` is live; `note` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is
// writable or NULL.
cg_status cg_scorer_score(const cg_scorer *scorer,
                          const char *note,
                          size_t len,
                          const char *options_json,
                          size_t options_len,
                          cg_report **out,
                          cg_error **err);

// Builds a scorer whose checks of the kind `judge` are answered by `judge`, which is given `context`. Otherwise as cg_scorer_new.
//
// # Safety
// As cg_scorer_new; `judge` and `context` are good until the scorer is freed, from every thread that scores, and `judge` does not unwind.
cg_status cg_scorer_new_with_judge(const cg_rubric *rubric,
                                   cg_judge judge,
                                   void *context,
                                   cg_scorer **out,
                                   cg_error **err);

// Scores the notes of one patient under one plan, each by itself and together.
//
// `notes_json` is `[{"text", "date"?, "doc_type"?, "discipline"?, "claim"?}]`; `options_json` is NULL with length 0, or `{"open": true}` where
// care goes on. The report's JSON is that of `chartguard score --episode --json`, its score that of the criteria of the episode. On success
// `*out` is to be freed with cg_report_free. Any number of threads may share `scorer`.
//
// # Safety
// `scorer` is live; `notes_json` is readable for `len` bytes and `options_json` for `options_len`; `out` is writable; `err` is writable or
// NULL.
cg_status cg_scorer_score_episode(const cg_scorer *scorer,
                                  const char *notes_json,
                                  size_t len,
                                  const char *options_json,
                                  size_t options_len,
                                  cg_report **out,
                                  cg_error **err);

// Reads what a therapy note says as data. The report's JSON is that of `chartguard facts`: goals, services, interventions, minutes, frequency
// and duration, measures, signatures, dates, diagnoses and more, each place as `{"start","end"}` in code points of the note; it has no score.
// On success `*out` is to be freed with cg_report_free. Any thread may call it.
//
// # Safety
// `note` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_facts(const char *note,
                   size_t len,
                   cg_report **out,
                   cg_error **err);

// Works out the units of a day's timed minutes, given as `{"97110": 33, "97140": 7}`, by the eight-minute rule (Medicare Claims Processing
// Manual ch. 5 §20.2). The report's JSON is `{"minutes","units","codes":[{"code","minutes","units","units_at_most"}]}`; it has no score. `codes`
// is NULL with length 0, or a code table in YAML whose entries replace those built in. On success `*out` is to be freed with cg_report_free.
// Any thread may call it.
//
// # Safety
// `minutes_json` is readable for `len` bytes and `codes` for `codes_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_units(const char *minutes_json,
                   size_t len,
                   const char *codes,
                   size_t codes_len,
                   cg_report **out,
                   cg_error **err);

// Frees a scorer. NULL is allowed. What it produced lives on.
//
// # Safety
// `scorer` is NULL or a live scorer, which nobody uses afterwards.
void cg_scorer_free(cg_scorer *scorer);

// The text that may be shared. Borrowed from `scrubbed`.
//
// # Safety
// `scrubbed` is NULL or live.
cg_str cg_scrubbed_text(const cg_scrubbed *scrubbed);

// How many findings there are; 0 for NULL.
//
// # Safety
// `scrubbed` is NULL or live.
size_t cg_scrubbed_finding_count(const cg_scrubbed *scrubbed);

// Writes the finding at `index` (from 0, in the order of the text) to `*out`; its texts are borrowed from `scrubbed`. `out->size` is
// sizeof(cg_finding), set by the caller. CG_STATUS_ARGUMENT, and nothing is written, when there is none, a pointer is NULL, or the size is
// less than that of a cg_finding ever was.
//
// # Safety
// `scrubbed` is NULL or live; `out` is NULL or writable for as many bytes as its size says, and that can be read.
cg_status cg_scrubbed_finding_at(const cg_scrubbed *scrubbed,
                                 size_t index,
                                 cg_finding *out);

// The findings as JSON, `[{"start","end","category","score","detector","action"}]`, offsets in code points of the input:
// the same bytes as from the command line. Borrowed from `scrubbed`.
//
// # Safety
// `scrubbed` is NULL or live.
cg_str cg_scrubbed_findings_json(const cg_scrubbed *scrubbed);

// The findings as JSON with why each was made: as cg_scrubbed_findings_json, with
// `"reasons":[{"detector","rule","score","category","start","end"}]` added to each. A rule is a short id such as "cue:mrn",
// "validator:npi" or "title"; nothing repeats the note. The first reason is of the detector that was surest, the others of
// what was merged into the finding. Written when first asked for; borrowed from `scrubbed`.
//
// # Safety
// `scrubbed` is NULL or live.
cg_str cg_scrubbed_explained_json(const cg_scrubbed *scrubbed);

// Frees a scrubbed note, and with it every text borrowed from it. NULL is allowed.
//
// # Safety
// `scrubbed` is NULL or live, and nobody uses it afterwards.
void cg_scrubbed_free(cg_scrubbed *scrubbed);

// Builds a scrubber from a JSON configuration:
// `{"policy": NAME | FILE | {...}, "categories": {...}, "strict": true | false, "model": "builtin" | "none" | DIRECTORY,
// "key": TEXT, "key_file": FILE, "seed": NUMBER, "verify": true | false, "max_bytes": NUMBER}`. The key, at least 32 bytes as hexadecimal digits or base64, is for operators that
// need one, the seed for surrogates that are not keyed; wipe the text that held the key.
// A note or message of more than `max_bytes` bytes is CG_STATUS_INPUT before anything is done with it; without a limit of yours messages have one
// (1 GiB) and notes none. It holds for every note of a batch and for everything built on the scrubber (cg_analyzer_new), but not for streams, which hold little of a
// text at a time. cg_scrubber_until limits the time.
// A policy holds what is done to each category, detectors of your own, allow and deny lists. Files it names lie beside
// the policy file; those of a policy that is written out here in the working directory.
//
// Every member may be absent, and an empty text (NULL, 0) is Safe Harbor with everything built in. On success `*out` is
// to be freed with cg_scrubber_free. CG_STATUS_CONFIG names what is wrong; CG_STATUS_MODEL and CG_STATUS_IO say what
// is wrong with a model or file. Any thread may call it.
//
// # Safety
// `config_json` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_scrubber_new(const char *config_json,
                          size_t len,
                          cg_scrubber **out,
                          cg_error **err);

// Removes protected health information from a note.
//
// `text` is the note in UTF-8, `len` its bytes; it is read during the call only. On success `*out` holds the scrubbed text
// and what was removed, to be freed with cg_scrubbed_free; it does not depend on the scrubber. On failure there is no
// output of any kind: never the original, never a part of it. Any number of threads may share `scrubber`.
//
// # Safety
// `scrubber` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_scrubber_scrub(const cg_scrubber *scrubber,
                            const char *text,
                            size_t len,
                            cg_scrubbed **out,
                            cg_error **err);

// What cg_scrubber_scrub_for would remove and how, without removing it: JSON, `[{"start","end","category","score","detector","action"}]`, offsets
// in code points of the note, to be read with cg_bytes_data and freed with cg_bytes_free. `patient_json` is as there; (NULL, 0) says nothing.
//
// # Safety
// As cg_scrubber_scrub_for.
cg_status cg_scrubber_find(const cg_scrubber *scrubber,
                           const char *text,
                           size_t len,
                           const char *patient_json,
                           size_t patient_len,
                           cg_bytes **out,
                           cg_error **err);

// As cg_scrubber_scrub, with what is known of the note as JSON: `{"patient_id": TEXT, "document_id": TEXT, "date":
// "YYYY-MM-DD", "patient": {...}}`, of which every member may be absent; `patient` is as in cg_scrubber_scrub_for. Notes of one patient_id have the same surrogates and the same date shift
// under one key. CG_STATUS_CONFIG names what is wrong with it.
//
// # Safety
// As cg_scrubber_scrub; `context_json` is readable for `context_len` bytes.
cg_status cg_scrubber_scrub_with(const cg_scrubber *scrubber,
                                 const char *text,
                                 size_t len,
                                 const char *context_json,
                                 size_t context_len,
                                 cg_scrubbed **out,
                                 cg_error **err);

// As cg_scrubber_scrub, with what is known of the patient: every mention is found with a score of 1 by detector "patient",
// and output that would still name the patient is CG_STATUS_INTERNAL in place of it (unless the scrubber was built with
// `"verify": false`).
//
// `patient_json` is an object of lists of texts, all of which may be absent:
// `{"names", "aliases", "birth_date", "note_date", "dates", "mrns", "ssn", "health_plan_ids", "accounts", "phones", "emails",
// "addresses", "relatives", "providers", "employers", "ids"}`; dates are written YYYY-MM-DD, and birth_date, note_date and ssn are
// single texts. (NULL, 0) says nothing of the patient. CG_STATUS_CONFIG names what is wrong with it.
//
// # Safety
// As cg_scrubber_scrub; `patient_json` is readable for `patient_len` bytes.
cg_status cg_scrubber_scrub_for(const cg_scrubber *scrubber,
                                const char *text,
                                size_t len,
                                const char *patient_json,
                                size_t patient_len,
                                cg_scrubbed **out,
                                cg_error **err);

// Frees a scrubber. NULL is allowed. What it produced lives on.
//
// # Safety
// `scrubber` is NULL or a live scrubber, which nobody uses afterwards.
void cg_scrubber_free(cg_scrubber *scrubber);

// Opens the index of a tenant below `directory`, or makes an empty one where it has none; nothing is written before cg_search_save.
//
// A tenant's name is 1 to 64 of `a` to `z`, digits, `-` and `_`; none sees the index of another. `options_json` is `{"words", "overlap",
// "keep_text"}`: the most words of a passage (120), how many it has in common with the one before (30), whether texts are kept (false).
// Those of an index that is there must be the same, and (NULL, 0) takes them as they are. `embedder` may be NULL; it is shared, not taken.
// An index that was made with one is only opened with the same. On success `*out` is to be freed with cg_search_free. CG_STATUS_TAMPERED
// where the file was changed or cut off.
//
// # Safety
// `directory` is readable for `len` bytes, `tenant` for `tenant_len` and `options_json` for `options_len`; `embedder` is NULL or live;
// `out` is writable; `err` is writable or NULL.
cg_status cg_search_open(const char *directory,
                         size_t len,
                         const char *tenant,
                         size_t tenant_len,
                         const char *options_json,
                         size_t options_len,
                         const cg_embedder *embedder,
                         cg_search **out,
                         cg_error **err);

// Adds a document, whose id comes back with its passages. CG_STATUS_INPUT where a document of this id is there, or the id is empty or
// longer than 1,024 bytes; the index is then as it was.
//
// # Safety
// `search` is live; `id` is readable for `id_len` bytes and `text` for `len`; `err` is writable or NULL.
cg_status cg_search_add(const cg_search *search,
                        const char *id,
                        size_t id_len,
                        const char *text,
                        size_t len,
                        cg_error **err);

// Puts a document in place of the one of this id, if there is one. As cg_search_add; where it fails, the document that was there still is.
//
// # Safety
// As cg_search_add.
cg_status cg_search_replace(const cg_search *search,
                            const char *id,
                            size_t id_len,
                            const char *text,
                            size_t len,
                            cg_error **err);

// Takes a document out: nothing of it is found or saved from then on. CG_STATUS_INPUT where there is none of this id.
//
// # Safety
// `search` is live; `id` is readable for `id_len` bytes; `err` is writable or NULL.
cg_status cg_search_delete(const cg_search *search,
                           const char *id,
                           size_t id_len,
                           cg_error **err);

// The `k` best passages for a query, best first, as JSON: `[{"document", "start", "end", "code_points": {"start", "end"}, "section",
// "score", "words": {"rank", "score"} or null, "vectors": {"rank", "score"} or null, "text"?}]`; `start` and `end` are bytes of the text
// that was added, `text` is there where the index keeps texts. None where the query has no words.
//
// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free.
//
// # Safety
// `search` is live; `query` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_search_query(const cg_search *search,
                          const char *query,
                          size_t len,
                          size_t k,
                          cg_bytes **out,
                          cg_error **err);

// The ids of all documents, in the order they came, as a JSON array, to be read with cg_bytes_data and freed with cg_bytes_free.
//
// # Safety
// `search` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_search_ids_json(const cg_search *search,
                             cg_bytes **out,
                             cg_error **err);

// Writes the index to its file in the tenant's directory; whoever opens it finds the old one or the new one, whole. Of two that save to
// one file, the last wins.
//
// # Safety
// `search` is live; `err` is writable or NULL.
cg_status cg_search_save(const cg_search *search,
                         cg_error **err);

// Closes an index. What was not saved is lost. NULL is allowed.
//
// # Safety
// `search` is NULL or a live index, which nobody uses afterwards.
void cg_search_free(cg_search *search);

// Begins a text that comes in pieces, scrubbed under the policy of `scrubber`, which may be freed meanwhile.
//
// `context_json` is as in cg_scrubber_scrub_with; (NULL, 0) says nothing. `lookahead` is how many bytes after a place must be there
// before it leaves, from 256 to 16777216; 0 stands for 1024. Where pieces end does not matter: what comes out is decided by the
// text alone, no value is ever cut, and a text shorter than one and a half look-aheads comes out as from cg_scrubber_scrub_with.
// On success `*out` is to be freed with cg_stream_free. CG_STATUS_CONFIG says what is wrong, for example that the policy has
// operators that need the whole text (encrypt, fpe, and date_shift without a patient_id).
//
// # Safety
// `scrubber` is live; `context_json` is readable for `context_len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_stream_new(const cg_scrubber *scrubber,
                        const char *context_json,
                        size_t context_len,
                        size_t lookahead,
                        cg_stream **out,
                        cg_error **err);

// Takes the next piece, which is read during the call only, and gives what may leave by now, often nothing.
//
// A piece is UTF-8 that may be cut anywhere: a character that it only begins is kept for the next. On success `*out` is to be
// freed with cg_scrubbed_free; it does not depend on the stream. Offsets of its findings count from the beginning of the stream: in bytes and
// code points of all that was pushed, their outputs in bytes of all that left. After an error nothing more leaves, and every later
// call is CG_STATUS_INPUT.
//
// # Safety
// `stream` is live; `piece` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
cg_status cg_stream_push(const cg_stream *stream,
                         const char *piece,
                         size_t len,
                         cg_scrubbed **out,
                         cg_error **err);

// Ends the text and gives the rest of it, as cg_stream_push does. The stream is still to be freed; every later call is CG_STATUS_INPUT.
//
// # Safety
// As cg_stream_push.
cg_status cg_stream_finish(const cg_stream *stream,
                           cg_scrubbed **out,
                           cg_error **err);

// Frees a stream; what it holds and has not left is gone. NULL is allowed. What it produced lives on.
//
// # Safety
// `stream` is NULL or a live stream, which nobody uses afterwards.
void cg_stream_free(cg_stream *stream);

// Opens a vault in a file to read and to add to, or starts one. No other process can open it so meanwhile.
//
// `key` is at least 32 bytes as hexadecimal digits or base64; wipe the text that held it. On success `*out` is to be freed with
// cg_vault_free. CG_STATUS_KEY says that the key is malformed or not that of the vault, CG_STATUS_TAMPERED names the first record
// that was changed, moved, added or taken out. What a stopped writer left unfinished is dropped.
//
// # Safety
// `path` is readable for `path_len` bytes and `key` for `key_len`; `out` is writable; `err` is writable or NULL.
cg_status cg_vault_open(const char *path,
                        size_t path_len,
                        const char *key,
                        size_t key_len,
                        cg_vault **out,
                        cg_error **err);

// As cg_vault_open, only to read, also while another process adds to it. There must be such a file.
//
// # Safety
// As cg_vault_open.
cg_status cg_vault_read(const char *path,
                        size_t path_len,
                        const char *key,
                        size_t key_len,
                        cg_vault **out,
                        cg_error **err);

// A vault in memory of the bytes that cg_vault_to_bytes gave, which are copied; of none (NULL, 0), a new one.
//
// # Safety
// As cg_vault_open; `data` is readable for `len` bytes.
cg_status cg_vault_from_bytes(const uint8_t *data,
                              size_t len,
                              const char *key,
                              size_t key_len,
                              cg_vault **out,
                              cg_error **err);

// The whole vault, encrypted as it is, to be stored where you like. On success `*out` is to be freed with cg_bytes_free.
//
// # Safety
// `vault` is live; `out` is writable; `err` is writable or NULL.
cg_status cg_vault_to_bytes(const cg_vault *vault,
                            cg_bytes **out,
                            cg_error **err);

// As cg_scrubber_scrub_with, and keeps in `vault` what cg_vault_restore needs to give the note back, whatever was done to its
// values; it is on the disk when this returns. Notes that become the same text are told apart by the document_id of their
// contexts; where that is the same too, the second is CG_STATUS_INPUT.
//
// `audit` is where the call is recorded, also when it fails, by `actor` at `now` as in cg_scrubber_scrub_audited; NULL records nothing.
//
// # Safety
// As cg_scrubber_scrub_with; `vault` is live; `audit` is live or NULL; `now` is readable for `now_len` bytes, `actor` for
// `actor_len`.
cg_status cg_scrubber_scrub_into(const cg_scrubber *scrubber,
                                 const char *text,
                                 size_t len,
                                 const char *context_json,
                                 size_t context_len,
                                 const cg_vault *vault,
                                 const cg_audit *audit,
                                 const char *now,
                                 size_t now_len,
                                 const char *actor,
                                 size_t actor_len,
                                 cg_scrubbed **out,
                                 cg_error **err);

// Gives back the note of which `text` is the scrubbed text, byte for byte, whatever was done to its values.
//
// `document_id` is that of the context that it was scrubbed with; without it (NULL, 0) a note is found where only one has this
// text. On success `*out` is to be freed with cg_restored_free. CG_STATUS_TAMPERED says that the text is not what was scrubbed, or
// that the vault was tampered with; CG_STATUS_INPUT that several notes have this text. Nothing is given back then. Who may is for
// cg_access_require to say before: "restore" and "read_vault".
//
// # Safety
// `vault` is live; `text` is readable for `len` bytes and `document_id` for `id_len`; `out` is writable; `err` is writable or
// NULL.
cg_status cg_vault_restore(const cg_vault *vault,
                           const char *text,
                           size_t len,
                           const char *document_id,
                           size_t id_len,
                           cg_restored **out,
                           cg_error **err);

// Checks every record; CG_STATUS_TAMPERED names the first that was changed. `*out` is a JSON array of what can be said of each
// without a value of a note (`number`, `text` and `document`: keyed fingerprints, `pieces`, `bytes`, `hash`), to be read with
// cg_bytes_data and freed with cg_bytes_free. The last `hash`, kept elsewhere, shows what was cut off.
//
// # Safety
// As cg_vault_to_bytes.
cg_status cg_vault_records_json(const cg_vault *vault,
                                cg_bytes **out,
                                cg_error **err);

// Closes a vault. NULL is allowed. What it gave back lives on.
//
// # Safety
// `vault` is NULL or a live vault, which nobody uses afterwards.
void cg_vault_free(cg_vault *vault);

// The version of the library, such as "0.1.0": a static, NUL-terminated text. Any thread may call it at any time.
const char *cg_version(void);

// The number of the binary interface of the library that runs; CG_ABI_VERSION is that of the header. It changes only when a program built
// against an older header could break.
uint32_t cg_abi_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CHARTGUARD_H */
