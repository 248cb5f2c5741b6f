/*
 * Storms on the twin; see storm_bed.h.
 *
 * A run is cut into boots: each is ended by the power failing at an instant that the seed draws, or
 * for one in four by the storm's end, and the next boot must find what the last one had saved.
 */
#include "tests/support/storm_bed.h"

#include "tests/storm_fw/storm.h"
#include "tests/support/rng.h"
#include "tests/support/storm_list.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYSTICK_EXCEPTION 15u
#define SYSTICK_HZ 1000u
#define TIM6_EXCEPTION (16u + 55u)
#define BOOT_MS_MIN 60u
#define BOOT_MS_SPREAD 400u
#define READY_MS 20000u
#define WALL_MS 600000u
#define SPECULATION_NS 800u
#define FIRMWARE_ERROR_PS (2u * TWIN_PS_PER_US) /* between its figures and the twin's */

struct bed {
    const struct storm *storm;
    const struct storm_plan *plan;
    struct storm_result *result;
    struct twin *twin;
    uint64_t seed; /* of this storm */
    struct rng rng;
    struct storm_seen seen;    /* at the end of the boot */
    struct storm_seen before;  /* of the boot before; what it had saved */
    struct twin_irq_counts irqs;    /* when the boot began */
    struct twin_irq_counts ticks;
    uint32_t seen_addr;
};

__attribute__((format(printf, 2, 3))) static void wrong(struct bed *bed, const char *format, ...)
{
    va_list list;
    if (bed->result->wrong[0] != '\0') return;
    va_start(list, format);
    (void)vsnprintf(bed->result->wrong, STORM_WRONG_BYTES, format, list);
    va_end(list);
}

static bool is_fine(const struct bed *bed)
{
    return bed->result->wrong[0] == '\0';
}

static double us(uint64_t ps)
{
    return (double)ps / (double)TWIN_PS_PER_US;
}

/* ---- building ---- */

static struct storm_cfg cfg_of(const struct bed *bed)
{
    const struct storm_way *const way = bed->storm->way;
    const struct storm_part *const part = bed->storm->part;
    const bool is_apart = !way->in_run_bank;
    return (struct storm_cfg){
        .magic = STORM_MAGIC,
        .mode = STORM_STORM,
        .chip = part->index,
        .way = way->number,
        .region_addr = is_apart ? part->apart_addr : part->beside_addr,
        .region_bytes = storm_region_bytes(bed->storm),
        .image_bytes = is_apart ? part->bank_bytes : part->beside_addr & ~0xFFFFFu,
        .budget_us = storm_budget_us(bed->storm),
        .irq_hz = way->irq_hz,
        .handler_in_ram = way->is_live,
        .dma_bytes = 2048,
        .not_now_percent = 4,
        .not_now_us = 500,
        .dma_goes_on = bed->plan->dma_goes_on,
        .seed = (uint32_t)rng_mix(bed->seed),
    };
}

static bool patch_cfg(struct bed *bed)
{
    uint32_t addr = 0;
    const struct storm_cfg cfg = cfg_of(bed);
    return twin_symbol_find(bed->twin, "storm_cfg", &addr) &&
           twin_chip_write(bed->twin, addr - TWIN_FLASH_BASE, &cfg, sizeof cfg);
}

/*
 * "No interrupt waits", for ever: movs r0, #0; bx lr. In the flash that the start-up copies from,
 * so that what was linked and what runs still agree.
 */
static bool patch_poll(struct bed *bed)
{
    static const uint8_t code[] = {0x00, 0x20, 0x70, 0x47};
    uint32_t function = 0;
    uint32_t runs_at = 0;
    uint32_t lies_at = 0;
    return twin_symbol_find(bed->twin, "nacre_port_interrupt_waits", &function) &&
           twin_symbol_find(bed->twin, "nacre_ram_start", &runs_at) &&
           twin_symbol_find(bed->twin, "nacre_ram_load", &lies_at) &&
           twin_chip_write(bed->twin, function - runs_at + lies_at - TWIN_FLASH_BASE, code,
                           sizeof code);
}

