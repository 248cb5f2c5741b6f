/*
 * What a save and an erase cost the application, for each way through the blackout on each chip
 * that the library drives, beside what one lock round the whole operation costs.
 *
 * Method: the twin at 600 MHz, 40 ns a register access, typical times of the chip. Each way does
 * the same: ERASES erases while the application works, then SAVES saves of a record in two lanes
 * without any idle time. A timer's handler in flash runs at 20 kHz with read while write and two
 * controllers, else at 1 kHz; its latencies are those of both parts.
 *
 * usage: bench_blackout WRITER_ELF LOCK_ELF [WAY [CHIP]]
 */
#include "bench/figure.h"
#include "bench/fw/lock_cfg.h"
#include "bench/subject.h"

#include <stdlib.h>
#include <string.h>

#define SAVES 300u /* a unit in each lane and more: each way meets an erase in a save */
#define IDLE_PS (5u * TWIN_PS_PER_MS)
#define UNITS 17u /* the store's, and one to erase */
#define UNITS_TO_END 32u /* the region begins so many before the end of its bank */

struct chip {
    const char *name;
    const char *part;      /* as the twin names it */
    uint32_t bytes;
    uint32_t bank_bytes;
    uint32_t unit_bytes;
    uint32_t lock;         /* LOCK_CHIP_ */
    uint32_t slice_us;     /* the least budget of a slice */
    double latency_limit_us; /* sliced: the row's run and suspend latency, and 5 us */
    uint32_t erases;
};

static const struct chip chips[] = {
    {"mx66uw1g45g", "MX66UW1G45G", 0x08000000, 0x02000000, 4096, LOCK_CHIP_MACRONIX_OCTAL, 520,
     509, 20},
    {"mx25uw51245g", "MX25UW51245G", 0x04000000, 0x01000000, 4096, LOCK_CHIP_MACRONIX_OCTAL, 520,
     509, 20},
    {"mx25uw25645g", "MX25UW25645G", 0x02000000, 0x00800000, 4096, LOCK_CHIP_MACRONIX_OCTAL, 520,
     509, 20},
    {"mx25lm51245g", "MX25LM51245G", 0x04000000, 0x04000000, 4096, LOCK_CHIP_MACRONIX_OCTAL, 520,
     509, 20},
};

static double us(uint64_t ps)
{
    return (double)ps / 1e6;
}

static void print(const char *way, const struct chip *chip, const char *name, double value,
                  const char *unit, double limit)
{
    char whole[96];
    (void)snprintf(whole, sizeof whole, "blackout.%s.%s.%s", way, chip->name, name);
    figure_print(whole, value, unit, limit);
}

/* Iterations of the application's loop in a millisecond in which nothing is written. */
static double idle_work_per_ms(struct subject *subject)
{
    const uint32_t before = subject_work(subject);
    subject_wait(subject, IDLE_PS);
    return (double)(subject_work(subject) - before) / ((double)IDLE_PS / (double)TWIN_PS_PER_MS);
}

/* ---- the ways ---- */

struct way {
    const char *name;
    bool is_lock;
    bool has_own_bank;       /* the image lies in another bank than what is written */
    uint32_t irq_us;
    uint32_t budget_us;      /* 0: the chip's slice */
};

static const struct way ways[] = {
    {"lock", true, false, 1000, 0},
};

static uint32_t region_addr(const struct way *way, const struct chip *chip)
{
    const uint32_t end = way->has_own_bank ? chip->bytes : chip->bank_bytes;
    return end - UNITS_TO_END * chip->unit_bytes;
}

static void start_lock(struct subject *subject, const char *elf, const struct way *way,
                       const struct chip *chip)
{
    const struct subject_image image = {elf, "lock_cfg", "lock_save", "lock_work", "e", "s"};
    const struct lock_cfg cfg = {.chip = chip->lock,
                                 .region_addr = region_addr(way, chip),
                                 .unit_bytes = chip->unit_bytes,
                                 .irq_us = way->irq_us};
    const struct subject_board board = {.chip = chip->part,
                                        .cfg = &cfg,
                                        .cfg_bytes = sizeof cfg,
                                        .write_addr = cfg.region_addr,
                                        .write_bytes = UNITS * chip->unit_bytes};
    subject_start(subject, &image, &board);
}

static void measure(struct subject *subject, const struct way *way, const struct chip *chip)
{
    const double idle = idle_work_per_ms(subject);
    struct subject_seen *const seen = &subject->seen;
    struct twin_counters erases, all;

    subject_clear(subject);
    subject_type(subject, subject->image->erase, chip->erases);
    twin_counters_get(subject->twin, &erases);
    const double erase_ms = us(seen->erase_ps) / 1e3;
    subject_type(subject, subject->image->save, SAVES);
    twin_counters_get(subject->twin, &all);
    const double asked = us(twin_now_ps(subject->twin) - seen->begin_ps) / way->irq_us;

    const char *const name = way->name;
    print(name, chip, "longest_us", us(all.longest_blackout_ps), "us", FIGURE_NO_LIMIT);
    print(name, chip, "dark_per_save_us", us(seen->save_dark_ps) / (double)seen->saves.count,
          "us", FIGURE_NO_LIMIT);
    print(name, chip, "dark_per_erase_us", us(erases.dark_ps) / chip->erases, "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "dark_share_percent", us(all.worst_dark_in_1ms_ps) / 10.0, "%",
          FIGURE_NO_LIMIT);
    print(name, chip, "latency_us", times_percentile_us(&seen->latency, 100), "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "latency_p999_us", times_percentile_us(&seen->latency, 99.9), "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "interrupts_lost_percent",
          100.0 * fmax(0, 1.0 - (double)seen->latency.count / asked), "%", FIGURE_NO_LIMIT);
    print(name, chip, "durable_us", times_percentile_us(&seen->saves, 50), "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "durable_longest_us", us(seen->save_longest_ps), "us", FIGURE_NO_LIMIT);
    print(name, chip, "erase_stretched", (double)seen->erase_ps / (double)seen->erase_busy_ps,
          "times", FIGURE_NO_LIMIT);
    print(name, chip, "work_percent", 100.0 * seen->work / erase_ms / idle, "%", FIGURE_NO_LIMIT);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: bench_blackout WRITER_ELF LOCK_ELF [WAY [CHIP]]\n");
        return 3;
    }
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (argc > 3 && strcmp(argv[3], ways[i].name) != 0) continue;
        for (size_t j = 0; j < sizeof chips / sizeof chips[0]; j++) {
            struct subject subject = {0};
            if (argc > 4 && strcmp(argv[4], chips[j].name) != 0) continue;
            start_lock(&subject, argv[2], &ways[i], &chips[j]);
            measure(&subject, &ways[i], &chips[j]);
            subject_end(&subject);
        }
    }
    return 0;
}
