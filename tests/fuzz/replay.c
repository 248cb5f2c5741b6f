/*
 * Give stored inputs to a fuzz target without a fuzzer: for any compiler, for coverage, for a
 * finding.
 *
 * usage: TARGET PATH...    a file, or a folder of files
 */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz_input.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static bool run_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    static uint8_t bytes[65536];
    if (file == NULL) return false;
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    /* A copy of just that size, so that a read behind the end is seen. */
    uint8_t *const input = malloc(n == 0 ? 1u : n);
    if (input == NULL) abort();
    for (size_t i = 0; i < n; i++) input[i] = bytes[i];
    (void)LLVMFuzzerTestOneInput(input, n);
    free(input);
    return true;
}

static int run_folder(const char *path)
{
    struct dirent **entries;
    int count = 0;
    const int n = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char name[4096];
        (void)snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && run_file(name)) count++;
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return n >= 0 ? count : -1;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        const int in_folder = run_folder(argv[i]);
        if (in_folder < 0 && !run_file(argv[i])) {
            (void)fprintf(stderr, "%s: cannot be read\n", argv[i]);
            return 2;
        }
        count += in_folder < 0 ? 1 : in_folder;
    }
    (void)printf("%d inputs\n", count);
    return count == 0 ? 2 : 0;
}
