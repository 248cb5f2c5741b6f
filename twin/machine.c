/*
 * The machine: built from its configuration, switched on and off, and led through its events in the
 * order of their times.
 */
#include "twin/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between a cut and the next power on, and from power on to the first instruction. */
#define OFF_PS (100u * TWIN_PS_PER_MS)
#define WAKE_PS (2u * TWIN_PS_PER_MS)
/* What ST's boot takes before its jump (12.55 ms, traced). */
#define BOOT_PS (12550u * TWIN_PS_PER_US)

#define FLASH_SIZE_AT 0x80Cu /* in the OTP page: 0x08FFF80C */
#define INTERNAL_FLASH 0x08000000u

/* ST's boot: background and fence of what is not memory, PSRAM, flash; CTRL 5 (traced). */
static const uint32_t boot_mpu[][2] = {
    {0x00000000u, 0x1000873Fu}, {0x90000000u, 0x130B0031u}, {0x70000000u, 0x030B0035u}};

void machine_stop(struct twin *t, enum twin_stop why)
{
    if (t->stopping) return;
    t->stopping = true;
    t->stop = why;
}

void machine_schedule(struct twin *t)
{
    clock_at(&t->b.clock, CLOCK_XSPI1, xspi_next_event_ps(t->xspi[0]));
    clock_at(&t->b.clock, CLOCK_XSPI2, xspi_next_event_ps(t->xspi[1]));
    clock_at(&t->b.clock, CLOCK_NOR, nor_next_event_ps(t->nor));
}

void machine_power_off(struct twin *t, uint64_t at_ps)
{
    struct twin_event event = event_new(t, TWIN_EVENT_CUT);
    chips_advance(t, at_ps);
    internal_flash_reset(t, at_ps);
    serial_power_off(t, at_ps);
    t->b.is_on = false;
    t->b.in_app = false;
    t->b.cut_now = false;
    t->b.dark.is_dark = false;
    nor_power_off(t->nor, at_ps);
    memset(&t->b.cut, 0, sizeof t->b.cut);
    clock_at(&t->b.clock, CLOCK_CUT, CLOCK_NEVER);
    event.time_ps = at_ps;
    event_send(t, &event);
}

static void handle_event(struct twin *t, enum clock_slot slot, uint64_t at_ps)
{
    switch (slot) {
    case CLOCK_CUT:
        machine_stop(t, TWIN_STOP_CUT);
        if (t->b.cut_is_reset) {
            /* The core must stand before it can start again. */
            t->b.cut_now = true;
            clock_at(&t->b.clock, CLOCK_CUT, CLOCK_NEVER);
        } else {
            machine_power_off(t, at_ps);
        }
        break;
    case CLOCK_XSPI1:
    case CLOCK_XSPI2:
    case CLOCK_NOR:
        chips_advance(t, at_ps);
        machine_schedule(t);
        break;
    case CLOCK_I2C:
    case CLOCK_SPI:
        serial_advance(t, machine_now(t));
        break;
    case CLOCK_MCU_FLASH:
        internal_flash_event(t, at_ps);
        break;
    case CLOCK_DMA:
        dma_events(t, machine_now(t));
        break;
    case CLOCK_SPECULATION:
        speculation_event(t);
        break;
    case CLOCK_SYSTICK:
        systick_event(t);
        break;
    case CLOCK_TIMERS:
        timer_events(t, at_ps);
        break;
    case CLOCK_UART_TX:
    case CLOCK_UART_RX:
        uart_events(t, machine_now(t));
        break;
    default:
        clock_at(&t->b.clock, CLOCK_STOP, CLOCK_NEVER);
        machine_stop(t, TWIN_STOP_TIME);
        break;
    }
}

void machine_events(struct twin *t)
{
    struct clock *const clock = &t->b.clock;
    for (enum clock_slot slot = clock_due(clock); slot != CLOCK_SLOTS && !t->stopping;
         slot = clock_due(clock)) {
        const uint64_t at_ps = clock->at_ps[slot];
        handle_event(t, slot, at_ps);
        /* An event that did not move its own time forward would be handled for ever. */
        if (clock->at_ps[slot] <= at_ps) clock_at(clock, slot, at_ps + 1u);
    }
}

/* ---- power on and reset ---- */

