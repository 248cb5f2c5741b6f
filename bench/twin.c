/*
 * What a save and an erase cost the product, measured on the twin with its real image, which reads
 * while it writes; how that grows with what is not known of the silicon; and how fast the twin
 * starts a board. What each way costs on each chip is measured by bench_blackout.
 *
 * usage: bench_twin TWO_LANES_ELF ONE_LANE_ELF
 *
 * The figures are those of two lanes, where a cut spoils the page; those named "one_lane." are of
 * the other image, where it spoils only the granules that are being programmed.
 */
#include "bench/figure.h"
#include "bench/times.h"
#include "tests/support/rng.h"
#include "tools/demo/board.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROW "blackout.rww.mx66uw1g45g.product."
#define RECORD_BYTES 16u /* of a brightness, in each lane */
#define SAVES 600u /* two units and more: several erases */
#define BOOTS 300u
#define INSTANTS 200u /* of one erase */
#define ERASE_US 24000u /* of its 25 ms, what is left after the half millisecond and the typing */

/* What is run. */
struct image {
    const char *elf;
    uint32_t lanes;
    const char *row; /* what its figures begin with */
};

/* What one run of SAVES saves costs. */
struct cost {
    double longest_us, dark_per_save_us, dark_per_erase_us, dark_share_percent;
    double latency_added_us, durable_us, durable_longest_us;
};

__attribute__((noreturn)) static void give_up(const char *what, const struct board *board)
{
    struct twin_violation violation = {0};
    if (board != NULL) twin_violation_get(board->twin, &violation);
    fprintf(stderr, "bench_twin: %s %s %s\n", what, board != NULL ? board->fault : "",
            violation.detail);
    exit(1);
}

static void type_saves(struct board *board, unsigned count)
{
    char text[CONSOLE_LINE_BYTES];
    for (unsigned i = 0; i < count; i++) {
        (void)snprintf(text, sizeof text, "set %u", i % 101u);
        if (board_type(board, text) != BOARD_READY || board->console.answer != CONSOLE_SAVED) {
            give_up(text, board);
        }
    }
}

/* What is assumed of the silicon. */
struct silicon {
    uint32_t register_ns;
    uint32_t calibration_ns;
    uint32_t cpu_mhz;
};

