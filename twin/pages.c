/*
 * Written pages by /proc/self/pagemap, see pages.h (Linux,
 * Documentation/admin-guide/mm/pagemap.rst: bit 63 present, 62 swapped, 61 page of a file).
 *
 * The alternative, a hook on each store, makes the emulator take each load the slow way too: a
 * third of all run time.
 */
#include "twin/pages.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define CHUNK 512u
#define PRESENT (1ULL << 63)
#define SWAPPED (1ULL << 62)
#define OF_FILE (1ULL << 61)

static uint32_t look_at(const uint64_t *entries, uint32_t count, uint8_t *changed)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const bool is_there = (entries[i] & (PRESENT | SWAPPED)) != 0u;
        const bool is_copy = is_there && (entries[i] & OF_FILE) == 0u;
        changed[i] = is_copy;
        sum += is_copy;
    }
    return sum;
}

uint32_t pages_find_changed(const uint8_t *array, uint32_t count, uint8_t *changed)
{
    uint64_t entries[CHUNK];
    uint32_t sum = 0;
    uint32_t done = 0;
    const int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    while (file >= 0 && done < count) {
        const uint32_t n = count - done < CHUNK ? count - done : CHUNK;
        const uint64_t first = (uint64_t)(uintptr_t)array / PAGE_BYTES + done;
        const ssize_t got = pread(file, entries, n * 8u, (off_t)(first * 8u));
        if (got != (ssize_t)(n * 8u)) break;
        sum += look_at(entries, n, changed + done);
        done += n;
    }
    if (file >= 0) (void)close(file);
    memset(changed + done, 1, count - done);
    return sum + (count - done);
}

void pages_drop(uint8_t *array, uint32_t page)
{
    (void)madvise(array + (uintptr_t)page * PAGE_BYTES, PAGE_BYTES, MADV_DONTNEED);
}
