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
#include "bench/ways.h"

#include <string.h>

#define SAVES 300u /* a unit in each lane and more: each way meets an erase in a save */
#define IDLE_PS (5u * TWIN_PS_PER_MS)

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

/* Those of docs/blackout.md; NAN where there is none. A save is two programs here, one a lane. */
struct limits {
    double longest_us, dark_per_save_us, dark_per_erase_us, dark_share_percent, latency_us;
};

static struct limits limits_of(const struct way *way, const struct chip *chip)
{
    const struct limits none = {NAN, NAN, NAN, NAN, NAN};
    if (way->is_lock || way->way == NACRE_WAY_WHOLE) return none;
    if (way->way == NACRE_WAY_SLICED) {
        return (struct limits){chip->slice_us, NAN, NAN, NAN, chip->latency_limit_us};
    }
    return (struct limits){5, 20, 200, 2, NAN};
}

static void measure(struct subject *subject, const struct way *way, const struct chip *chip)
{
    const double idle = idle_work_per_ms(subject);
    struct subject_seen *const seen = &subject->seen;
    struct twin_counters erases, all;

    subject_clear(subject);
    subject_type(subject, subject->image.erase, chip->erases);
    twin_counters_get(subject->twin, &erases);
    const double work_per_ms = seen->work / (us(seen->work_ps) / 1e3);
    subject_type(subject, subject->image.save, SAVES);
    twin_counters_get(subject->twin, &all);
    /* One may be due at either end. */
    const double asked = us(twin_now_ps(subject->twin) - seen->begin_ps) / way->irq_us - 1.0;

    const char *const name = way->name;
    const struct limits limits = limits_of(way, chip);
    print(name, chip, "longest_us", us(all.longest_blackout_ps), "us", limits.longest_us);
    print(name, chip, "dark_per_save_us", us(seen->save_dark_ps) / (double)seen->saves.count,
          "us", limits.dark_per_save_us);
    print(name, chip, "dark_per_erase_us", us(erases.dark_ps) / chip->erases, "us",
          limits.dark_per_erase_us);
    print(name, chip, "dark_share_percent", us(all.worst_dark_in_1ms_ps) / 10.0, "%",
          limits.dark_share_percent);
    print(name, chip, "latency_us", times_percentile_us(&seen->latency, 100), "us",
          limits.latency_us);
    print(name, chip, "latency_p999_us", times_percentile_us(&seen->latency, 99.9), "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "interrupts_lost_percent",
          100.0 * fmax(0, 1.0 - (double)seen->latency.count / asked), "%", FIGURE_NO_LIMIT);
    print(name, chip, "durable_us", times_percentile_us(&seen->saves, 50), "us",
          FIGURE_NO_LIMIT);
    print(name, chip, "durable_longest_us", us(seen->save_longest_ps), "us", FIGURE_NO_LIMIT);
    print(name, chip, "erase_stretched", (double)seen->erase_ps / (double)seen->erase_busy_ps,
          "times", FIGURE_NO_LIMIT);
    print(name, chip, "work_percent", 100.0 * work_per_ms / idle, "%", FIGURE_NO_LIMIT);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5) {
        fprintf(stderr, "usage: bench_blackout WRITER_ELF LOCK_ELF [WAY [CHIP]]\n");
        return 3;
    }
    const struct way_images images = {argv[1], argv[2]};
    for (uint32_t i = 0; i < way_count; i++) {
        if (argc > 3 && strcmp(argv[3], ways[i].name) != 0) continue;
        for (uint32_t j = 0; j < chip_count; j++) {
            struct subject subject = {0};
            const struct way_trial trial = {&ways[i], &chips[j], ways[i].irq_us, false};
            if (argc > 4 && strcmp(argv[4], chips[j].name) != 0) continue;
            if (!way_is_for(&ways[i], &chips[j])) continue;
            way_start(&subject, &images, &trial);
            measure(&subject, &ways[i], &chips[j]);
            subject_end(&subject);
        }
    }
    return 0;
}