static void create(struct board *board, const struct image *image, struct silicon silicon)
{
    struct twin_cfg cfg;
    char error[TWIN_ERROR_BYTES];
    twin_cfg_default(&cfg);
    cfg.app_path = image->elf;
    cfg.tear = image->lanes == 1 ? TWIN_TEAR_GRANULE : TWIN_TEAR_PAGE;
    cfg.register_ns = silicon.register_ns;
    cfg.calibration_ns = silicon.calibration_ns;
    cfg.cpu_hz = silicon.cpu_mhz * 1000000u;
    if (board_create(board, &cfg, error) != 0) give_up(error, NULL);
    if (board_boot(board) != BOARD_READY) give_up("the first boot failed", board);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static double median_us(const struct ledger *ledger)
{
    uint64_t *durable = calloc(ledger->save_count, sizeof *durable);
    if (durable == NULL || ledger->save_count == 0) give_up("no saves", NULL);
    for (size_t i = 0; i < ledger->save_count; i++) durable[i] = ledger->saves[i].durable_ps;
    qsort(durable, ledger->save_count, sizeof *durable, by_size);
    const double median = ledger_us(durable[ledger->save_count / 2]);
    free(durable);
    return median;
}

static void raise(double *most, uint64_t ps)
{
    if (ledger_us(ps) > *most) *most = ledger_us(ps);
}

static struct cost measure(const struct image *image, struct silicon silicon)
{
    struct board board;
    struct twin_counters counters;
    struct cost cost = {0};
    create(&board, image, silicon);
    twin_counters_clear(board.twin);
    type_saves(&board, SAVES);
    twin_counters_get(board.twin, &counters);
    if (board.ledger.erase_count == 0) give_up("no erase in the session", &board);
    for (size_t i = 0; i < board.ledger.save_count; i++) {
        const struct ledger_save *save = &board.ledger.saves[i];
        const bool is_record = save->programmed_bytes == RECORD_BYTES * image->lanes;
        if (is_record) raise(&cost.dark_per_save_us, save->dark_ps);
        raise(&cost.durable_longest_us, save->durable_ps);
    }
    cost.longest_us = ledger_us(counters.longest_blackout_ps);
    cost.dark_per_erase_us = ledger_us(board.ledger.erase_dark_longest_ps);
    cost.dark_share_percent = ledger_us(counters.worst_dark_in_1ms_ps) / 1000.0 * 100.0;
    cost.latency_added_us = ledger_us(counters.latency_dark_ps);
    cost.durable_us = median_us(&board.ledger);
    board_destroy(&board);
    return cost;
}

static void print_row(const struct image *image, const char *name, double value, const char *unit,
                      double limit)
{
    char whole[96];
    (void)snprintf(whole, sizeof whole, "%s%s", image->row, name);
    figure_print(whole, value, unit, limit);
}

static void print_base(const struct image *image, const struct cost *cost)
{
    print_row(image, "longest_us", cost->longest_us, "us", 5);
    print_row(image, "dark_per_save_us", cost->dark_per_save_us, "us", 20);
    print_row(image, "dark_per_erase_us", cost->dark_per_erase_us, "us", 200);
    print_row(image, "dark_share_percent", cost->dark_share_percent, "%", 2);
    print_row(image, "latency_added_us", cost->latency_added_us, "us", FIGURE_NO_LIMIT);
    print_row(image, "durable_us", cost->durable_us, "us", FIGURE_NO_LIMIT);
    print_row(image, "durable_longest_us", cost->durable_longest_us, "us", FIGURE_NO_LIMIT);
}

static void print_other(const struct cost *cost, const char *where)
{
    char name[96];
    (void)snprintf(name, sizeof name, ROW "longest_us.%s", where);
    figure_print(name, cost->longest_us, "us", FIGURE_NO_LIMIT);
    (void)snprintf(name, sizeof name, ROW "dark_per_save_us.%s", where);
    figure_print(name, cost->dark_per_save_us, "us", FIGURE_NO_LIMIT);
}

/*
 * The longest blackout as register accesses, core cycles and wire clocks: runs that differ in the
 * price of one of them alone tell how many there are.
 */
static void print_parts(const struct cost *base, const struct cost *at_80,
                        const struct cost *core_at_twice)
{
    const double accesses = (at_80->longest_us - base->longest_us) / 0.040;
    const double core_us = 2.0 * (base->longest_us - core_at_twice->longest_us);
    const double wire_us = base->longest_us - 0.040 * accesses - core_us;
    figure_print(ROW "longest_accesses", round(accesses), "accesses", FIGURE_NO_LIMIT);
    figure_print(ROW "longest_core_cycles", round(core_us * 600.0), "cycles", FIGURE_NO_LIMIT);
    figure_print(ROW "longest_wire_clocks", round(wire_us * 200.0), "clocks", FIGURE_NO_LIMIT);
}

/* Type until the chip has just begun an erase, in idle time. */
static void go_to_erase(struct board *board)
{
    const uint64_t erases = board->ledger.erase_count;
    for (unsigned i = 0; i < 10u * SAVES; i++) {
        const char *const text = i % 2u == 0 ? "set 1" : "set 2";
        if (board_type(board, text) != BOARD_READY) give_up(text, board);
        if (board_wait(board, TWIN_PS_PER_MS / 2) != BOARD_READY) give_up("idle time", board);
        if (board->ledger.erase_count != erases) return;
    }
    give_up("no erase to arrive in", board);
}

/* A save that is typed at a random instant of an erase under way: from its call to its return. */
static void print_in_erase(const struct image *image)
{
    static struct board board;
    struct times times;
    struct rng lot = {1};
    times_init(&times);
    create(&board, image, (struct silicon){40, 0, 600});
    go_to_erase(&board);
    struct twin_snapshot *begin = twin_snapshot(board.twin);
    for (unsigned i = 0; i < INSTANTS; i++) {
        twin_restore(board.twin, begin);
        const uint64_t us = rng_below(&lot, ERASE_US);
        if (board_wait(&board, us * TWIN_PS_PER_US) != BOARD_READY) give_up("waiting", &board);
        if (board_type(&board, "set 77") != BOARD_READY) give_up("a save in an erase", &board);
        times_keep(&times, board.ledger.saves[board.ledger.save_count - 1].durable_ps / 1000u);
    }
    print_row(image, "in_erase.durable_median_us", times_percentile_us(&times, 50), "us",
              FIGURE_NO_LIMIT);
    print_row(image, "in_erase.durable_p99_us", times_percentile_us(&times, 99), "us",
              FIGURE_NO_LIMIT);
    print_row(image, "in_erase.durable_longest_us", times_percentile_us(&times, 100), "us",
              FIGURE_NO_LIMIT);
    times_free(&times);
    twin_snapshot_free(board.twin, begin);
    board_destroy(&board);
}

/* Of this processor's time: what else the machine does is of no account. */
static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Power-cut boots: a board whose region is in use is cut in a program, then started again. */
static double boots_per_s(const struct image *image)
{
    struct board board;
    create(&board, image, (struct silicon){40, 0, 600});
    type_saves(&board, SAVES);
    board_aim(&board, TWIN_COMMAND_PROGRAM, 0.5);
    if (board_type(&board, "set 77") != BOARD_CUT) give_up("the cut did not come", &board);
    twin_power_on(board.twin);
    struct twin_snapshot *entry = twin_snapshot(board.twin);
    const double start = seconds_now();
    for (unsigned i = 0; i < BOOTS; i++) {
        twin_restore(board.twin, entry);
        if (board_boot(&board) != BOARD_READY) give_up("a boot failed", &board);
    }
    const double seconds = seconds_now() - start;
    twin_snapshot_free(board.twin, entry);
    board_destroy(&board);
    return BOOTS / seconds;
}

/* How the figures move with what is not known of the silicon. */
static void print_silicon(const struct image *image, const struct cost *base)
{
    const struct cost at_25 = measure(image, (struct silicon){25, 0, 600});
    const struct cost at_80 = measure(image, (struct silicon){80, 0, 600});
    const struct cost calibrated_500 = measure(image, (struct silicon){40, 500, 600});
    const struct cost calibrated_2000 = measure(image, (struct silicon){40, 2000, 600});
    const struct cost core_at_twice = measure(image, (struct silicon){40, 0, 1200});
    print_other(&at_25, "access_25ns");
    print_other(&at_80, "access_80ns");
    print_other(&calibrated_500, "calibration_500ns");
    print_other(&calibrated_2000, "calibration_2000ns");
    print_parts(base, &at_80, &core_at_twice);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_twin TWO_LANES_ELF ONE_LANE_ELF\n");
        return 3;
    }
    const struct image two_lanes = {argv[1], 2, ROW};
    const struct image one_lane = {argv[2], 1, ROW "one_lane."};
    const struct cost base = measure(&two_lanes, (struct silicon){40, 0, 600});
    print_base(&two_lanes, &base);
    print_silicon(&two_lanes, &base);
    print_in_erase(&two_lanes);
    const struct cost other = measure(&one_lane, (struct silicon){40, 0, 600});
    print_base(&one_lane, &other);
    print_in_erase(&one_lane);
    figure_print("twin.boots_per_s", boots_per_s(&two_lanes), "1/s", 100);
    figure_print("twin.one_lane.boots_per_s", boots_per_s(&one_lane), "1/s", 100);
    return 0;
}
