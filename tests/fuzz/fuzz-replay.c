/* SPDX-FileCopyrightText: 2026 The MetaClaw authors */
/* SPDX-License-Identifier: MIT */
/* The main() of a fuzz target in the ordinary builds: it feeds every file of the corpus
 * folders named on the command line to the target, so that each input that once broke a
 * parser is tried with every compiler and sanitizer. An empty or missing folder fails:
 * a target that replays nothing would look green and test nothing. Only the fuzzing tree
 * (clang -fsanitize=fuzzer, see ./run) replaces this main() by libFuzzer's. */
#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is copied into a block of its exact size: AddressSanitizer then sees a read
 * of the byte behind it, which the NUL that g_file_get_contents() appends would hide. */
static gboolean
replay_file(const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *contents = NULL;
  size_t length = 0;
  if (!g_file_get_contents(path, &contents, &length, &error)) {
    g_printerr("%s\n", error->message);
    return FALSE;
  }
  g_autofree uint8_t *input = g_memdup2(contents, length);
  g_print("replay %s (%" G_GSIZE_FORMAT " bytes)\n", path, length);
  LLVMFuzzerTestOneInput(input, length);
  return TRUE;
}

static int
replay_folder(const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
  if (dir == NULL) {
    g_printerr("%s\n", error->message);
    return 0;
  }
  int replayed = 0;
  for (const char *name = g_dir_read_name(dir); name != NULL;
       name = g_dir_read_name(dir)) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!replay_file(path))
      return 0;
    replayed++;
  }
  return replayed;
}

int
main(int argc, char **argv)
{
  /* The empty input is nobody's corpus file and everybody's first mistake. */
  LLVMFuzzerTestOneInput((const uint8_t *) "", 0);
  for (int i = 1; i < argc; i++) {
    int replayed = replay_folder(argv[i]);
    if (replayed == 0) {
      g_printerr("%s: nothing replayed\n", argv[i]);
      return 1;
    }
    g_print("%s: %d inputs replayed\n", argv[i], replayed);
  }
  return argc > 1 ? 0 : 1;
}
