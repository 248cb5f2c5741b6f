/*
 * The bed: see the header.
 */
#include "tests/fuzz/fuzz_bed.h"

#include "tests/support/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCANS_MAX 32u      /* docs/guarantee.md, 4: bytes of one scan, and how many scans */
#define SCAN_REGIONS_MAX 4u

_Noreturn void fuzz_wrong(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    abort();
}

void fuzz_bed_open(struct fuzz_bed *bed, uint32_t kind)
{
    static const uint32_t cut_bytes[] = { 16u, 16u, FUZZ_PAGE_SMALL, FUZZ_UNIT_BYTES };
    const uint32_t habit = kind / 4u % 4u;
    const uint32_t page_bytes = habit == 2u ? FUZZ_PAGE_SMALL : FUZZ_PAGE_BYTES;
    bed->kind = kind % FUZZ_BEDS;
    bed->lane_count = habit >= 2u ? 2u : 1u;
    bed->lane_units = (habit == 3u ? 5u : 3u) + kind % 4u;
    const struct nacre_geometry geometry = { FUZZ_UNIT_BYTES, bed->lane_units * bed->lane_count,
                                             16u, page_bytes, cut_bytes[habit], 0 };
    bed->sim = sim_nor_create(&geometry, kind);
    bed->reads_max = (uint64_t)SCANS_MAX * SCAN_REGIONS_MAX * bed->sim->bytes;
    bed->cfg = (struct nacre_store_cfg){
        .medium = &bed->sim->medium,
        .index = bed->index,
        .index_count = (kind & 16u) != 0 ? FUZZ_INDEX_SMALL : FUZZ_INDEX_MAX,
        .assume = habit == 1u ? NACRE_ASSUME_CUT_GRANULE : NACRE_ASSUME_NOTHING,
    };
}

void fuzz_bed_close(struct fuzz_bed *bed)
{
    sim_nor_destroy(bed->sim);
    bed->sim = NULL;
}

bool fuzz_is_readable(enum nacre_err err)
{
    return err == NACRE_OK || err == NACRE_UNSETTLED || err == NACRE_KEYS_FULL ||
           err == NACRE_WORN_OUT;
}

bool fuzz_is_left(enum nacre_err err)
{
    return err == NACRE_FOREIGN || err == NACRE_NEWER_FORMAT || err == NACRE_OTHER_GEOMETRY;
}

/* What a mount may answer on a chip that obeys, whatever its bytes are. */
static bool is_a_mounts_answer(enum nacre_err err)
{
    return fuzz_is_readable(err) || fuzz_is_left(err) || err == NACRE_FULL ||
           err == NACRE_DAMAGED || err == NACRE_VERIFY;
}

/* Was a command of the chip told to fail? */
static bool has_faults(const struct sim_nor *sim)
{
    return sim->faults.program_fails != SIM_NOR_NO_COMMAND ||
           sim->faults.erase_fails != SIM_NOR_NO_COMMAND;
}

enum nacre_err fuzz_bed_mount(struct fuzz_bed *bed)
{
    sim_nor_power_on(bed->sim);
    memset(&bed->store, 0xa5, sizeof bed->store);
    memset(bed->index, 0x5a, sizeof bed->index);
    const uint64_t read_before = bed->sim->counters.read_bytes;
    const bool may_fail = has_faults(bed->sim);
    const enum nacre_err err = nacre_mount(&bed->store, &bed->cfg);
    const uint64_t read = bed->sim->counters.read_bytes - read_before;
    if (!is_a_mounts_answer(err) && !may_fail) fuzz_wrong("mount answers %d", (int)err);
    if (read > bed->reads_max) fuzz_wrong("mount reads %llu bytes", (unsigned long long)read);
    return err;
}

void fuzz_bed_cut_soon(struct fuzz_bed *bed, struct fuzz_input *input, jmp_buf *jump)
{
    const uint32_t command = fuzz_byte(input) % 16u;
    const struct sim_tear tear = { SIM_TEAR_ANY, 0, rng_mix(fuzz_byte(input)) };
    sim_nor_cut_at(bed->sim, command, &tear, jump);
}

void fuzz_call(void (*call)(void), void (*recover)(void), jmp_buf *jump)
{
    if (setjmp(*jump) == 0) call();
    else recover();
}

void fuzz_answers_take(struct fuzz_bed *bed, struct fuzz_answers *answers)
{
    uint8_t buf[NACRE_VALUE_BYTES_MAX];
    uint32_t key = 0;
    answers->count = 0;
    while (nacre_next(&bed->store, &key) == NACRE_OK) {
        if (answers->count == FUZZ_ANSWERS_MAX) fuzz_wrong("more keys than the index has entries");
        struct fuzz_answer *const answer = &answers->at[answers->count++];
        memset(answer, 0, sizeof *answer);
        answer->key = key;
        answer->err = nacre_get(&bed->store, key, buf, sizeof buf, &answer->n);
        if (answer->err == NACRE_TOO_SMALL) fuzz_wrong("key %u: too long", key);
        if (answer->err == NACRE_OK) answer->crc = decode_crc(0, buf, answer->n);
        key++;
    }
}

void fuzz_answers_agree(const struct fuzz_answers *now, const struct fuzz_answers *before)
{
    if (now->count != before->count) {
        fuzz_wrong("%u keys, before there were %u", now->count, before->count);
    }
    for (uint32_t i = 0; i < now->count; i++) {
        const struct fuzz_answer *const a = &now->at[i];
        const struct fuzz_answer *const b = &before->at[i];
        if (a->key == b->key && a->err == b->err && a->n == b->n && a->crc == b->crc) continue;
        fuzz_wrong("key %u answers %d, %u bytes, crc %08x; before key %u, %d, %u, %08x", a->key,
                   (int)a->err, a->n, a->crc, b->key, (int)b->err, b->n, b->crc);
    }
}

void fuzz_bed_check_chip(const struct fuzz_bed *bed)
{
    if (bed->sim->violations != 0) fuzz_wrong("violation: %s", bed->sim->violation);
}
