/*
 * The measuring firmware on the twin: run it, take its report apart, note what its chip was asked.
 */
#ifndef TESTS_SUPPORT_BRINGUP_BED_H
#define TESTS_SUPPORT_BRINGUP_BED_H

#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

#define IMAGES NACRE_FIRMWARE_DIR "/examples/bring-up/"
#define SCRATCH 0x07FE0000u /* as examples/bring-up/CMakeLists.txt names it for the trial image */
#define SCRATCH_BYTES 0x2000u
#define WORK_MAX 512u

struct bed_seen {
    uint64_t program_ps[WORK_MAX]; /* of 16 bytes */
    uint32_t programs;
    uint64_t erase_ps[WORK_MAX];
    uint32_t erases;
    uint32_t strobes;
    uint32_t off_reads; /* of the window, by the step mode_off */
    uint32_t resets;          /* of the system, by software */
    uint16_t last_opcodes[2]; /* before the first of them */
    uint32_t others; /* violations of any other kind */
    char first_other[160];
};

extern struct twin *twin;
extern struct twin_cfg cfg; /* may be changed until the image is created */
extern struct bed_seen seen;

/* Of each test. */
int bed_up(void **state);
int bed_down(void **state);

void create(const char *path);
void power_on(const char *path);
/* Until the console has sent text; the report is what it sent since power on. */
void run_to(const char *text);
/* The rest of the last line. */
void run_out(void);
/* From power on to the last line: it must be whole, and no violation seen but missing strobes
   and the read that the step mode_off makes. */
void run_whole(const char *image);
/* The report of the newest start alone. */
void forget_earlier_starts(void);

/* Version first, three words a line, a check sum last. */
void report_is_whole(void);
bool has(const char *key);
/* The value of a key, which must be there, once; the text lives until the next call. */
const char *text_of(const char *key);
uint32_t number_of(const char *key);
uint32_t hex_of(const char *key);
void number_is_near(const char *key, uint32_t least, uint32_t above);
void verdict_is(const char *name, const char *wanted);

/* No program, no erase, no strobe missed. */
void nothing_was_written(void);

#endif