static bool build(struct bed *bed)
{
    char error[TWIN_ERROR_BYTES] = "";
    char elf[512];
    struct twin_cfg cfg;
    static const enum twin_leftover leftovers[] = {TWIN_LEFTOVER_1_3_0, TWIN_LEFTOVER_1_2_0,
                                                   TWIN_LEFTOVER_1_0_0, TWIN_LEFTOVER_BETWEEN};
    const struct storm_cfg told = cfg_of(bed);
    (void)snprintf(elf, sizeof elf, "%s/tests/storm_fw/storm_%s.elf", NACRE_FIRMWARE_DIR,
                   bed->storm->place->name);
    twin_cfg_default(&cfg);
    cfg.app_path = elf;
    cfg.chip = bed->storm->part->name;
    cfg.busy = rng_mix(bed->seed) % 4u == 0 ? TWIN_BUSY_DRAWN : TWIN_BUSY_TYPICAL;
    cfg.seed = bed->seed;
    cfg.write_addr = told.region_addr;
    cfg.write_bytes = told.region_bytes;
    cfg.leftover = leftovers[rng_mix(bed->seed + 2u) % 4u];
    cfg.dcache = rng_mix(bed->seed + 1u) % 4u != 0;
    cfg.speculation_ns = SPECULATION_NS;
    cfg.watch_exception = TIM6_EXCEPTION;
    bed->twin = twin_create(&cfg, error);
    if (bed->twin == NULL) {
        wrong(bed, "%s", error);
        return false;
    }
    if (!twin_symbol_find(bed->twin, "storm_seen", &bed->seen_addr) || !patch_cfg(bed) ||
        (bed->plan->is_poll_out && !patch_poll(bed))) {
        wrong(bed, "the image lacks a symbol");
    }
    return is_fine(bed);
}

/* ---- running ---- */

static bool run(struct bed *bed, const struct twin_until *until, enum twin_stop wanted)
{
    const uint64_t from_ps = twin_now_ps(bed->twin);
    const enum twin_stop stop = twin_run(bed->twin, until);
    struct twin_violation violation;
    bed->result->all_ps += twin_now_ps(bed->twin) - from_ps;
    if (stop == wanted) return true;
    twin_violation_get(bed->twin, &violation);
    bed->result->violation = violation.kind;
    wrong(bed, "stopped by %s%s at %.3f us: %s %s, pc %08X %s, addr %08X; %s",
          twin_stop_name(stop), twin_error(bed->twin), us(twin_now_ps(bed->twin)),
          twin_violation_name(violation.kind), violation.detail, violation.pc, violation.symbol,
          violation.addr, twin_uart_text(bed->twin, NULL));
    return false;
}

static void read_seen(struct bed *bed)
{
    if (!twin_memory_read(bed->twin, bed->seen_addr, &bed->seen, sizeof bed->seen)) {
        wrong(bed, "storm_seen lies nowhere");
    }
    if (bed->seen.bytes != sizeof bed->seen) wrong(bed, "the image is of another build");
}

/* Of the sets that failed since the last one that did not? They may be found, or the old value. */
static bool was_refused(const struct storm_seen *last, uint32_t key, uint32_t serial)
{
    for (uint32_t i = 0; i < last->refused_count && i < STORM_REFUSED_MAX; i++) {
        if (last->refused_key[i] == key && last->refused_serial[i] == serial) return true;
    }
    return false;
}

/* What the last boot saved is there; what it was at has the old value or the new one. */
static void judge_found(struct bed *bed)
{
    const struct storm_seen *const last = &bed->before;
    for (uint32_t key = 0; key < STORM_KEYS; key++) {
        const uint32_t found = bed->seen.found[key];
        if (found == last->serial[key]) continue;
        if (key == last->doubt_key && found == last->doubt_serial) continue;
        if (was_refused(last, key, found)) continue;
        wrong(bed, "boot %llu: key %u was %u, is %u; refused last: error %u",
              (unsigned long long)bed->result->boots, key, last->serial[key], found,
              last->last_refusal);
    }
}

