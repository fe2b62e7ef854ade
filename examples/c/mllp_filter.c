/* Scrubs a stream of HL7 v2 messages framed by MLLP (HL7 v2.5 appendix C: <VT> message <FS><CR>).
 *
 *   cc mllp_filter.c $(pkg-config --cflags --libs chartguard) -o mllp_filter
 *   ./mllp_filter < received.mllp > scrubbed.mllp          or: ./mllp_filter received.mllp
 *
 * Every message that could be scrubbed is written in its frame, in order. A message that could not be is never passed on, whole or in
 * part: standard error says its number and why (the reason holds nothing of it), its place in the output stays empty, and the exit status
 * at the end is 1. What is not framed as it should be (bytes between frames, a frame that never ends, one over MAX_MESSAGE) stops the
 * filter with status 2, since where the next message starts is then a guess. An engine in between would answer the sender with an
 * acknowledgement (MSA-1 = AE) at the place marked below. */
#include <chartguard.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VT = 0x0b, FS = 0x1c, CR = 0x0d };
#define MAX_MESSAGE ((size_t)64 << 20)

/* What came of reading a frame. */
enum frame { FRAME, END, BROKEN };

struct buffer {
  char *bytes;
  size_t len, capacity;
};

static int add(struct buffer *buffer, char byte) {
  if (buffer->len == buffer->capacity) {
    size_t capacity = buffer->capacity ? 2 * buffer->capacity : 1 << 16;
    char *larger = realloc(buffer->bytes, capacity);
    if (!larger) return 0;
    buffer->bytes = larger;
    buffer->capacity = capacity;
  }
  buffer->bytes[buffer->len++] = byte;
  return 1;
}

/* Reads the next message into `message`. Line breaks between frames are let by, since files of frames often have them. */
static enum frame next(FILE *in, struct buffer *message) {
  int c;
  do c = getc(in);
  while (c == CR || c == '\n');
  if (c == EOF) return ferror(in) ? BROKEN : END;
  if (c != VT) return BROKEN;
  for (message->len = 0; (c = getc(in)) != EOF && c != FS;) {
    /* A start block within a message says that the end of the one before was lost. */
    if (c == VT || message->len == MAX_MESSAGE || !add(message, (char)c)) return BROKEN;
  }
  return c == FS && getc(in) == CR ? FRAME : BROKEN;
}

static void report(const char *what, unsigned long number, cg_error *err) {
  cg_str reason = cg_error_message(err);
  fprintf(stderr, "mllp_filter: %s %lu: %.*s\n", what, number, (int)reason.len, reason.ptr ? reason.ptr : "");
  cg_error_free(err);
}

int main(int argc, char **argv) {
  if (argc > 2) {
    fprintf(stderr, "usage: %s [FILE]\n", argv[0]);
    return 2;
  }
  FILE *in = argc == 2 ? fopen(argv[1], "rb") : stdin;
  if (!in) {
    perror(argv[1]);
    return 2;
  }
  cg_error *err = NULL;
  cg_scrubber *scrubber = NULL;
  if (cg_scrubber_new(NULL, 0, &scrubber, &err) != CG_STATUS_OK) {
    report("scrubber", 0, err);
    return 2;
  }

  struct buffer message = {0};
  unsigned long number = 0;
  int status = 0;
  enum frame frame;
  while (status != 2 && (frame = next(in, &message)) != END) {
    number++;
    if (frame == BROKEN) {
      fprintf(stderr, "mllp_filter: message %lu: not framed as MLLP, or over %zu bytes; nothing after it was read\n", number, MAX_MESSAGE);
      status = 2;
      break;
    }
    cg_message *scrubbed = NULL;
    if (cg_scrubber_scrub_message(scrubber, message.bytes, message.len, "hl7", NULL, 0, &scrubbed, &err) != CG_STATUS_OK) {
      report("message", number, err); /* Here an engine answers AE. */
      status = 1;
      continue;
    }
    cg_str out = cg_message_bytes(scrubbed);
    if (putchar(VT) == EOF || fwrite(out.ptr, 1, out.len, stdout) != out.len || putchar(FS) == EOF || putchar(CR) == EOF ||
        fflush(stdout) != 0) {
      perror("mllp_filter: standard output");
      status = 2;
    }
    cg_message_free(scrubbed);
  }
  free(message.bytes);
  cg_scrubber_free(scrubber);
  if (in != stdin) fclose(in);
  return status;
}