void machine_wire_chip(struct twin *t)
{
    xspim_attach(t->xspim, 1, 0, t->b.chip_is_silent ? NULL : t->nor_device);
    xspim_device_changed(t->xspim, machine_now(t));
}

static void restore_ram(struct twin *t)
{
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        if (!memories[i].is_volatile) continue;
        for (uint32_t at = 0; at < memories[i].n; at += PAGE_BYTES) {
            const size_t offset = memories[i].at + at;
            if (memcmp(t->ram + offset, t->ram_at_power_on + offset, PAGE_BYTES) == 0) continue;
            memcpy(t->ram + offset, t->ram_at_power_on + offset, PAGE_BYTES);
            if (t->executed[offset / PAGE_BYTES] != 0u) {
                cpu_forget_code(t->cpu, memories[i].addr + at, PAGE_BYTES);
            }
        }
    }
}

static bool start_core(struct twin *t, uint32_t vectors)
{
    uint32_t words[2];
    const uint8_t *const host = bus_host(t, vectors, sizeof words);
    if (host == NULL) return false;
    memcpy(words, host, sizeof words);
    t->b.scb.vtor = vectors;
    cpu_put_at(t->cpu, words[1] & ~1u, words[0]);
    return true;
}

/* SysTick counts, its interrupt off; faults and MPU as ST's boot leaves them. */
static void core_start_state(struct twin *t)
{
    struct board *const b = &t->b;
    scb_write(t, 0xE000E014u, 4, 0x000927BFu);
    scb_write(t, 0xE000E018u, 4, 0);
    scb_write(t, 0xE000E010u, 4, 5);
    b->scb.shcsr = 0x00010000u;
    b->scb.cpacr = 0x00F00000u;
    b->nvic.prigroup = 3;
    if (t->cfg.leftover == TWIN_LEFTOVER_RWW) return;
    for (uint32_t i = 0; i < sizeof boot_mpu / sizeof boot_mpu[0]; i++) {
        b->mpu.rbar[i] = boot_mpu[i][0];
        b->mpu.rasr[i] = boot_mpu[i][1];
    }
    b->mpu.ctrl = 5;
}

/* The application's entry, as if the boot had run; a chip that is busy would have stopped it. */
static void start_at_app(struct twin *t)
{
    if (nor_operation(t->nor).work != NOR_IDLE) {
        violation_raise(t, TWIN_VIOLATION_CONTROLLER, 0,
                        "the boot would find the chip busy and leave a window that reads garbage");
    }
    t->b.clock.now_ps += BOOT_PS;
    periph_start_state(t);
    chips_start_state(t);
    core_start_state(t);
    machine_schedule(t);
    window_resync(t);
    (void)start_core(t, t->app_entry);
}

static void start(struct twin *t)
{
    t->stopping = false;
    t->b.clock.now_ps += WAKE_PS;
    scb_reset(t);
    dcache_switched(t);
    periph_reset(t);
    chips_reset(t);
    machine_schedule(t);
    t->b.in_app = false;
    t->b.sleeps = false;
    t->b.reset_asked = false;
    t->b.boot_failures = 0;
    t->b.calls.depth = 0;
    t->b.dark.is_dark = false;
    speculation_start(t);
    if (t->boot_path != NULL) {
        window_resync(t);
        (void)start_core(t, INTERNAL_FLASH);
    } else {
        start_at_app(t);
    }
}

void machine_power_on(struct twin *t)
{
    t->b.clock.now_ps += OFF_PS;
    memset(&t->b.violation, 0, sizeof t->b.violation);
    t->b.uart_text_n = 0;
    if (t->uart_text != NULL) t->uart_text[0] = '\0';
    t->b.is_on = true;
    t->b.cut_now = false;
    t->b.chip_is_silent = false;
    machine_wire_chip(t);
    restore_ram(t);
    chips_power_on(t);
    serial_power_on(t);
    start(t);
}

void machine_reset(struct twin *t)
{
    struct twin_event event = event_new(t, TWIN_EVENT_RESET);
    chips_let_go(t);
    internal_flash_reset(t, machine_now(t));
    serial_reset(t);
    event_send(t, &event);
    start(t);
}

void machine_cut(struct twin *t)
{
    if (!t->b.cut_is_reset) {
        machine_power_off(t, machine_now(t));
        return;
    }
    t->b.cut_now = false;
    t->b.cut_is_reset = false;
    memset(&t->b.cut, 0, sizeof t->b.cut);
    clock_at(&t->b.clock, CLOCK_CUT, CLOCK_NEVER);
    t->stop = TWIN_STOP_RESET;
    machine_reset(t);
}