/* As far as the writes, for what the boot before had left. */
static bool start(struct bed *bed)
{
    const struct twin_until until = {
        .text = "ready\r\n", .for_ps = READY_MS * TWIN_PS_PER_MS, .wall_ms = WALL_MS};
    twin_power_on(bed->twin);
    (void)twin_irq_counts_get(bed->twin, TIM6_EXCEPTION, &bed->irqs);
    (void)twin_irq_counts_get(bed->twin, SYSTICK_EXCEPTION, &bed->ticks);
    if (!run(bed, &until, TWIN_STOP_TEXT)) return false;
    read_seen(bed);
    judge_found(bed);
    return is_fine(bed);
}

/* ---- judging a boot ---- */

static void judge_values(struct bed *bed)
{
    const struct storm_seen *const seen = &bed->seen;
    if (seen->phase != STORM_WRITES) {
        wrong(bed, "it stands in phase %u: %s", seen->phase, twin_uart_text(bed->twin, NULL));
    }
    if (seen->wrong_reads != 0) {
        wrong(bed, "%u values read wrong, %u of them after a remount", seen->wrong_reads,
              seen->wrong_after_mount);
    }
    if (seen->wrong_awake != 0) wrong(bed, "%u wrong calls to stay awake", seen->wrong_awake);
    if (seen->dma_wrong != 0) wrong(bed, "%u words of the DMA are wrong", seen->dma_wrong);
    if (seen->over_budget != 0) wrong(bed, "%u blackouts over the budget", seen->over_budget);
    if (seen->late_suspends != 0) wrong(bed, "%u late suspends", seen->late_suspends);
}

/* What one exception came to in this boot. */
struct served {
    uint64_t taken, merged;
};

/* Each request is served, or merged with one that waited, which the bound may not allow. */
static struct served judge_exception(struct bed *bed, uint16_t exception,
                                     const struct twin_irq_counts *from)
{
    const bool is_tick = exception == SYSTICK_EXCEPTION;
    const char *const name = is_tick ? "ticks" : "interrupts";
    const uint32_t hz = is_tick ? SYSTICK_HZ : bed->storm->way->irq_hz;
    const uint32_t bound_us = is_tick ? storm_masked_us(bed->storm) : storm_bound_us(bed->storm);
    const uint32_t counted = is_tick ? bed->seen.ticks : bed->seen.irqs;
    struct twin_irq_counts now;
    (void)twin_irq_counts_get(bed->twin, exception, &now);
    const uint64_t requests = now.requests - from->requests;
    const struct served served = {now.taken - from->taken, now.merged - from->merged};
    if (requests - served.merged - served.taken > 1u) {
        wrong(bed, "of %llu %s %llu were served and %llu merged", (unsigned long long)requests,
              name, (unsigned long long)served.taken, (unsigned long long)served.merged);
    }
    if (served.taken - counted > 1u) {
        wrong(bed, "%llu %s entered their handler, which counts %u",
              (unsigned long long)served.taken, name, counted);
    }
    if (served.merged != 0u && 1000000u / hz > bound_us) {
        wrong(bed, "%llu %s were merged, bound %u us", (unsigned long long)served.merged, name,
              bound_us);
    }
    return served;
}

static void judge_irqs(struct bed *bed)
{
    const struct served irqs = judge_exception(bed, TIM6_EXCEPTION, &bed->irqs);
    const struct served ticks = judge_exception(bed, SYSTICK_EXCEPTION, &bed->ticks);
    bed->result->irqs += irqs.taken;
    bed->result->irqs_merged += irqs.merged;
    bed->result->ticks += ticks.taken;
    bed->result->ticks_merged += ticks.merged;
}

static void add(struct bed *bed)
{
    struct storm_result *const result = bed->result;
    const struct storm_seen *const seen = &bed->seen;
    result->saves += seen->saves;
    result->saves_refused += seen->saves_refused;
    result->remounts += seen->remounts;
    result->erases += seen->erases;
    result->slices += seen->slices;
    result->not_now += seen->not_now;
}

/* One boot: writes for so long, then the power fails. */
static void boot(struct bed *bed, uint64_t ms)
{
    const struct twin_until until = {.for_ps = ms * TWIN_PS_PER_MS, .wall_ms = WALL_MS};
    if (!start(bed) || !run(bed, &until, TWIN_STOP_TIME)) return;
    read_seen(bed);
    judge_values(bed);
    judge_irqs(bed);
    add(bed);
    bed->before = bed->seen;
    bed->result->boots++;
    bed->result->ran_ms += ms;
    twin_power_off(bed->twin);
}

