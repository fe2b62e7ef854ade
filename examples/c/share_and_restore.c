/* Scrubs a line under a key and restores it.
 *
 *     cc share_and_restore.c $(pkg-config --cflags --libs chartguard) -o share_and_restore
 */
#include <chartguard.h>
#include <stdio.h>
#include <string.h>

/* A real key is drawn at random, kept where secrets are kept, and wiped after use. */
static const char KEY[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char CONFIG[] =
    "{\"model\": \"none\", \"key\": \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
    " \"policy\": {\"extends\": \"limited-data-set\", \"categories\": {\"name\": {\"operator\": \"surrogate\", \"keyed\": true},"
    " \"date\": {\"operator\": \"date_shift\"}, \"ssn\": {\"operator\": \"fpe\"}}}}";
static const char NOTE[] = "Patient: Rosalind Achterberg\nSSN 219-09-9999, seen 03/14/2024 and 03/21/2024.\n";
static const char CONTEXT[] = "{\"patient_id\": \"4471203\"}";

static int fail(cg_error *error) {
  cg_str message = cg_error_message(error);
  fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
  cg_error_free(error);
  return 1;
}

int main(void) {
  cg_error *error = NULL;
  cg_scrubber *scrubber = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_restored *restored = NULL;
  if (cg_scrubber_new(CONFIG, strlen(CONFIG), &scrubber, &error) != CG_STATUS_OK) return fail(error);
  if (cg_scrubber_scrub_with(scrubber, NOTE, strlen(NOTE), CONTEXT, strlen(CONTEXT), &scrubbed, &error) != CG_STATUS_OK)
    return fail(error);
  cg_str text = cg_scrubbed_text(scrubbed);
  printf("%.*s\n", (int)text.len, text.ptr);
  /* The number comes back from the text alone; names and dates stay what they became. */
  if (cg_restore(text.ptr, text.len, KEY, strlen(KEY), &restored, &error) != CG_STATUS_OK) return fail(error);
  cg_str back = cg_restored_text(restored);
  printf("%.*s", (int)back.len, back.ptr);
  cg_restored_free(restored);
  cg_scrubbed_free(scrubbed);
  cg_scrubber_free(scrubber);
  return 0;
}
