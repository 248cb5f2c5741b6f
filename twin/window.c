/*
 * The mapped windows: what of them the core can read now, and for how long it could not.
 *
 * A window is cut into pieces with one permission each: first one per bank, more where an MPU
 * region begins or ends inside a bank. A piece can be read if its controller answers plainly for
 * its bank, the window was touched, and the MPU does not forbid it. The flash window that is mapped
 * but not touched yet stays closed, so that the first access is seen and its time counted.
 *
 * Invariants:
 * 1. piece[].can_read and .can_write are what the core was told.
 * 2. A blackout is the time in which the controller would not answer plainly for the bank that the
 *    application runs from. The fence alone is not counted: it costs the core nothing by itself.
 */
#include "twin/machine.h"
#include "twin/mpu.h"

#include <stdio.h>
#include <string.h>

#define XSPI2_INDEX 1u
#define REGION_SIZE_MIN 4096u

/* ---- pieces ---- */

static struct window_piece *piece_of(struct twin *t, uint32_t addr)
{
    for (uint32_t i = 0; i < t->piece_count; i++) {
        if (addr >= t->piece[i].addr && addr - t->piece[i].addr < t->piece[i].n) {
            return &t->piece[i];
        }
    }
    return NULL;
}

bool window_holds(uint32_t addr)
{
    return addr - FLASH_WINDOW < 0x10000000u || addr - PSRAM_WINDOW < 0x10000000u;
}

static uint8_t *piece_host(const struct twin *t, const struct window_piece *piece)
{
    if (piece->controller == 0u) return psram_array(t->psram) + (piece->addr - PSRAM_WINDOW);
    uint8_t *const cached = dcache_host(t, piece->addr);
    if (cached != NULL) return cached;
    return t->nor_device->array + (piece->addr - FLASH_WINDOW);
}

static struct cpu_memory memory_of(const struct twin *t, const struct window_piece *piece)
{
    const struct cpu_memory memory = {piece->addr,     piece->n,         piece_host(t, piece),
                                      piece->can_read, piece->can_write};
    return memory;
}

static void add_piece(struct twin *t, const struct window_piece *piece)
{
    const struct cpu_memory memory = memory_of(t, piece);
    t->piece[t->piece_count++] = *piece;
    (void)cpu_map(t->cpu, &memory);
}

/* One piece a bank, but that what is cached is a piece of its own. */
static void add_bank(struct twin *t, uint32_t from, uint32_t end, uint32_t bank)
{
    while (from < end) {
        const uint32_t edge = dcache_edge(t, from, end);
        const struct window_piece piece = {from, edge - from, bank, XSPI2_INDEX, false, false};
        add_piece(t, &piece);
        from = edge;
    }
}

void window_init(struct twin *t)
{
    t->flash_bytes = t->nor_device->array_bytes;
    const uint32_t bank_bytes = t->nor_device->array_bytes / BANK_COUNT;
    for (uint32_t bank = 0; bank < BANK_COUNT; bank++) {
        const uint32_t from = FLASH_WINDOW + bank * bank_bytes;
        add_bank(t, from, from + bank_bytes, bank);
    }
    const struct window_piece psram = {PSRAM_WINDOW, PSRAM_APS256_BYTES, 0, 0, false, false};
    add_piece(t, &psram);
}

/* Split the piece around addr, which is where an MPU region begins or ends. */
static void split_at(struct twin *t, uint64_t at)
{
    if (at > UINT32_MAX || at % PAGE_BYTES != 0u || t->piece_count == WINDOW_PIECES) return;
    const uint32_t addr = (uint32_t)at;
    struct window_piece *const piece = piece_of(t, addr);
    if (piece == NULL || piece->addr == addr) return;
    struct window_piece upper = *piece;
    upper.addr = addr;
    upper.n = piece->n - (addr - piece->addr);
    piece->n = addr - piece->addr;
    t->piece[t->piece_count++] = upper;
}