/* ---- judging the run ---- */

static void judge_times(struct bed *bed)
{
    struct storm_result *const result = bed->result;
    const uint64_t mhz = bed->seen.cycles_per_us == 0 ? 1 : bed->seen.cycles_per_us;
    const uint64_t told_ps = bed->seen.longest_cycles * TWIN_PS_PER_US / mhz;
    if (result->blackout.longest_ps > result->budget_ps) {
        wrong(bed, "a blackout of %.3f us, budget %.3f us", us(result->blackout.longest_ps),
              us(result->budget_ps));
    }
    if (result->latency.longest_ps > result->bound_ps) {
        wrong(bed, "a latency of %.3f us, bound %.3f us", us(result->latency.longest_ps),
              us(result->bound_ps));
    }
    if (told_ps > result->blackout.longest_ps + FIRMWARE_ERROR_PS) {
        wrong(bed, "the library tells of a blackout of %.3f us, the longest was %.3f us",
              us(told_ps), us(result->blackout.longest_ps));
    }
}

/* A storm in which nothing blew proves nothing. */
static void judge_storm(struct bed *bed)
{
    const struct storm_result *const result = bed->result;
    const bool is_asked = !bed->storm->way->is_twofold; /* no blackout: nobody need let go */
    if (result->saves == 0 || (is_asked && result->not_now == 0) || result->irqs == 0 ||
        result->dma_bursts == 0 || result->speculations_fenced == 0 ||
        result->speculations == result->speculations_fenced) {
        wrong(bed, "a calm: %llu saves, %llu not now, %llu bursts, %llu of %llu speculations",
              (unsigned long long)result->saves, (unsigned long long)result->not_now,
              (unsigned long long)result->dma_bursts,
              (unsigned long long)result->speculations_fenced,
              (unsigned long long)result->speculations);
    }
}

static void take_counters(struct bed *bed)
{
    struct twin_counters counters;
    struct storm_result *const result = bed->result;
    twin_counters_get(bed->twin, &counters);
    twin_times_get(bed->twin, TWIN_TIMES_BLACKOUT, &result->blackout);
    twin_times_get(bed->twin, TWIN_TIMES_WATCHED_LATENCY, &result->latency);
    result->dma_bursts = counters.dma_bursts;
    result->speculations = counters.speculations;
    result->speculations_fenced = counters.speculations_fenced;
    result->dark_ps = counters.dark_ps;
    result->worst_dark_in_1ms_ps = counters.worst_dark_in_1ms_ps;
}

static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_boots(struct bed *bed)
{
    const struct storm_plan *const plan = bed->plan;
    while (bed->result->ran_ms < plan->run_ms && is_fine(bed)) {
        const uint64_t left = plan->run_ms - bed->result->ran_ms;
        const uint64_t ms = BOOT_MS_MIN + rng_below(&bed->rng, BOOT_MS_SPREAD);
        boot(bed, ms < left ? ms : left);
        if (plan->progress != NULL) plan->progress(bed->storm, bed->result->ran_ms);
    }
    if (is_fine(bed)) (void)start(bed); /* what the last boot saved */
}

void storm_run(const struct storm *storm, const struct storm_plan *plan,
               struct storm_result *result)
{
    struct bed *const bed = calloc(1, sizeof *bed);
    const double from = seconds_now();
    memset(result, 0, sizeof *result);
    if (bed == NULL) {
        (void)snprintf(result->wrong, sizeof result->wrong, "no memory");
        return;
    }
    *bed = (struct bed){.storm = storm, .plan = plan, .result = result};
    bed->seed = storm_seed(storm, plan->seed);
    bed->rng = (struct rng){bed->seed};
    bed->before.doubt_key = STORM_KEYS;
    result->budget_ps = storm_budget_us(storm) * TWIN_PS_PER_US;
    result->bound_ps = storm_bound_us(storm) * TWIN_PS_PER_US;
    if (build(bed)) {
        run_boots(bed);
        take_counters(bed);
        judge_times(bed);
        if (is_fine(bed)) judge_storm(bed);
    }
    twin_destroy(bed->twin);
    free(bed);
    result->host_s = seconds_now() - from;
}