/* ---- building ---- */

static void fill_noise(uint8_t *bytes, size_t n, uint64_t seed)
{
    uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1u;
    for (size_t at = 0; at + 8u <= n; at += 8u) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(bytes + at, &state, 8);
    }
}

static void fill_ram(struct twin *t)
{
    static const uint8_t flash_size[2] = {64, 0}; /* KB */
    fill_noise(t->ram_at_power_on, t->ram_bytes, t->cfg.seed);
    for (uint32_t i = 0; i < MEMORY_COUNT; i++) {
        if (!memories[i].is_volatile) {
            memset(t->ram_at_power_on + memories[i].at, 0xFF, memories[i].n);
        }
    }
    memcpy(t->ram_at_power_on + memories[MEMORY_OTP].at + FLASH_SIZE_AT, flash_size, 2);
}

static bool create_memories(struct twin *t)
{
    const struct memory *const last = &memories[MEMORY_COUNT - 1];
    t->ram_bytes = last->at + last->n;
    t->ram = aligned_alloc(PAGE_BYTES, t->ram_bytes);
    t->ram_at_power_on = malloc(t->ram_bytes);
    t->psram_changed = calloc(PSRAM_PAGES, 1);
    if (t->ram == NULL || t->ram_at_power_on == NULL || t->psram_changed == NULL) return false;
    fill_ram(t);
    memset(t->ram, 0, t->ram_bytes);
    return true;
}

static bool load_files(struct twin *t)
{
    if (t->flash_path != NULL && !load_raw(t, t->flash_path)) return false;
    if (t->app_path != NULL && !load_app(t, t->app_path)) return false;
    if (t->boot_path != NULL && !load_boot(t, t->boot_path)) return false;
    return true;
}

static bool build(struct twin *t)
{
    struct cpu_callbacks callbacks;
    core_callbacks(t, &callbacks);
    t->cpu = cpu_create(&callbacks, t->error, sizeof t->error);
    if (t->cpu == NULL) return false;
    (void)snprintf(t->error, sizeof t->error, "not enough memory");
    if (!chips_create(t) || !serial_create(t) || !create_memories(t)) return false;
    t->executed = calloc((t->ram_bytes + t->nor_device->array_bytes) / PAGE_BYTES, 1);
    if (t->executed == NULL || !bus_map(t)) return false;
    if (!dcache_create(t)) {
        (void)snprintf(t->error, sizeof t->error, "the range that is written cannot be cached");
        return false;
    }
    window_init(t);
    return load_files(t) && internal_flash_create(t);
}

static char *copy_of(const char *text)
{
    if (text == NULL) return NULL;
    const size_t n = strlen(text) + 1u;
    char *const copy = malloc(n);
    if (copy != NULL) memcpy(copy, text, n);
    return copy;
}

struct twin *twin_create(const struct twin_cfg *cfg, char *error)
{
    struct twin *const t = calloc(1, sizeof *t);
    if (t == NULL) return NULL;
    t->cfg = *cfg;
    t->app_path = copy_of(cfg->app_path);
    t->boot_path = copy_of(cfg->boot_path);
    t->flash_path = copy_of(cfg->flash_path);
    t->app_entry = FLASH_WINDOW;
    clock_init(&t->b.clock);
    clock_set_hz(&t->b.clock, cfg->cpu_hz);
    speculation_seed(t, cfg->seed);
    if (!build(t)) {
        if (error != NULL) (void)snprintf(error, TWIN_ERROR_BYTES, "%s", t->error);
        twin_destroy(t);
        return NULL;
    }
    t->error[0] = '\0';
    return t;
}

void twin_destroy(struct twin *t)
{
    if (t == NULL) return;
    snapshot_drop_all(t);
    cpu_destroy(t->cpu);
    serial_destroy(t);
    chips_destroy(t);
    symbols_free(&t->symbols);
    free(t->ram);
    free(t->ram_at_power_on);
    free(t->psram_changed);
    dcache_destroy(t);
    free(t->executed);
    free(t->uart_text);
    free(t->app_path);
    free(t->boot_path);
    free(t->flash_path);
    free(t);
}