static void split_by_mpu(struct twin *t)
{
    for (uint32_t region = 0; region < MPU_REGIONS; region++) {
        const uint32_t rasr = t->b.mpu.rasr[region];
        const uint64_t n = mpu_region_bytes(rasr);
        if ((rasr & MPU_RASR_ENABLE) == 0u || n < REGION_SIZE_MIN) continue;
        const uint64_t base = t->b.mpu.rbar[region] & ~(n - 1u);
        split_at(t, base);
        split_at(t, base + n);
        for (uint32_t part = 1; part < 8u && (rasr & 0xFF00u) != 0u; part++) {
            split_at(t, base + n / 8u * part);
        }
    }
}

static enum xspi_window state_of(const struct twin *t, const struct window_piece *piece,
                                 uint64_t now_ps)
{
    const struct xspi *const xspi = t->xspi[piece->controller];
    const uint32_t base = piece->controller == 0u ? PSRAM_WINDOW : FLASH_WINDOW;
    if (piece->addr - base >= xspi_window_bytes(xspi)) return XSPI_WINDOW_BUS_ERROR;
    return xspi_window_state(xspi, now_ps, piece->bank);
}

static bool piece_changes(struct twin *t, struct window_piece *piece, uint64_t now_ps,
                          bool *was_closed)
{
    const struct mpu_rights rights = mpu_rights(t, piece->addr);
    const bool plain = state_of(t, piece, now_ps) == XSPI_WINDOW_PLAIN &&
                       xspi_window_is_touched(t->xspi[piece->controller]);
    const bool can_read = plain && rights.can_read;
    const bool can_write = plain && rights.can_write && piece->controller == 0u;
    if (can_read == piece->can_read && can_write == piece->can_write) return false;
    if (piece->can_read && !can_read) *was_closed = true;
    piece->can_read = can_read;
    piece->can_write = can_write;
    return true;
}

static void note_banks(struct twin *t)
{
    for (uint32_t bank = 0; bank < BANK_COUNT; bank++) {
        t->bank_runs[bank] = true;
    }
    for (uint32_t i = 0; i < t->piece_count; i++) {
        const struct window_piece *const piece = &t->piece[i];
        if (piece->controller != XSPI2_INDEX) continue;
        if (!piece->can_read || !mpu_rights(t, piece->addr).can_run) {
            t->bank_runs[piece->bank] = false;
        }
    }
    t->all_banks_run = t->bank_runs[0] && t->bank_runs[1] && t->bank_runs[2] && t->bank_runs[3];
}

/* As long as a page that ran cannot be read, this is still to be done. */
static void forget_psram_code(struct twin *t)
{
    t->psram_ran = false;
    for (uint32_t page = 0; page < PSRAM_PAGES; page++) {
        if (t->psram_executed[page] == 0u) continue;
        const uint32_t addr = PSRAM_WINDOW + page * PAGE_BYTES;
        const struct window_piece *const piece = piece_of(t, addr);
        if (piece == NULL || !piece->can_read) {
            t->psram_ran = true;
            continue;
        }
        cpu_forget_code(t->cpu, addr, PAGE_BYTES);
        t->psram_executed[page] = 0;
    }
    t->psram_forget_pending = t->psram_ran;
}

static void forget_code(struct twin *t)
{
    if (t->psram_forget_pending) forget_psram_code(t);
    if (!t->forget_pending) return;
    const struct window_piece *const piece = piece_of(t, FLASH_WINDOW + t->forget_addr);
    if (piece == NULL || !piece->can_read) return;
    cpu_forget_code(t->cpu, FLASH_WINDOW + t->forget_addr, t->forget_end - t->forget_addr);
    t->forget_pending = false;
}

static bool runs_from_flash(const struct twin *t)
{
    return t->in_access && t->block_pc - FLASH_WINDOW < t->flash_bytes;
}

static void touch(struct twin *t, uint32_t controller, uint32_t at, uint64_t now_ps)
{
    struct xspi *const xspi = t->xspi[controller];
    if (t->is_touching || xspi_window_is_touched(xspi)) return;
    if (xspi_window_state(xspi, now_ps, 0) != XSPI_WINDOW_PLAIN) return;
    t->is_touching = true;
    (void)xspi_window_touch(xspi, now_ps, at);
    t->is_touching = false;
}

/*
 * First accesses that are not waited for. PSRAM: a right to write cannot be given while the access
 * that needs it is under way, for the emulator drops what it looked up. Flash that the core runs
 * from: the next fetch comes before anything else, and taking away the right to execute would make
 * the emulator begin the block again.
 */
