/* Scrubs a note into a vault, stores the vault's bytes, and gives the note back to who may see it.
 *
 *     cc vault.c $(pkg-config --cflags --libs chartguard) -o vault
 */
#include <chartguard.h>
#include <stdio.h>
#include <string.h>

/* A real key is drawn at random, kept where secrets are kept, and wiped after use. */
static const char KEY[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char NOTE[] = "Patient: Rosalind Achterberg\nSSN 219-09-9999, seen 03/14/2024.\n";
static const char CONTEXT[] = "{\"document_id\": \"note 1\"}";
static const char ROLES[] =
    "{\"roles\": {\"privacy-officer\": [\"restore\", \"read_vault\"]}, \"grants\": [{\"actor\": \"u-17\", "
    "\"role\": \"privacy-officer\", \"by\": \"u-1\", \"at\": \"2024-01-08T09:00:00Z\"}]}";
static const char NOW[] = "2024-03-14T09:26:53Z";

static int fail(cg_error *error) {
  cg_str message = cg_error_message(error);
  fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
  cg_error_free(error);
  return 1;
}

int main(void) {
  cg_error *error = NULL;
  cg_scrubber *scrubber = NULL;
  cg_vault *vault = NULL, *again = NULL;
  cg_bytes *stored = NULL;
  cg_scrubbed *scrubbed = NULL;
  cg_access *access = NULL;
  cg_restored *restored = NULL;
  if (cg_scrubber_new("{\"model\": \"none\"}", 17, &scrubber, &error) != CG_STATUS_OK) return fail(error);
  /* cg_vault_open keeps one in a file. */
  if (cg_vault_from_bytes(NULL, 0, KEY, strlen(KEY), &vault, &error) != CG_STATUS_OK) return fail(error);
  if (cg_scrubber_scrub_into(scrubber, NOTE, strlen(NOTE), CONTEXT, strlen(CONTEXT), vault, NULL, NULL, 0, NULL, 0, &scrubbed,
                             &error) != CG_STATUS_OK)
    return fail(error);
  cg_str text = cg_scrubbed_text(scrubbed);
  printf("%.*s", (int)text.len, text.ptr);
  if (cg_vault_to_bytes(vault, &stored, &error) != CG_STATUS_OK) return fail(error);
  cg_vault_free(vault);

  if (cg_access_from_yaml(ROLES, strlen(ROLES), &access, &error) != CG_STATUS_OK) return fail(error);
  if (cg_access_require(access, "u-17", 4, "restore", 7, NOW, strlen(NOW), NULL, &error) != CG_STATUS_OK ||
      cg_access_require(access, "u-17", 4, "read_vault", 10, NOW, strlen(NOW), NULL, &error) != CG_STATUS_OK)
    return fail(error);
  if (cg_vault_from_bytes(cg_bytes_data(stored), cg_bytes_len(stored), KEY, strlen(KEY), &again, &error) != CG_STATUS_OK)
    return fail(error);
  if (cg_vault_restore(again, text.ptr, text.len, "note 1", 6, &restored, &error) != CG_STATUS_OK) return fail(error);
  cg_str back = cg_restored_text(restored);
  printf("%.*s", (int)back.len, back.ptr);
  cg_restored_free(restored);
  cg_vault_free(again);
  cg_access_free(access);
  cg_bytes_free(stored);
  cg_scrubbed_free(scrubbed);
  cg_scrubber_free(scrubber);
  return 0;
}