static void touch_at_once(struct twin *t, uint64_t now_ps)
{
    if (mpu_rights(t, PSRAM_WINDOW).can_read) touch(t, 0, 0, now_ps);
    if (runs_from_flash(t)) touch(t, XSPI2_INDEX, t->block_pc - FLASH_WINDOW, now_ps);
}

/*
 * Code that closes the memory it runs from: the rest of its block is translated and would run on,
 * and might even open the window again.
 */
static void check_own_window(struct twin *t)
{
    if (!runs_from_flash(t) || !t->b.in_app) return;
    const struct window_piece *const piece = piece_of(t, t->block_pc);
    if (piece == NULL || piece->can_read) return;
    const bool is_fenced = mpu_forbids(t, t->block_pc, false);
    violation_raise(t, is_fenced ? TWIN_VIOLATION_MPU : TWIN_VIOLATION_FETCH, t->block_pc,
                    "code closed the memory that it runs from");
}

static void apply(struct twin *t, uint64_t now_ps)
{
    bool was_closed = false;
    touch_at_once(t, now_ps);
    split_by_mpu(t);
    for (uint32_t i = 0; i < t->piece_count; i++) {
        struct window_piece *const piece = &t->piece[i];
        if (!piece_changes(t, piece, now_ps, &was_closed)) continue;
        const struct cpu_memory memory = memory_of(t, piece);
        (void)cpu_protect(t->cpu, &memory);
    }
    if (was_closed) cpu_protection_flush(t->cpu);
    note_banks(t);
    forget_code(t);
    dcache_update(t);
    check_own_window(t);
}

/* ---- blackouts ---- */

uint64_t window_dark_ps(const struct twin *t)
{
    const struct dark *const dark = &t->b.dark;
    return dark->ended_ps + (dark->is_dark ? machine_now(t) - dark->begin_ps : 0u);
}

/* The most dark time in any 1 ms that ends with the newest blackout. */
static uint64_t dark_in_last_ms(const struct dark *dark)
{
    const uint32_t newest = (dark->ring_count - 1u) % DARK_RING;
    const uint64_t end = dark->ring[newest].end_ps;
    const uint64_t from = end < TWIN_PS_PER_MS ? 0 : end - TWIN_PS_PER_MS;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < DARK_RING && i < dark->ring_count; i++) {
        const uint32_t at = (dark->ring_count - 1u - i) % DARK_RING;
        if (dark->ring[at].end_ps <= from) break;
        const uint64_t begin = dark->ring[at].begin_ps < from ? from : dark->ring[at].begin_ps;
        sum += dark->ring[at].end_ps - begin;
    }
    return sum;
}

static void blackout_ended(struct twin *t, uint64_t now_ps)
{
    struct dark *const dark = &t->b.dark;
    struct twin_counters *const counters = &t->b.counters;
    const uint64_t length = now_ps - dark->begin_ps;
    dark->is_dark = false;
    dark->ended_ps += length;
    dark->ring[dark->ring_count % DARK_RING].begin_ps = dark->begin_ps;
    dark->ring[dark->ring_count % DARK_RING].end_ps = now_ps;
    dark->ring_count++;
    counters->blackouts++;
    counters->dark_ps += length;
    times_add(&t->b.times[TWIN_TIMES_BLACKOUT], length);
    if (length > counters->longest_blackout_ps) counters->longest_blackout_ps = length;
    const uint64_t in_ms = dark_in_last_ms(dark);
    if (in_ms > counters->worst_dark_in_1ms_ps) counters->worst_dark_in_1ms_ps = in_ms;
    struct twin_event event = event_new(t, TWIN_EVENT_BLACKOUT_END);
    event.time_ps = now_ps;
    event.u.blackout.begin_ps = dark->begin_ps;
    event.u.blackout.length_ps = length;
    event_send(t, &event);
}

static void blackout_began(struct twin *t, uint64_t now_ps)
{
    struct twin_event event = event_new(t, TWIN_EVENT_BLACKOUT_BEGIN);
    t->b.dark.is_dark = true;
    t->b.dark.begin_ps = now_ps;
    event.time_ps = now_ps;
    event.u.blackout.begin_ps = now_ps;
    event_send(t, &event);
}

static void account(struct twin *t, uint64_t now_ps)
{
    const uint32_t bank_bytes = t->nor_device->array_bytes / BANK_COUNT;
    const uint32_t bank = (t->app_entry - FLASH_WINDOW) / bank_bytes;
    if (!t->b.in_app || bank >= BANK_COUNT) return;
    const bool is_dark =
        xspi_window_state(t->xspi[XSPI2_INDEX], now_ps, bank) != XSPI_WINDOW_PLAIN;
    if (is_dark && !t->b.dark.is_dark) blackout_began(t, now_ps);
    if (!is_dark && t->b.dark.is_dark) blackout_ended(t, now_ps);
}

void window_update(struct twin *t, uint64_t now_ps)
{
    account(t, now_ps);
    apply(t, now_ps);
}

void window_resync(struct twin *t)
{
    apply(t, machine_now(t));
}

/* ---- first access, and why not ---- */

bool window_reads(struct twin *t, uint32_t addr)
{
    const struct window_piece *const piece = piece_of(t, addr);
    return piece != NULL && piece->can_read;
}

bool window_open(struct twin *t, uint32_t addr)
{
    struct window_piece *const piece = piece_of(t, addr);
    if (piece == NULL) return false;
    struct xspi *const xspi = t->xspi[piece->controller];
    const uint32_t base = piece->controller == 0u ? PSRAM_WINDOW : FLASH_WINDOW;
    if (state_of(t, piece, machine_now(t)) != XSPI_WINDOW_PLAIN) return false;
    if (!mpu_rights(t, addr).can_read) return false;
    if (!xspi_window_is_touched(xspi)) {
        const struct xspi_access access = xspi_window_touch(xspi, machine_now(t), addr - base);
        if (access.outcome != XSPI_OK) return false;
        if (access.done_ps > machine_now(t)) t->b.clock.now_ps = access.done_ps;
        machine_schedule(t);
        window_update(t, machine_now(t));
    }
    return piece->can_read;
}

bool window_answers(struct twin *t, uint32_t addr)
{
    const struct window_piece *const piece = piece_of(t, addr);
    if (piece == NULL) return false;
    const uint32_t base = piece->controller == 0u ? PSRAM_WINDOW : FLASH_WINDOW;
    if (state_of(t, piece, machine_now(t)) != XSPI_WINDOW_PLAIN) return false;
    touch(t, piece->controller, addr - base, machine_now(t));
    return true;
}

const char *window_why(const struct twin *t, uint32_t addr)
{
    static const char *const names[] = {
        [XSPI_WINDOW_PLAIN] = "the MPU forbids it",
        [XSPI_WINDOW_BUS_ERROR] = "the controller is not in mapped mode: bus error",
        [XSPI_WINDOW_HANG] = "nobody drives the strobe (busy bank, wrong protocol): the bus hangs",
        [XSPI_WINDOW_GARBLED] = "the controller's set-up does not match the chip: wrong bytes"};
    for (uint32_t i = 0; i < t->piece_count; i++) {
        const struct window_piece *const piece = &t->piece[i];
        if (addr >= piece->addr && addr - piece->addr < piece->n) {
            return names[state_of(t, piece, machine_now(t))];
        }
    }
    return "beyond the chip";
}

void window_array_changed(struct twin *t, uint32_t addr, uint32_t n)
{
    const uint8_t *const executed = t->executed + t->ram_bytes / PAGE_BYTES;
    dcache_array_changed(t, addr, n);
    for (uint32_t page = addr / PAGE_BYTES; page <= (addr + n - 1u) / PAGE_BYTES; page++) {
        if (executed[page] == 0u) continue;
        const uint32_t from = page * PAGE_BYTES;
        if (!t->forget_pending || from < t->forget_addr) t->forget_addr = from;
        if (!t->forget_pending || from + PAGE_BYTES > t->forget_end) {
            t->forget_end = from + PAGE_BYTES;
        }
        t->forget_pending = true;
    }
    if (!t->forget_pending) return;
    memset(t->block_count, 0, sizeof t->block_count);
    forget_code(t);
}

void window_psram_changed(struct twin *t)
{
    t->psram_forget_pending = t->psram_ran;
    forget_code(t);
}
